"""The pictures of a run, one question each, for notebooks: `loyaltysim.plots.money(study)`, or `study.plot.money()`.

Each function takes a study, its results or the folder of a finished run, and returns a matplotlib figure that a
notebook shows by itself. Anything else raises InputError. All have the house's look whatever the user's own settings
are, and say in their title what is to be seen. They are those declared in `loyaltysim.reporting.charts`;
`dir(loyaltysim.plots)` names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.reporting.charts import Chart, charts
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

__all__ = ["DecisionPlots", "Plots", *charts()]  # noqa: PLE0604  (the keys are strings)
RUN_ALIASES = {"timeline": "customers"}
DECISION_ALIASES = {"next_dollar": "levers"}


def __getattr__(name: str) -> Chart:
    if name not in charts():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return charts()[name]


def __dir__() -> list[str]:
    return sorted(__all__)


def bind(name: str, owner: object, source: object) -> Callable[..., Figure]:
    """Return what draws a picture from a source; raises AttributeError, as of its owner, if there is none."""
    if name not in charts():
        raise AttributeError(f"{type(owner).__name__!r} has no picture {name!r}; there are: {', '.join(charts())}")
    return update_wrapper(partial(charts()[name], source), charts()[name])


@dataclass(frozen=True)
class DecisionPlots:
    """The pictures of what a command that decides has found: `source` has its `tables` by name, or is its folder.

    Each raises InputError where the command left no such table. `next_dollar` is what `levers` is.
    """

    source: object

    def __getattr__(self, name: str) -> Callable[..., Figure]:
        return bind(DECISION_ALIASES.get(name, name), self, self.source)

    def __dir__(self) -> list[str]:
        return [*DECISION_ALIASES, *(name for name, each in charts().items() if each.tables)]


@dataclass(frozen=True)
class Plots:
    """A study's pictures, each drawn when it is asked for; `timeline` is what `customers` is.

    `folder`: where the study's files are; what commands that decide have found is drawn from their tables there.
    """

    results: Results
    folder: Path | None = None

    def __getattr__(self, name: str) -> Callable[..., Figure]:
        name = RUN_ALIASES.get(name, name)
        return bind(name, self, self.folder if name in charts() and charts()[name].tables else self.results)

    def __dir__(self) -> list[str]:
        return [*RUN_ALIASES, *charts()]
