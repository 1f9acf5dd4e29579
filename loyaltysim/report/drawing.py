"""What every picture shares: its look, colours that all readers can tell apart, and text that never gets cut."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from loyaltysim.report.glyphs import directed, drawable, families
from loyaltysim.report.text.names import join_names, to_text, wrap_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito (2008) without its yellow, which is too pale on white; the reference is black.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (6, 2, 1.5, 2)), (0, (1.5, 1.5)))
INK, FAINT, GREY, GRID, PAPER = "#222222", "#8A8A8A", "#555555", "#E6E6E6", "#FFFFFF"
ON_FILL = "#1A1B1C"
"""Letters on a filled shape: dark on white and on black paper, for fills stay light enough on both."""
ACCENT, BAD, MUTED = "#0072B2", "#B34E00", "#BBBBBB"
"""The house's one accent; what does harm; what only keeps the rest company."""
LOOK = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.formatter.useoffset": False,
    "svg.hashsalt": "loyaltysim",
}
INCH = 72.0
DPI = 144


class Picture(Figure):
    """A matplotlib figure that a notebook shows by itself, free of pyplot's state.

    `headline` and `note` are its title and subtitle in words, `heading` their texts, and `top` their height in inches.
    """

    headline: str = ""
    note: str = ""
    heading: tuple[Any, ...] = ()
    top: float = 0.0

    def _repr_png_(self) -> bytes:
        return png(self)


@contextmanager
def look() -> Iterator[None]:
    """Draw with the house's look whatever the user's own matplotlib settings are."""
    with style.context(["default", LOOK | {"font.family": families()}]):
        yield


def titled(width: float, body: float, title: str, subtitle: str) -> tuple[Picture, float]:
    """Give a picture of a width with room below its heading, all in inches, and the heading's height."""
    picture = Picture(figsize=(width, body), dpi=DPI)
    FigureCanvasAgg(picture)
    large: dict[str, Any] = {"fontsize": 12.5, "fontweight": "bold", "linespacing": 1.25}
    small: dict[str, Any] = {"fontsize": 9.0, "color": "#555555"}
    lines, below = (_fitted(picture, *each, width - 0.35) for each in ((title, large), (subtitle, small)))
    second = 0.20 + len(lines) * 12.5 * 1.32 / INCH
    top = second + len(below) * 9 * 1.35 / INCH + 0.12
    height = body + top
    picture.set_size_inches(width, height)
    picture.heading = (
        picture.text(0.15 / width, 1 - 0.14 / height, "\n".join(lines), va="top", **large),
        picture.text(0.15 / width, 1 - second / height, "\n".join(below), va="top", **small),
    )
    picture.headline, picture.note, picture.top = to_text(title), to_text(subtitle).replace(r"\$", "$"), top
    return picture, top


def _fitted(picture: Figure, text: str, kind: dict[str, Any], room: float) -> list[str]:
    """Break a text into lines that fit into so many inches in the given type."""
    letters = max(int(room / (kind["fontsize"] * 0.0070)), 8)
    while True:
        lines = [literal(line) for line in textwrap.wrap(drawable(to_text(text)), letters)]
        if letters <= 8 or width_of(picture, lines, **kind) <= room:
            return lines
        letters -= 2


def png(figure: Figure) -> bytes:
    """Give a figure's PNG, equal bytes for equal figures (no date, no version)."""
    file = io.BytesIO()
    with look():
        figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def svg(figure: Figure) -> bytes:
    """Give a figure's SVG, equal bytes for equal figures (no date)."""
    file = io.BytesIO()
    with look():
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def literal(text: str) -> str:
    """Keep matplotlib from reading dollar signs as mathematics, and words from the right from turning the others around."""
    return directed(drawable(to_text(text))).replace("$", r"\$")


def tidy(text: str) -> str:
    """Give a name as it is drawn: in one line, with the letters that there are."""
    return join_names(drawable(to_text(text)))


