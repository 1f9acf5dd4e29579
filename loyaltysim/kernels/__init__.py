"""Compiled arithmetic: arrays and scalars in, arrays out; no tables, no options.

A kernel's file is imported when it is first named (`kernels.service.meet(...)`), so that reading a scenario, or
answering a mistyped key, never waits for Numba.
"""

from __future__ import annotations

import importlib
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"no kernel file {name!r}") from None
