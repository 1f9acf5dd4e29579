"""The pictures, by the topic of their file: a decorated function declares all that others must know of a picture.

Its name is the picture's one name: `loyaltysim.plots.NAME`, `study.plot.NAME()`, `figures/NAME.png`, and what a section of the
page asks its material for. What is declared here is found by itself; only the section that shows a picture names it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, update_wrapper
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from loyaltysim.reporting.decided import decided
from loyaltysim.results.reader import read_results_of
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DECLARED: dict[str, Chart] = {}
"""The pictures of all files of this folder that were imported; `charts` imports the rest."""


@dataclass(eq=False)
class Chart:
    """A picture: what draws it, the question that it answers, and what it is drawn from.

    `tables`: the tables of a deciding command by name, each with the columns that it must have; without any, a picture is
    drawn from the results of a run. `when`: which results have anything to draw.
    """

    draw: Callable[..., Figure]
    question: str
    tables: Mapping[str, Sequence[str]]
    when: Callable[[Results], object]

    @property
    def name(self) -> str:
        """The one name, by which library, folder and page know it."""
        return self.draw.__name__

    def __call__(self, source: Any, *about: Any) -> Figure:
        """Draw from a study, its results, a folder or its material; raises InputError where what it needs is not there."""
        from loyaltysim.reporting.charts.style import look

        found = decided(source) if self.tables else read_results_of(source)
        with look():
            figure = self.draw(found, *about)
            engine = figure.get_layout_engine()
            if engine is not None:  # laid out once, however often it is then saved
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


def draw_all(results: Results, figure: Callable[[Chart], Any] | None = None) -> dict[str, bytes]:
    """Return every picture of a run as PNG bytes by file name.

    Args:
        results: what the pictures are drawn from.
        figure: gives a picture that may have been drawn already; by default each is drawn from the results.
    """
    from loyaltysim.reporting.charts.style import png

    shown = [each for each in charts().values() if not each.tables and each.when(results)]
    return {f"{each.name}.png": png(figure(each) if figure else each(results)) for each in shown}
