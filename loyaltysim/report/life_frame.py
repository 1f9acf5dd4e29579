"""The frame of a life's picture: its colours, its calendar and its legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.report.charts.style import INK, Picture
from loyaltysim.report.life_sentences import calendar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GOOD, BAD, GREY, PARTS = "#0072B2", "#D55E00", "#E69F00", "#7B3294"
SPACINGS = (1, 3, 12, 24, 60, 120, 240)
"""Months from one tick to the next, of which the first that leaves few enough is taken."""
MOST_TICKS = 13
LEGEND_ROW = 0.2
"""Inches from one row of the legend to the next."""


def mark_months(axes: Axes, start: str, months: int, *, last: bool) -> None:
    """Mark the calendar months 1..`months`, as densely as can be read; the `last` lane bears the labels."""
    first = int(start[5:])
    since = list(range(1, months + 1))
    ticks = next(
        found
        for spacing in SPACINGS
        if len(
            found := [month for month in since if (first + month - 2) % min(spacing, 12) == 0][:: max(1, spacing // 12)]
        )
        <= MOST_TICKS
    )
    names = [calendar(month, start) for month in ticks]
    labels = [name[-4:] if name.startswith("January") else name[:3] for name in names]
    axes.set_xticks(ticks, labels if last else [""] * len(ticks), fontsize=9)
    axes.tick_params(axis="x", length=3 if last else 0)
    for month in ticks:
        axes.axvline(month - 0.5, color="#E4E4E4", linewidth=0.7, zorder=0)
    if last:
        axes.set_xlabel(
            "month (a year's number stands at its January); in each lane the line is satisfaction, 0 to 1, while they are a customer",
            fontsize=8.5,
        )


def name_marks(picture: Picture, width: float, high: float) -> None:
    """Write the legend in two rows, at a height of the picture (0 to 1); `width`: the picture's, in inches."""
    from matplotlib.lines import Line2D

    def mark(marker: str, colour: str, label: str, **more: object) -> Line2D:
        return Line2D([], [], linestyle="", marker=marker, color=colour, markersize=6, label=label, **more)  # type: ignore[arg-type]

    rows = (
        [
            mark("o", GREY, "indifferent"), mark("X", BAD, "failure"), mark("^", GOOD, "delight"),
            mark("D", INK, "grievance, voiced"), mark("D", INK, "grievance, silent", markerfacecolor="white"),
            Line2D([], [], color=BAD, linewidth=3, label="told others bad"), Line2D([], [], color=GOOD, linewidth=3, label="told others good"),
        ],
        [
            mark("v", BAD, "heard bad"), mark("v", GOOD, "heard good"),
            mark("v", INK, "from someone they know"), mark("v", INK, "from a stranger", markerfacecolor="white"),
            Line2D([], [], linestyle="", marker="$123$", color=INK, markersize=13, markeredgewidth=0, label=" number of who told them, and +n or ×n how many did"),
        ],
    )  # fmt: skip
    for row, marks in enumerate(rows):
        legend = picture.legend(
            handles=marks,
            loc="center left",
            bbox_to_anchor=(0.1 / width, high - row * LEGEND_ROW / picture.get_size_inches()[1]),
            ncols=len(marks),
            frameon=False,
            fontsize=8,
            handletextpad=0.5,
            columnspacing=1.2,
            handlelength=1.1,
            borderaxespad=0,
        )
        picture.add_artist(legend)
