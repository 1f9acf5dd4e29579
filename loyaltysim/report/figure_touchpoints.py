"""Which touchpoints are urgent, which need action, which are to be kept, and which are icing?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.analysis.touchpoints import ACTION, ICING, KEEP, URGENT, mean_figures, rank_touchpoints, touchpoint_rows
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.report.drawing import FAINT, Picture, look, spread, titled, width_of, wrapped
from loyaltysim.report.text.names import name_heading
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LABELS = 12
"""The touchpoints that are mended first bear their names; the rest are in touchpoints.csv."""
WIDTH, BODY, LABEL_SIZE, LINE_HEIGHT = 9.0, 5.6, 8.5, 8.5 * 1.35 / 72
LOOKS = {
    "search": ("#56B4E9", "o", "search"),
    "site": ("#009E73", "s", "site"),
    "shopping": ("#D55E00", "D", "shopping"),
    "satisfaction": ("#0072B2", "^", "satisfaction (after the sale)"),
}
CORNERS = {URGENT: (1.0, 0.0), ACTION: (0.0, 0.0), KEEP: (1.0, 1.0), ICING: (0.0, 1.0)}


def touchpoints(results: Results, strategy: str | None = None) -> Figure:
    """Draw importance against performance in four fields, for one strategy (the first); raises InputError without one."""
    chosen = results.reference if strategy is None else strategy
    if chosen not in results.strategies:
        cure = f"there are: {', '.join(results.strategies)}"
        raise InputError(Problem(f"there is no strategy {chosen!r}", cure=cure))
    if not results.audits:
        raise InputError(Problem("no touchpoint was scored", "scorecard", cure="write scorecard: on"))
    with look():
        return _touchpoints(results, chosen)


def _touchpoints(results: Results, strategy: str) -> Picture:
    audits = results.audits[strategy]
    figures, first, between = mean_figures(audits), audits[0], touchpoint_rows(results)
    x, y = 100 * figures["importance"], 100 * figures["performance"]
    order = rank_touchpoints(figures["priority"])
    fields = [between.field(*pair) for pair in zip(figures["importance"], figures["performance"], strict=True)]
    labelled = [row for row in range(len(x)) if order[row] <= MOST_LABELS]
    names = {row: wrapped(f"{order[row]}  {first.names[row]}", 34, most_lines=2) for row in labelled}
    picture, top = titled(WIDTH, BODY, _title(fields), _subtitle(results, strategy, len(x), len(labelled)))
    width, height = picture.get_size_inches()
    right = width_of(picture, list(names.values()), LABEL_SIZE) + 0.55 if names else 0.3
    box = (0.8, 0.65, width - 0.8 - right, height - top - 1.0)
    axes = picture.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
    for stage, (colour, marker, label) in LOOKS.items():
        rows = [row for row, name in enumerate(first.stages) if name == stage]
        if rows:
            axes.scatter(x[rows], y[rows], s=26, c=colour, marker=marker, label=label, linewidths=0, zorder=3)
    _fields(axes, x, y, 100 * between.importance, 100 * between.performance)
    _names(axes, names, x, y, (box[2], box[3]))
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False, fontsize=LABEL_SIZE, borderaxespad=0.1,
        handletextpad=0.2, columnspacing=1.2,
    )  # fmt: skip
    axes.set_xlabel("importance (% of encounters; logarithmic)")
    axes.set_ylabel("performance (% of encounters that go well)")
    return picture


def _fields(axes: Axes, x: np.ndarray, y: np.ndarray, importance: float, performance: float) -> None:
    """Scale the axes so that all four fields are seen, draw the lines between them, and name the fields."""
    shown = x[x > 0]
    axes.set_xscale("log")
    axes.set_xlim(min(shown.min(), importance) / 1.25, max(shown.max(), importance) * 1.25)
    room = max(float(y.max() - y.min()), 4.0)
    axes.set_ylim(max(min(y.min(), performance) - 0.12 * room, -2), min(max(y.max(), performance) + 0.12 * room, 102))
    ticks = [each for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if _inside(axes, each)]
    axes.set_xticks(ticks, [f"{each:g}" for each in ticks])
    axes.minorticks_off()
    axes.axvline(importance, color=FAINT, linewidth=1.0, zorder=1)
    axes.axhline(performance, color=FAINT, linewidth=1.0, zorder=1)
    for name, (across, up) in CORNERS.items():
        axes.annotate(
            name, (across, up), xycoords="axes fraction", xytext=(-6 if across else 6, -6 if up else 6),
            textcoords="offset points", ha="right" if across else "left", va="top" if up else "bottom",
            fontsize=11, fontweight="bold", color="#777777", zorder=2,
        )  # fmt: skip


def _inside(axes: Axes, x: float) -> bool:
    low, high = axes.get_xlim()
    return low <= x <= high


def _names(axes: Axes, names: dict[int, str], x: np.ndarray, y: np.ndarray, size: tuple[float, float]) -> None:
    """Write names at the right edge, moved apart where they would overlap, each with a thin guide to its point."""
    wide, tall = size
    shown = [row for row in names if x[row] > 0]
    places = {row: axes.transAxes.inverted().transform(axes.transData.transform((x[row], y[row]))) for row in shown}
    heights = [(names[row].count("\n") + 1) * LINE_HEIGHT + 0.03 for row in shown]
    placed = spread([places[row][1] * tall for row in shown], heights, 0.0, max(sum(heights), tall))
    for row, at in zip(shown, placed, strict=True):
        across, up = places[row]
        edge = 1.0 + 0.22 / wide
        axes.plot(
            [across, 1.0 + 0.05 / wide, edge], [up, at / tall, at / tall], transform=axes.transAxes, color="#BBBBBB",
            linewidth=0.7, clip_on=False, zorder=2,
        )  # fmt: skip
        axes.text(
            1.0 + 0.27 / wide, at / tall, names[row], transform=axes.transAxes, fontsize=LABEL_SIZE, va="center",
            linespacing=1.15,
        )  # fmt: skip


def _title(fields: list[str]) -> str:
    count = fields.count(URGENT)
    return f"{count} of {len(fields)} touchpoints {'is' if count == 1 else 'are'} urgent: important, and worse than the mean"


def _subtitle(results: Results, strategy: str, count: int, named_count: int) -> str:
    whose = (
        f"{name_heading(strategy, results.strategies)}: means of {results.replications} replications over the horizon"
    )
    which = "" if named_count == count else f"; the {named_count} with the highest priority are named, by rank"
    compared = "" if strategy == results.reference else f"; the level line is that of {results.reference}"
    return f"{whose}{compared}{which}"
