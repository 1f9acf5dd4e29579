"""The pictures, by the topic of their file: a decorated function declares all that others must know of a picture.

Its name is the picture's one name: `loyaltysim.plots.NAME`, `study.plot.NAME()`, `figures/NAME.png`, and what a section
of the page asks its material for. What is declared in this folder is found by itself; only the section that shows a
picture names it again. A picture is drawn from a run's results, or from the tables of a command that decides, wherever
these are: in its folder, or still in hand (`Decided`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, update_wrapper
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.reporting.charts.style import look, png
from loyaltysim.results.reader import ReportSource, read_results_of, read_source
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

TURNS = "turns"
MADE_BY = {"sensitivity": "sensitivity", "next_dollar": "optimise"}
"""The tables that are drawn, and the command that makes each; `breakeven` makes the others."""
DECLARED: dict[str, Chart] = {}
"""The pictures of all files of this folder that were imported; `charts` imports the rest."""


@dataclass(eq=False)
class Chart:
    """A picture: what draws it, the question that it answers, and what it is drawn from.

    `tables`: the tables of a deciding command by name, each with the columns that it must have; without any, a picture
    is drawn from the results of a run. `when`: which results have anything to draw.
    """

    draw: Callable[..., Figure]
    question: str
    tables: Mapping[str, Sequence[str]]
    when: Callable[[Results], object]

    @property
    def name(self) -> str:
        """The one name, by which library, folder and page know it."""
        return self.draw.__name__

    def __call__(self, source: object, *about: object) -> Figure:
        """Draw from a study, its results, a folder or its material; raises InputError where these do not suffice."""
        found = decided(source) if self.tables else read_results_of(source)
        with look():
            figure = self.draw(found, *about)
            if engine := figure.get_layout_engine():  # laid out once, however often it is then saved
                engine.execute(figure)
                figure.set_layout_engine("none")
            return figure


def chart(
    question: str,
    tables: Mapping[str, Sequence[str]] | None = None,
    when: Callable[[Results], object] = lambda results: True,
) -> Callable[[Callable[..., Figure]], Chart]:
    """Declare the function below to be a picture; the arguments are those of `Chart`."""

    def declare(draw: Callable[..., Figure]) -> Chart:
        found = Chart(draw, question, tables or {}, when)
        update_wrapper(found, draw)
        return DECLARED.setdefault(found.name, found)

    return declare


@cache
def charts() -> Mapping[str, Chart]:
    """Return every picture by its name, in alphabetical order."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return {name: DECLARED[name] for name in sorted(DECLARED)}


def draw_all(results: Results, figure: Callable[[Chart], Figure] | None = None) -> dict[str, bytes]:
    """Return every picture of a run as PNG bytes by file name.

    Args:
        results: what the pictures are drawn from.
        figure: gives a picture that may have been drawn already; by default each is drawn from the results.
    """
    shown = [each for each in charts().values() if not each.tables and each.when(results)]
    return {f"{each.name}.png": png(figure(each) if figure else each(results)) for each in shown}


@dataclass(frozen=True)
class Decided:
    """A decision's tables by name, and the currency that its money is in."""

    find: Callable[[str], pd.DataFrame | None]
    currency: str = "$"

    def has(self, name: str, *columns: str) -> bool:
        """Tell whether there is a table of this name with rows and these columns."""
        found = self.find(name)
        return found is not None and len(found) > 0 and set(columns) <= set(found.columns)

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """Return a table with at least these columns; raises InputError, naming what makes it, if there is none."""
        found = self.find(name)
        if found is None or not len(found):
            cure = f"run loyaltysim {MADE_BY.get(name, 'breakeven')} SCENARIO.yml, and give what it found or its folder"
            raise InputError(Problem(f"there is no table {name!r}", cure=cure))
        missing = [column for column in columns if column not in found.columns]
        if missing:
            what = f"the table {name!r} has no column {missing[0]!r}"
            raise InputError(Problem(what, cure="make it with this version"))
        return found


def decided(source: object) -> Decided:
    """Return the tables of what a command found (anything with `tables`), of a folder, its source, or a study."""
    folder = getattr(source, "folder", None)
    if not hasattr(source, "tables") and isinstance(folder, Path):
        source = folder  # a run's study: what was decided about it lies beside it
    if isinstance(source, str | Path):
        source = read_source(source)
    if isinstance(source, ReportSource):
        return Decided(source.table, str(source.manifest.get("currency", "$")))
    found = getattr(source, "tables", None)
    tables: Mapping[str, pd.DataFrame] = found if isinstance(found, Mapping) else {}
    return Decided(tables.get, str(getattr(getattr(source, "scenario", None), "currency", "$")))


def plainly(value: float, digits: int = 4) -> str:
    """Write a number to so many digits, never with a power of ten: `462`, `20,000`, `0.4521`."""
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.10f}".rstrip("0").rstrip(".") if abs(rounded) < 1 else f"{rounded:,.10g}"
