"""Simulate where a service company's next dollar earns most: service, complaints, win-back or advertising.

`import loyaltysim as ls; study = ls.run("scenario.yml"); study.summary`. Names are imported when first used, so that
`import loyaltysim` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

DECISIONS = {
    "breakeven": "Say where the recommendation turns.",
    "sweep": "Simulate the strategies over any parameters or levers.",
    "sensitivity": "Say which assumptions the answer hangs on.",
    "optimise": "Split a monthly budget over the levers.",
}
"""The commands that decide, each with its line in the help. By its name it has a `Question` in `experiments`, its words
in `reporting.text` and its function in `api`."""

_PLACES = {
    "run": "loyaltysim.api",
    "simulate": "loyaltysim.api",
    "report": "loyaltysim.api",
    "resume": "loyaltysim.api",
    "rerun": "loyaltysim.api",
    **dict.fromkeys(DECISIONS, "loyaltysim.api"),
    "load": "loyaltysim.scenario",
    "check": "loyaltysim.scenario",
    "explain": "loyaltysim.scenario",
    "diff": "loyaltysim.scenario",
    "audit": "loyaltysim.scenario",
    "arithmetic": "loyaltysim.api",
    "worth": "loyaltysim.api",
    "customer": "loyaltysim.api",
    "schema": "loyaltysim.scenario",
    "new": "loyaltysim.scenario",
    "validate": "loyaltysim.validation.runner",
    "Scenario": "loyaltysim.scenario",
    "LoyaltyModel": "loyaltysim.model",
    "Customer": "loyaltysim.model",
    "Mechanism": "loyaltysim.core.mechanism",
    "InputError": "loyaltysim.core.errors",
    "RunError": "loyaltysim.core.errors",
}

_ROOMS = ("plots",)
"""Modules that are used as they are: `ls.plots.money(study)`."""

__all__ = ["__version__", *_PLACES, *_ROOMS]  # noqa: PLE0604  (the keys of _PLACES are strings)


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
