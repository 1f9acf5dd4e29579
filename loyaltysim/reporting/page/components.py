"""What a section of the page is made of: a question, what was found, drawings, and tables of typed cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.text.names import to_text
from loyaltysim.reporting.text.numbers import Money, format_horizon
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LETTERS_A_LINE, LINES_TOGETHER = 30, 9


@dataclass(frozen=True)
class Cell:
    """One cell: what it says, in a second line how sure that is, and the figure behind it to the last digit."""

    text: str
    below: str = ""
    value: float | None = None
    head: bool = False

    @property
    def exact(self) -> str:
        """The figure as CSV files have it; empty where there is none."""
        return repr(float(self.value)) if self.value is not None and isfinite(self.value) else ""


@dataclass(frozen=True)
class Table:
    """A table: its caption, the heads of its columns, and its rows, each with its first cell as its head."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def is_short(self) -> bool:
        """Whether so little is in it that on paper it need not be divided."""
        lines = sum(1 + max(len(cell.text) for cell in row) // LETTERS_A_LINE for row in self.rows)
        return lines <= LINES_TOGETHER

    def holds_words(self, column: int) -> bool:
        """Whether a column has no figure in it, and so is set flush left."""
        cells = [row[column] for row in self.rows if column < len(row)]
        return not any(cell.exact for cell in cells) and any(cell.text for cell in cells)


@dataclass(frozen=True)
class Drawing:
    """A figure of the page: what it shows in words (for who cannot see it), and the figure itself."""

    figure: Figure
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One question of the page with its answer."""

    key: str
    question: str
    found: Sequence[str] = ()
    drawings: Sequence[Drawing] = ()
    tables: Sequence[Table] = ()
    code: Sequence[tuple[str, str]] = field(default=())
    """Commands to type, each with what it does."""


def write_head(text: str) -> Cell:
    """Return the cell at the head of a row."""
    return Cell(to_text(text), head=True)


def write_count(span: Interval, signed: bool = False, sure: bool = True) -> Cell:
    """Return a cell of a number of people or things, with its interval below."""
    if not isfinite(span.mean):
        return Cell("")
    ends = f"{format_fixed(span.low)} to {format_fixed(span.high)}" if span.known and sure else ""
    return Cell(format_fixed(span.mean, sign="+" if signed else ""), ends, span.mean)


def write_percent(span: Interval) -> Cell:
    """Return a cell of a share, with its interval below."""
    if not isfinite(span.mean):
        return Cell("")
    ends = f"{format_fixed(100 * span.low, 1)} to {format_fixed(100 * span.high, 1)}" if span.known else ""
    return Cell(f"{format_fixed(100 * span.mean, 1)} %", ends, span.mean)


def write_amount(money: Money, span: Interval, signed: bool = False) -> Cell:
    """Return a cell of money in the unit of its column, with its interval below."""
    return Cell(*money.within(span, signed), span.mean) if isfinite(span.mean) else Cell("")


def write_decimal(span: Interval, unit: str = "", places: int = 2, signed: bool = False) -> Cell:
    """Return a cell of a plain figure, with its interval below."""
    if not isfinite(span.mean):
        return Cell("")
    sign = "+" if signed else ""
    ends = f"{format_fixed(span.low, places, sign)} to {format_fixed(span.high, places, sign)}" if span.known else ""
    return Cell(f"{format_fixed(span.mean, places, sign)} {unit}".strip(), ends, span.mean)


def describe_basis(results: Results, what: str) -> str:
    """Say what a table holds, from how many replications and over which horizon."""
    n = results.replications
    sure = "one replication" if n == 1 else f"means of {n} replications with their 95 % intervals"
    return f"{what}: {sure}, over {format_horizon(results.months)}"
