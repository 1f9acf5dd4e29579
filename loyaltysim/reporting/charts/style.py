"""What every picture shares: its look, colours that all readers can tell apart, and text that never gets cut."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from unicodedata import bidirectional

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from loyaltysim.reporting.text.formats import to_text
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

Look = dict[str, Any]
"""Arguments by which matplotlib draws: a colour, a size, a place."""
# Okabe and Ito (2008) without its yellow, which is too pale on white; the reference is black.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (6, 2, 1.5, 2)), (0, (1.5, 1.5)))
INK, FAINT, GREY, GRID, PAPER = "#222222", "#8A8A8A", "#555555", "#E6E6E6", "#FFFFFF"
ON_FILL = "#1A1B1C"
"""Letters on a filled shape: dark on white and on black paper, for fills stay light enough on both."""
ACCENT, BAD, MUTED = "#0072B2", "#B34E00", "#BBBBBB"
"""The house's one accent; what does harm; what only keeps the rest company."""
FONTS = (
    "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Micro Hei", "PingFang SC",
    "Microsoft YaHei", "Yu Gothic", "Arial Unicode MS", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic",
    "Noto Sans Devanagari", "Nirmala UI", "Lohit Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "FreeSans",
    "Noto Sans Thai", "Leelawadee UI", "Thonburi", "Noto Sans Ethiopic", "Ebrima", "Kefa", "Noto Emoji", "Symbola",
    "Segoe UI Symbol", "Noto Sans Symbols2", "DejaVu Serif", "DejaVu Sans Mono", "STIXGeneral",
)  # fmt: skip
"""Fonts in which a letter is looked for, of those installed; matplotlib brings the first and the last three."""
STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "legend.borderaxespad": 0.1,
    "legend.handletextpad": 0.3,
    "legend.columnspacing": 1.5,
    "axes.formatter.useoffset": False,
    "svg.hashsalt": "loyaltysim",
}
INCH, DPI, WIDTH, SIZE = 72.0, 144, 9.0, 9.0
"""Points of an inch, dots of an inch, a picture's inches across, and points of its usual letters."""
ABOVE: Look = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0)}
"""Where a legend stands: above its axes, from their left edge on."""
LEFT_TO_RIGHT = "\u200e"
"""Unicode's mark: a name from the right at a sentence's beginning does not turn the sentence."""
LABEL = 2.3
"""Inches that the names of strategies may be wide."""


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

    def draw(self, renderer: Any) -> None:
        """Draw it; a letter that no font has is a box, of which nobody need be warned."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from")
            super().draw(renderer)


@cache
def style_sheet() -> Look:
    """Return the house's look as settings of matplotlib, with the fonts that are installed."""
    installed = {font.name for font in fontManager.ttflist}
    return STYLE | {"font.family": [name for name in FONTS if name in installed]}