def wrapped(text: str, width: int, most_lines: int = 3, keep: int = 0) -> str:
    """Break a name into lines of so many letters, as `in_lines` does, of its tidy form."""
    return "\n".join(map(directed, wrap_names(tidy(text), width, most_lines, keep))).replace("$", r"\$")


def within(
    picture: Picture, text: str, inches: float, fontsize: float, most_lines: int = 3, keep: int = 0, **kind: Any
) -> str:
    """Break or shorten a name so that it is no wider than so many inches, however wide its letters are; `keep`: as above."""
    letters = max(int(inches * INCH / (fontsize * 0.55)), 6)
    while True:
        shown = wrapped(text, letters, most_lines, keep)
        if letters <= 6 or width_of(picture, shown.split("\n"), fontsize=fontsize, **kind) <= inches:
            return shown
        letters = max(letters * 9 // 10, 6) if letters > 20 else letters - 1


def line_look(position: int) -> dict[str, Any]:
    """Give the colour and dashes of the strategy at a position; the first 28 differ."""
    return {"color": COLOURS[position % len(COLOURS)], "linestyle": LINES[position % len(LINES)], "linewidth": 1.8}


def width_of(picture: Figure, texts: Sequence[str], fontsize: float, **kind: Any) -> float:
    """Measure the widest of several texts, in inches."""
    widest = 0.0
    for text in texts:
        probe = picture.text(0, 0, text, fontsize=fontsize, **kind)
        widest = max(widest, probe.get_window_extent(picture.canvas.get_renderer()).width)  # type: ignore[attr-defined]
        probe.remove()
    return widest / picture.dpi


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Move labels (centres and heights in one unit) apart as little as need be, in their order, within bounds.

    Neighbours that overlap become a block around the mean of where they wanted to be; blocks that then meet are merged.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    blocks: list[tuple[list[int], float]] = []
    for i in order:
        members, centre = [i], _within(wanted[i], heights[i], low, high)
        while blocks and _overlap(blocks[-1], (members, centre), heights):
            earlier, _ = blocks.pop()
            members = earlier + members
            centre = _within(_best_centre(members, wanted, heights), sum(heights[j] for j in members), low, high)
        blocks.append((members, centre))
    placed = [0.0] * len(wanted)
    for members, centre in blocks:
        edge = centre - sum(heights[j] for j in members) / 2
        for j in members:
            placed[j] = edge + heights[j] / 2
            edge += heights[j]
    return placed


def _overlap(lower: tuple[list[int], float], upper: tuple[list[int], float], heights: Sequence[float]) -> bool:
    reach = (sum(heights[j] for j in lower[0]) + sum(heights[j] for j in upper[0])) / 2
    return upper[1] - lower[1] < reach - 1e-9


def _best_centre(members: Sequence[int], wanted: Sequence[float], heights: Sequence[float]) -> float:
    """Give the block centre at which its labels lie, on average, where they wanted to."""
    total, edge, offsets = sum(heights[j] for j in members), 0.0, 0.0
    for j in members:
        offsets += wanted[j] - (edge + heights[j] / 2)
        edge += heights[j]
    return offsets / len(members) + total / 2


def _within(centre: float, height: float, low: float, high: float) -> float:
    return max(min(centre, high - height / 2), low + height / 2)


Box = tuple[float, float, float, float]
"""Left, bottom, width and height in inches."""


def axes_in(picture: Picture, box: Box) -> Axes:
    """Give axes in a box of the picture."""
    width, height = picture.get_size_inches()
    left, bottom, wide, tall = box
    return picture.add_axes((left / width, bottom / height, wide / width, tall / height))


def quiet_rows(axes: Axes, labels: Sequence[str]) -> None:
    """Name rows 0, 1, ... from the top at the left edge, without ticks or spine, over a faint vertical grid."""
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(labels) - 0.45, -0.55)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_color("none")
    axes.spines["bottom"].set_color(FAINT)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")


def row_height(labels: Sequence[str], size: float, least: float) -> float:
    """Give the height in inches of rows whose labels may have several lines."""
    most = max(label.count("\n") + 1 for label in labels)
    return max(most * size * 1.35 / INCH + 0.1, least)
