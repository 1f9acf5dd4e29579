"""At which value does the recommendation turn?"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from loyaltysim.report.decided import TURNS, Decided, plainly
from loyaltysim.report.drawing import (
    ACCENT,
    COLOURS,
    FAINT,
    GREY,
    GRID,
    INK,
    Picture,
    axes_in,
    line_look,
    literal,
    look,
    spread,
    titled,
    width_of,
    within,
)
from loyaltysim.report.labels import all_within
from loyaltysim.report.text.names import quote_name
from loyaltysim.report.text.numbers import money_for
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE, LINE_HEIGHT, MOST_BANDS = 9.0, 9.0, 9.0 * 1.35 / 72, 6
STEP = 0.17
"""Inches between what is written above the axes."""
WIDE_RANGE, FEW_DECADES = 8.0, 500.0
"""From this ratio of its ends on, a range of values is drawn in proportion."""
NEEDS = ("path", "unit", "value", "strategy", "against_first", "ci_low", "ci_high", "best")


def breakeven(found: Decided) -> Figure:
    """Draw what each strategy earns against the first along a parameter or lever, today's value, and where the best changes."""
    with look():
        return _breakeven(found)


def _breakeven(found: Decided) -> Picture:
    from matplotlib.ticker import LogLocator, NullLocator

    curve = found.table("breakeven_curve", *NEEDS)
    curve = curve[curve.strategy.notna() & (curve.strategy != "")]
    names = list(dict.fromkeys(curve.strategy))
    flips = _flips(found)
    path, unit = str(curve.path.iloc[0]), str(curve.unit.iloc[0]).replace("$", found.currency)
    spans = [Interval(row.against_first, row.ci_low, row.ci_high) for row in curve.itertuples()]
    scale = money_for(found.currency, *spans)
    measured, _ = titled(WIDTH, 1.0, "", "")
    labels = all_within(measured, names, 2.0, SIZE)
    heights = [(label.count("\n") + 1) * LINE_HEIGHT + 0.04 for label in labels]
    picture, top = titled(
        WIDTH, max(4.2, sum(heights) + 1.4), _title(path, unit, flips, curve), _subtitle(curve, names)
    )
    right = width_of(picture, labels, SIZE) + 0.55
    box = (0.95, 0.65, WIDTH - 0.95 - right, picture.get_size_inches()[1] - top - 0.9 - STEP * (len(flips) + 1))
    axes = axes_in(picture, box)
    ends = [_line(axes, curve, name, place, names, scale.divisor) for place, name in enumerate(names)]
    values = curve.value
    if values.min() > 0 and values.max() / values.min() >= WIDE_RANGE:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(
            LogLocator(subs=(1.0, 2.0, 5.0) if values.max() / values.min() < FEW_DECADES else (1.0,))
        )
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(values.min(), values.max())
    axes.margins(y=0.08)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.set_xlabel(literal(f"{path} ({unit})"))
    axes.set_ylabel(within(picture, f"net present value against {names[0]} ({scale.unit})", box[3], 10, most_lines=2))
    _marks(axes, found, flips, (values.min(), values.max()))
    _label_ends(axes, labels, heights, ends, box)
    return picture


def _flips(found: Decided) -> pd.DataFrame:
    """Give the places at which the recommendation itself turns."""
    rows = found.find("breakeven")
    columns = {"flips_at", "ci_low", "ci_high", "better_below", "better_above", "recommendation", "today"}
    if rows is None or not columns <= set(rows.columns):
        import pandas as pd

        return pd.DataFrame(columns=sorted(columns))
    return rows[rows.recommendation == TURNS]


def _line(axes: Axes, curve: pd.DataFrame, name: str, place: int, names: list[str], divisor: float) -> float:
    """Draw one strategy's line with its band, and give where it ends."""
    rows = curve[curve.strategy == name].sort_values("value")
    gap = rows.against_first.fillna(0.0) / divisor
    axes.plot(rows.value, gap, **line_look(place), zorder=3)
    if len(names) <= MOST_BANDS and rows.ci_low.notna().any():
        low, high = rows.ci_low / divisor, rows.ci_high / divisor
        axes.fill_between(rows.value, low, high, color=COLOURS[place % len(COLOURS)], alpha=0.15, linewidth=0, zorder=2)
    return float(gap.iloc[-1])


