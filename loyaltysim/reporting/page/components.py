"""What the page is made of: sections of a question, what was found, tables of typed cells, and drawings as inline SVG.

A drawing has no outside reference and no date, and its colours follow light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, cast

from markupsafe import escape
from matplotlib.transforms import Bbox

from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.charts.style import Picture, save
from loyaltysim.reporting.text.formats import Money, format_horizon, to_text
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUPERFLUOUS = re.compile(r"<!--.*?-->\s*|<(metadata|style)[^>]*>.*?</\1>\s*|<defs>\s*</defs>\s*", re.DOTALL)
"""What matplotlib writes into an SVG and a page does without."""
LETTERS_A_LINE, LINES_TOGETHER = 30, 9
"""Letters of a cell's line, and lines of a table that on paper need not be divided."""
DARK = {
    "#000000": "#F2F4F5", "#222222": "#E6E8EA", "#555555": "#AEB4BA", "#777777": "#9AA1A8", "#8A8A8A": "#9299A0",
    "#BBBBBB": "#747B82", "#E6E6E6": "#33393F", "#FFFFFF": "#15181B", "#0072B2": "#4BA8E8", "#B34E00": "#F0883E",
    "#D55E00": "#F0883E", "#009E73": "#2FC79A", "#CC79A7": "#E49CC6", "#E69F00": "#F2B632", "#56B4E9": "#8FD0F5",
    "#1A1B1C": "#000000",
}  # fmt: skip
"""Each colour of the house on white, and the one that takes its place on black; both keep their contrast and order.

Letters on fills stay dark, for the fills get lighter.
"""


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


def name_of(colour: str) -> str:
    """Name the style variable that holds a colour."""
    return f"--c{colour[1:].lower()}"


def render_svg(figure: Figure, key: str, label: str) -> str:
    """Return a figure as one `svg` element without its heading, which a page says itself; `label` says what it shows.

    `key` sets the drawing's inner names apart from those of other drawings on the page.
    """
    text = save_svg(figure)
    text = text[text.index("<svg") :]
    text = prefix_names(SUPERFLUOUS.sub("", text), key)
    text = re.sub(r"#[0-9a-fA-F]{6}\b", lambda found: f"var({name_of(found[0])})", text)
    text = re.sub(r' d="[^"]*"', lambda found: re.sub(r"(\d+\.\d{2})\d+", r"\1", found[0]), text)
    text = re.sub(r"\s*\n\s*", "\n", text.replace("xlink:href", "href"))
    view = re.search(r'viewBox="[^"]*"', text)
    assert view is not None
    head = f'<svg role="img" aria-label="{escape(label)}" {view[0]}>'
    return head + text[text.index(">") + 1 :].strip()


def save_svg(figure: Figure) -> str:
    """Return matplotlib's own SVG of what stands below the heading."""
    picture = cast("Picture", figure)
    width, height = picture.get_size_inches()
    for text in picture.heading:
        text.set_visible(False)
    try:
        box, nothing = Bbox([[0, 0], [width, height - picture.top]]), {"Date": None, "Creator": None}
        return save(picture, format="svg", transparent=True, metadata=nothing, bbox_inches=box).decode()
    finally:
        for text in picture.heading:
            text.set_visible(True)


def prefix_names(text: str, key: str) -> str:
    """Drop inner names that nothing refers to, and begin the others with a key."""
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda found: f' id="{key}-{found[1]}"' if found[1] in used else "", text)
    return re.sub(r'(url\(#|href="#)([^")]+)', rf"\1{key}-\2", text)