@contextmanager
def look() -> Iterator[None]:
    """Draw with the house's look whatever the user's own matplotlib settings are."""
    with style.context(["default", style_sheet()]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


def titled(width: float, body: float, title: str, subtitle: str) -> tuple[Picture, float]:
    """Return a picture with its heading, and the heading's height in inches.

    Args:
        width: the picture's, in inches.
        body: the room below the heading, in inches.
        title: what is to be seen, in bold letters.
        subtitle: how it was found.
    """
    large: Look = {"fontsize": 12.5, "fontweight": "bold", "linespacing": 1.25}
    small: Look = {"fontsize": 9.0, "color": GREY}
    above, below = (fit(text, width - 0.35, 20, **kind) for text, kind in ((title, large), (subtitle, small)))
    second = 0.20 + (above.count("\n") + bool(above)) * 12.5 * 1.32 / INCH
    top = second + (below.count("\n") + bool(below)) * 9 * 1.35 / INCH + 0.12
    height = body + top
    picture = Picture(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(picture)
    picture.heading = (
        picture.text(0.15 / width, 1 - 0.14 / height, above, va="top", **large),
        picture.text(0.15 / width, 1 - second / height, below, va="top", **small),
    )
    picture.headline, picture.note, picture.top = to_text(title), to_text(subtitle).replace(r"\$", "$"), top
    return picture, top


def subplots(
    body: float, title: str, subtitle: str, rows: int = 1, columns: int = 1, ratios: Sequence[float] | None = None
) -> tuple[Picture, list[Axes]]:
    """Return a picture that lays out its axes below its heading by itself, and these axes, row by row.

    Args:
        body: the room below the heading, in inches.
        title: what is to be seen, in bold letters.
        subtitle: how it was found.
        rows: how many axes stand above one another.
        columns: how many stand side by side.
        ratios: the rows' heights in proportion; by default they are alike.
    """
    picture, _ = titled(WIDTH, body, title, subtitle)
    below = body / picture.get_size_inches()[1]
    picture.set_layout_engine("constrained", rect=(0, 0, 1, below), w_pad=0.12, h_pad=0.1)
    grid = picture.subplots(rows, columns, squeeze=False, gridspec_kw={"height_ratios": ratios})
    return picture, list(grid.flat)


def fit(text: str, inches: float, most_lines: int = 8, **kind: Any) -> str:
    """Return a text broken into lines no wider than so many inches, in letters of this `fontsize` and kind."""
    letters = max(int(inches * INCH / (kind["fontsize"] * 0.5)), 8)
    while True:
        lines = textwrap.wrap(to_text(text), letters, max_lines=most_lines, placeholder=" …", break_on_hyphens=False)
        lines = [to_text(text)[: letters - 1] + "…"] if lines == ["…"] else lines  # one word, too long for one line
        lines = [literal(line) for line in lines]
        if letters <= 8 or width_of(None, lines, **kind) <= inches:
            return "\n".join(lines)
        letters = letters * 9 // 10


def fit_all(texts: Sequence[str], inches: float, fontsize: float = SIZE, most_lines: int = 8, **kind: Any) -> list[str]:
    """Return texts broken likewise."""
    return [fit(text, inches, most_lines, fontsize=fontsize, **kind) for text in texts]


def png(figure: Figure) -> bytes:
    """Return a figure's PNG, equal bytes for equal figures (no date, no version)."""
    return save(figure, format="png", dpi=DPI, metadata={"Software": None})


def svg(figure: Figure) -> bytes:
    """Return a figure's SVG, equal bytes for equal figures (no date)."""
    return save(figure, format="svg", metadata={"Date": None})


def save(figure: Figure, **how: Any) -> bytes:
    """Return a figure as matplotlib saves it, in the house's look."""
    file = io.BytesIO()
    with look():
        figure.savefig(file, **how)
    return file.getvalue()


def literal(text: str) -> str:
    """Return a text of which matplotlib reads no dollar sign as mathematics, and that begins at the left."""
    turned = any(bidirectional(letter) in ("R", "AL") for letter in text)
    return f"{LEFT_TO_RIGHT if turned else ''}{to_text(text)}".replace("$", r"\$")


def line_look(position: int) -> Look:
    """Return the colour and dashes of the strategy at a position; the first 28 differ."""
    return {"color": COLOURS[position % len(COLOURS)], "linestyle": LINES[position % len(LINES)], "linewidth": 1.8}


@cache
def scratch() -> Picture:
    """Return a picture on which texts are measured that have no picture yet."""
    picture = Picture(dpi=DPI)
    FigureCanvasAgg(picture)
    return picture


def width_of(picture: Figure | None, texts: Sequence[str], fontsize: float, **kind: Any) -> float:
    """Return the width in inches of the widest of several texts."""
    canvas = (picture or scratch()).canvas
    widest = 0.0
    for text in texts:
        probe = canvas.figure.text(0, 0, text, fontsize=fontsize, **kind)
        widest = max(widest, probe.get_window_extent(canvas.get_renderer()).width)  # type: ignore[attr-defined]
        probe.remove()
    return widest / canvas.figure.dpi


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Move labels (centres and heights in one unit) apart as little as need be, in their order, within bounds.

    Neighbours that overlap become a block around the mean of where they wanted to be; blocks that then meet are merged.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    blocks: list[tuple[list[int], float]] = []
    for i in order:
        members, centre = [i], clamp(wanted[i], heights[i], low, high)
        while blocks and overlap(blocks[-1], (members, centre), heights):
            members = blocks.pop()[0] + members
            tall = sum(heights[j] for j in members)
            centre = clamp(find_centre(members, wanted, heights), tall, low, high)
        blocks.append((members, centre))
    placed = [0.0] * len(wanted)
    for members, centre in blocks:
        edge = centre - sum(heights[j] for j in members) / 2
        for j in members:
            placed[j] = edge + heights[j] / 2
            edge += heights[j]
    return placed


def overlap(lower: tuple[list[int], float], upper: tuple[list[int], float], heights: Sequence[float]) -> bool:
    """Tell whether two blocks, each its members and its centre, overlap."""
    reach = (sum(heights[j] for j in lower[0]) + sum(heights[j] for j in upper[0])) / 2
    return upper[1] - lower[1] < reach - 1e-9


def find_centre(members: Sequence[int], wanted: Sequence[float], heights: Sequence[float]) -> float:
    """Return the block centre at which its labels lie, on average, where they wanted to."""
    total, edge, offsets = sum(heights[j] for j in members), 0.0, 0.0
    for j in members:
        offsets += wanted[j] - (edge + heights[j] / 2)
        edge += heights[j]
    return offsets / len(members) + total / 2


def clamp(centre: float, height: float, low: float, high: float) -> float:
    """Return the centre nearest to this one at which a height lies within bounds."""
    return max(min(centre, high - height / 2), low + height / 2)


Box = tuple[float, float, float, float]
"""Left, bottom, width and height in inches."""


def axes_in(picture: Picture, box: Box) -> Axes:
    """Return axes in a box of the picture."""
    width, height = picture.get_size_inches()
    left, bottom, wide, tall = box
    return picture.add_axes((left / width, bottom / height, wide / width, tall / height))


def quiet_rows(axes: Axes, labels: Sequence[str]) -> None:
    """Name rows 0, 1, ... from the top at the left edge, without ticks or spine, over a faint vertical grid."""
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(labels) - 0.45, -0.55)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.spines["left"].set_color("none")
    axes.spines["bottom"].set_color(FAINT)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")


def row_height(labels: Sequence[str], size: float, least: float) -> float:
    """Return the height in inches of rows whose labels may have several lines."""
    most = max(label.count("\n") + 1 for label in labels)
    return max(most * size * 1.35 / INCH + 0.1, least)


def beside(axes: Axes, texts: Sequence[str], above: float = 0.0, size: float = SIZE, **kind: Any) -> list[Annotation]:
    """Write texts at the right of rows 0, 1, ..., `above` their middle by so many points, and return them."""
    place: Any = axes.get_yaxis_transform()
    kind |= {"xycoords": place, "xytext": (8, above), "textcoords": "offset points", "va": "center", "fontsize": size}
    return [axes.annotate(text, (1.0, row), **kind) for row, text in enumerate(texts)]


def draw_estimate(
    axes: Axes,
    y: float,
    span: Interval,
    colour: str,
    marker: str = "o",
    fill: str = "",
    label: str | None = None,
    width: float = 1.8,
) -> None:
    """Draw a mark at a mean, on the line of its interval if that is known."""
    if span.known:
        axes.plot([span.low, span.high], [y, y], color=colour, linewidth=width, zorder=2)
    kind: Look = {"markerfacecolor": fill or colour, "markeredgecolor": colour, "markersize": 6.5}
    axes.plot([span.mean], [y], marker, zorder=3, label=label, **kind)


def colours_of(count: int) -> list[str]:
    """Return the colour of each of so many strategies."""
    return [COLOURS[place % len(COLOURS)] for place in range(count)]


def label_lines(axes: Axes, labels: Sequence[str], values: Sequence[float]) -> None:
    """Write the strategies' labels beside where their lines end, at these values."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    label_ends(axes, labels, [(1.0, (value - low) / (high - low)) for value in values], colours_of(len(labels)))


def label_ends(axes: Axes, labels: Sequence[str], ends: Sequence[tuple[float, float]], colours: Sequence[str]) -> None:
    """Write labels at the axes' right, moved apart where they would overlap, each with a guide from its end.

    Call it last: the room for the labels is known when all else is laid out.

    Args:
        axes: of a picture that lays itself out.
        labels: what to write.
        ends: where each guide begins, as parts of the axes' width and height.
        colours: one of each guide.
    """
    picture: Any = axes.get_figure()
    kind: Look = {"xytext": (28, 0), "textcoords": "offset points", "va": "center", "linespacing": 1.15}
    texts = [axes.annotate(each, (1.0, 0.5), xycoords="axes fraction", fontsize=SIZE, **kind) for each in labels]
    picture.get_layout_engine().execute(picture)
    wide, tall = axes.get_position().size * picture.get_size_inches()
    heights = [text.get_window_extent().height / picture.dpi + 0.03 for text in texts]
    wanted = [up * tall for _, up in ends]
    room = max(sum(heights), tall)
    placed = spread(wanted, heights, (tall - room) / 2, (tall + room) / 2)
    for text, (across, up), y, colour in zip(texts, ends, placed, colours, strict=True):
        text.xy = (1.0, y / tall)
        guide = ([across, 1.0 + 0.05 / wide, 1.0 + 0.33 / wide], [up, up if across == 1.0 else y / tall, y / tall])
        axes.plot(*guide, transform=axes.transAxes, color=colour, linewidth=0.9, clip_on=False)