def _marks(axes: Axes, found: Decided, flips: pd.DataFrame, ends: tuple[float, float]) -> None:
    """Mark today's value, and each place where the recommendation turns with its interval, above the axes."""
    rows = found.find("breakeven")
    today = float(rows.today.iloc[0]) if rows is not None and len(rows) and "today" in rows else None
    for level, flip in enumerate(flips.itertuples()):
        low = flip.ci_low if flip.ci_low == flip.ci_low else ends[0]
        high = flip.ci_high if flip.ci_high == flip.ci_high else ends[1]
        axes.axvspan(max(low, ends[0]), min(high, ends[1]), color=ACCENT, alpha=0.14, linewidth=0, zorder=1)
        axes.axvline(flip.flips_at, color=ACCENT, linewidth=1.6, zorder=2)
        _above(axes, flip.flips_at, f"turns at {plainly(flip.flips_at)}", ACCENT, 0.05 + STEP * level)
    if today is not None and ends[0] <= today <= ends[1]:
        axes.axvline(today, color=INK, linewidth=1.0, linestyle=(0, (1.5, 2.5)), zorder=2)
        _above(axes, today, f"today {plainly(today)}", GREY, 0.05 + STEP * len(flips))


def _above(axes: Axes, x: float, text: str, colour: str, inches: float) -> None:
    from matplotlib.transforms import blended_transform_factory

    places = blended_transform_factory(axes.transData, axes.transAxes)
    axes.annotate(
        text, (x, 1.0), xycoords=places, xytext=(0, inches * 72), textcoords="offset points", ha="center", fontsize=SIZE,
        color=colour, va="bottom",
    )  # fmt: skip


def _label_ends(
    axes: Axes, labels: list[str], heights: list[float], ends: list[float], box: tuple[float, float, float, float]
) -> None:
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    room = box[3]
    wanted = [(end - low) / (high - low) * room for end in ends]
    placed = spread(wanted, heights, 0.0, max(sum(heights), room))
    for place, (label, start, y) in enumerate(zip(labels, wanted, placed, strict=True)):
        axes.plot(
            [1.0, 1.0 + 0.30 / box[2]], [start / room, y / room], transform=axes.transAxes, linewidth=1.2,
            color=COLOURS[place % len(COLOURS)], clip_on=False,
        )  # fmt: skip
        axes.text(
            1.0 + 0.36 / box[2], y / room, label, transform=axes.transAxes, fontsize=SIZE, va="center", linespacing=1.15
        )
    axes.spines["left"].set_color(FAINT)


def _title(path: str, unit: str, flips: pd.DataFrame, curve: pd.DataFrame) -> str:
    if flips.empty:
        best = curve[curve.best == "yes"].strategy
        which = "stays the best" if curve.strategy.nunique() > 2 else "stays the better"
        return f"Nothing turns: {quote_name(best.mode().iloc[0]) if len(best) else 'the best'} {which} over the whole range of {path}"
    first = flips.iloc[0]
    below, above = quote_name(first.better_below), quote_name(first.better_above)
    sampled = "replications" in curve and curve.replications.max() > 1
    if sampled and isnan(first.ci_low) and isnan(first.ci_high):
        return f"Cannot tell whether {below} or {above} is better, wherever {path} lies in the range"
    return f"The recommendation turns from {below} to {above} where {path} rises past {plainly(first.flips_at)} {unit}"


def _subtitle(curve: pd.DataFrame, names: list[str]) -> str:
    bands = "; bands are 95 % intervals, paired on common luck" if len(names) <= MOST_BANDS else ""
    n = int(curve.replications.max()) if "replications" in curve else 0
    return f"{f'Means of {n} replications a value' if n else 'Means'}{bands}. The zero line is {quote_name(names[0])}"
