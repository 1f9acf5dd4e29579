"""Why do customers leave, and how many, under each strategy?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.analysis.summary import share
from loyaltysim.core.codes import REASONS
from loyaltysim.report.drawing import (
    ACCENT,
    INCH,
    MUTED,
    ON_FILL,
    PAPER,
    Picture,
    axes_in,
    look,
    quiet_rows,
    row_height,
    titled,
    width_of,
)
from loyaltysim.report.labels import all_wrapped
from loyaltysim.report.text.names import name_heading, quote_name
from loyaltysim.report.text.numbers import format_fixed, format_horizon
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval, paired

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE = 9.0, 9.0
LOOKS = {
    "indifference": (ACCENT, PAPER, "indifferent service"),
    "product": ("#56B4E9", ON_FILL, "product or process"),
    "rival": ("#E69F00", ON_FILL, "lured by a rival"),
    "friends": ("#CC79A7", ON_FILL, "followed friends"),
    "moved": (MUTED, ON_FILL, "moved away"),
    "died": ("#8A8A8A", ON_FILL, "died"),
}
"""Each reason's colour, the colour of writing on it, and its name; what service can mend comes first."""


def reasons(results: Results) -> Figure:
    """Draw how many customers leave under each strategy and why: one bar a strategy, one part of it a reason."""
    with look():
        return _reasons(results)


def _reasons(results: Results) -> Picture:
    labels = all_wrapped(results.strategies, 30)
    step = row_height(labels, 10, 0.42)
    picture, top = titled(WIDTH, len(labels) * step + 1.25, _title(results), _subtitle(results))
    height = picture.get_size_inches()[1]
    totals = [interval(results.figures[name]["left"]) for name in results.strategies]
    ends = [_end(results, name, total) for name, total in zip(results.strategies, totals, strict=True)]
    left, right = max(width_of(picture, labels, 10) + 0.3, 0.8), width_of(picture, ends, SIZE) + 0.3
    box = (left, 0.6, WIDTH - left - right, height - top - 1.0)
    axes = axes_in(picture, box)
    for row, name in enumerate(results.strategies):
        _bar(axes, results, name, row, box[2] / (max(total.mean for total in totals) or 1.0))
    axes.set_xlim(0, max(total.mean for total in totals) or 1.0)
    quiet_rows(axes, labels)
    for row, text in enumerate(ends):
        axes.text(1 + 0.1 / box[2], row, text, transform=axes.get_yaxis_transform(), fontsize=SIZE, va="center")
    axes.set_xlabel(f"customers who left in {format_horizon(results.months)}")
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=6, frameon=False, fontsize=8.5, borderaxespad=0.1,
        handletextpad=0.4, columnspacing=1.1, handlelength=0.9, handleheight=0.9,
    )  # fmt: skip
    _keep_legend_in(picture, axes)
    return picture


def _keep_legend_in(picture: Picture, axes: Axes) -> None:
    """Let the legend begin at the picture's left edge if it would else end outside of it."""
    legend = axes.get_legend()
    assert legend is not None
    width = legend.get_window_extent(picture.canvas.get_renderer()).width / picture.dpi  # type: ignore[attr-defined]
    place = axes.get_position().bounds
    if place[0] * WIDTH + width > WIDTH - 0.1:
        legend.set_bbox_to_anchor(((0.15 / WIDTH - place[0]) / place[2], 1.0))


def _bar(axes: Axes, results: Results, name: str, row: int, inches_each: float) -> None:
    """Draw one strategy's bar; a part bears its share where there is room for it."""
    figures, begin = results.figures[name], 0.0
    for reason, (colour, ink, label) in LOOKS.items():
        count = interval(figures[f"left_{reason}"]).mean
        part = interval(share(figures[f"left_{reason}"], figures["left"])).mean
        axes.barh(
            row, count, left=begin, height=0.62, color=colour, edgecolor=PAPER, linewidth=0.8,
            label=label if row == 0 else None,
        )  # fmt: skip
        text = f"{100 * part:.0f} %"
        if count * inches_each > len(text) * SIZE * 0.62 / INCH + 0.06:
            axes.text(begin + count / 2, row, text, ha="center", va="center", fontsize=SIZE, color=ink)
        begin += count


def _end(results: Results, name: str, total: Interval) -> str:
    """Write a bar's length, and its difference from the first strategy."""
    if name == results.reference:
        return format_fixed(total.mean)
    gap = paired(results.figures[name]["left"], results.figures[results.reference]["left"])
    return f"{format_fixed(total.mean)}  ({format_fixed(gap.mean, sign='+')})"


def _title(results: Results) -> str:
    first = results.figures[results.reference]
    parts = {reason: interval(share(first[f"left_{reason}"], first["left"])).mean for reason in REASONS}
    most = max(parts, key=lambda reason: parts[reason])
    return f"{name_heading(results.reference, results.strategies)}: {100 * parts[most]:.0f} % of those who leave do so for one reason, {LOOKS[most][2]}"


def _subtitle(results: Results) -> str:
    n = results.replications
    mean = "One replication" if n == 1 else f"Means of {n} replications"
    if len(results.strategies) == 1:
        return f"{mean}; in the bar, each reason's share"
    return f"{mean}; in the bars, each reason's share; in brackets, the difference from {quote_name(results.reference, results.strategies)}"


def fewest_leavers(results: Results) -> str:
    """Say under which strategy the fewest leave, and by how much; empty where that is the first or cannot be told."""
    left = results.by_strategy("left")
    best = min(left, key=lambda name: interval(left[name]).mean)
    gap = paired(left[results.reference], left[best])
    if best == results.reference or gap.holds_zero:
        return ""
    ours, first = (quote_name(name, results.strategies) for name in (best, results.reference))
    return f"The fewest leave under {ours}: {format_fixed(gap.mean)} fewer than under {first} (95 %: {format_fixed(gap.low)} to {format_fixed(gap.high)})."
