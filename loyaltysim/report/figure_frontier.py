"""Who wins where, over two parameters at once?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.report.decided import Decided, plainly
from loyaltysim.report.drawing import COLOURS, PAPER, Picture, axes_in, literal, look, titled, width_of, within
from loyaltysim.report.labels import all_within
from loyaltysim.report.text.names import name_heading

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE, CELL = 9.0, 9.0, 0.62
NEEDS = ("best", "decided")
PALE = 0.35
"""How much of its colour a cell keeps whose winner is not sure."""


def frontier(found: Decided) -> Figure:
    """Draw a map of the best strategy over two parameters; a cell is pale and has a question mark where that is not sure."""
    with look():
        return _frontier(found)


def _frontier(found: Decided) -> Picture:
    table = found.table("frontier", *NEEDS)
    across, up = (str(column) for column in table.columns[:2])
    known = table[table.best.notna() & (table.best != "")]
    names = list(dict.fromkeys(known.best.value_counts().index))
    xs, ys = sorted(table[across].unique()), sorted(table[up].unique())
    measured, _ = titled(WIDTH, 1.0, "", "")
    labels = all_within(measured, names, 2.0, SIZE)
    picture, top = titled(WIDTH, len(ys) * CELL + 1.0, _title(known, len(table)), _subtitle(table))
    right = width_of(picture, labels, SIZE) + 0.7 if labels else 0.3
    ticks = [plainly(y) for y in ys]
    left = width_of(picture, ticks, 10) + 0.65
    height = picture.get_size_inches()[1] - top - 0.75
    axes = axes_in(picture, (left, 0.65, WIDTH - left - right, height))
    _cells(axes, known, (across, up), (xs, ys), names)
    named_xs = [plainly(x) for x in xs]
    every = int((width_of(picture, named_xs, 10) + 0.15) * len(xs) / (WIDTH - left - right)) + 1
    axes.set_xticks(range(0, len(xs), every), named_xs[::every])
    axes.set_yticks(range(len(ys)), ticks)
    axes.tick_params(length=0)
    axes.set_xlim(-0.5, len(xs) - 0.5)
    axes.set_ylim(-0.5, len(ys) - 0.5)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("none")
    axes.set_xlabel(literal(across))
    axes.set_ylabel(within(picture, up, height, 10, most_lines=1))
    for place, label in enumerate(labels):
        y = 1 - (0.2 + place * 0.5) / height
        axes.plot(
            [1 + 0.25 / (WIDTH - left - right)], [y], "s", color=COLOURS[(place + 1) % len(COLOURS)], markersize=10,
            transform=axes.transAxes, clip_on=False,
        )  # fmt: skip
        axes.text(1 + 0.42 / (WIDTH - left - right), y, label, transform=axes.transAxes, fontsize=SIZE, va="center")
    return picture


def _cells(
    axes: Axes, known: pd.DataFrame, paths: tuple[str, str], values: tuple[list[float], list[float]], names: list[str]
) -> None:
    for _, row in known.iterrows():
        x, y = (found.index(row[path]) for path, found in zip(paths, values, strict=True))
        sure = row.decided == "yes"
        colour = COLOURS[(names.index(row.best) + 1) % len(COLOURS)]
        axes.fill_between(
            [x - 0.48, x + 0.48], y - 0.46, y + 0.46, color=colour, alpha=1.0 if sure else PALE, linewidth=0
        )
        if not sure:
            axes.text(x, y, "?", ha="center", va="center", fontsize=11)
    axes.set_facecolor(PAPER)


def _title(known: pd.DataFrame, count: int) -> str:
    if known.empty:
        return "No cell of the map could be simulated"
    counts = known.best.value_counts()
    return f"{name_heading(str(counts.index[0]))} is the best in {counts.iloc[0]} of {count} cells of the map"


def _subtitle(table: pd.DataFrame) -> str:
    n = int(table.replications.max()) if "replications" in table else 0
    return f"The best by mean net present value{f' of {n} replications' if n else ''}; pale with a question mark where that is not sure; empty where no market can be"
