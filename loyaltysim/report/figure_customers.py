"""How many customers does each strategy have over time?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.report.drawing import COLOURS, Picture, line_look, literal, look, spread, titled, width_of
from loyaltysim.report.labels import all_wrapped
from loyaltysim.report.text.names import name_heading, quote_name
from loyaltysim.report.text.numbers import format_fixed, format_horizon
from loyaltysim.results.results import Results
from loyaltysim.scenario.strategies import month_name
from loyaltysim.stats.intervals import interval, paired, student_t

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BANDS = 6
"""More bands than this add up to grey."""
WIDTH, LABEL_SIZE, LINE_HEIGHT = 9.0, 9.0, 9.0 * 1.35 / 72


def customers(results: Results) -> Figure:
    """Draw customers over time: one line a strategy with its 95 % band, labelled at its end."""
    with look():
        return _customers(results)


def _customers(results: Results) -> Picture:
    names, bands = all_wrapped(results.strategies, 26), banded(results)
    heights = [(name.count("\n") + 1) * LINE_HEIGHT + 0.04 for name in names]
    body = max(4.0, sum(heights) + 1.1)
    picture, top = titled(WIDTH, body, _customers_title(results), _bands(results))
    width, height = picture.get_size_inches()
    right = width_of(picture, names, LABEL_SIZE) + 0.55
    box = (0.95, 0.65, width - 0.95 - right, height - top - 0.65)
    axes = picture.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
    for position, name in enumerate(results.strategies):
        paths = results.path(name, "customers")
        _line(axes, paths, position)
        if name in bands and len(paths) > 1:
            _band(axes, paths, position, faint=min(0.15, 0.75 / len(bands)))
    axes.set_xlim(0, results.months)
    axes.margins(y=0.06)
    axes.grid(axis="y", color="#E6E6E6", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xticks(_month_ticks(results.months))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.set_xlabel(
        literal(
            f"month (0 is the start; month 1 is {results.start}, month {results.months} is "
            f"{month_name(results.months, results.start)})"
        )
    )
    axes.set_ylabel("customers at the end of the month")
    _label_ends(axes, results, names, heights, box[3])
    return picture


def _bands(results: Results) -> str:
    n = results.replications
    if n == 1:
        return "One replication"
    whose = (
        ""
        if len(banded(results)) == len(results.strategies)
        else " (of the first strategy and of the two best at the end)"
    )
    return f"Mean of {n} replications; the bands are 95 % intervals of the mean{whose}"


def banded(results: Results) -> set[str]:
    """Name the strategies whose band is drawn: all of a few, else the first and the two that end best."""
    if len(results.strategies) <= MOST_BANDS:
        return set(results.strategies)
    ends = results.by_strategy("customers")
    return {results.reference, *sorted(ends, key=lambda name: -interval(ends[name]).mean)[:2]}


def _line(axes: Axes, paths: np.ndarray, position: int) -> None:
    axes.plot(range(paths.shape[1]), paths.mean(axis=0), **line_look(position), solid_capstyle="round", zorder=3)


def _band(axes: Axes, paths: np.ndarray, position: int, faint: float) -> None:
    mean, n = paths.mean(axis=0), len(paths)
    half = student_t(0.05, n - 1) * paths.std(axis=0, ddof=1) / n**0.5
    colour, months = COLOURS[position % len(COLOURS)], range(paths.shape[1])
    axes.fill_between(months, mean - half, mean + half, color=colour, alpha=faint, linewidth=0, zorder=2)


def _label_ends(axes: Axes, results: Results, names: list[str], heights: list[float], room: float) -> None:
    """Write each name beside its line's end, moved apart where they would overlap, with a thin guide to the line."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    ends = [float(results.path(name, "customers")[:, -1].mean()) for name in results.strategies]
    wanted = [(end - low) / (high - low) * room for end in ends]
    span = max(sum(heights), room)
    placed = spread(wanted, heights, (room - span) / 2, (room + span) / 2)
    for position, (name, start, y) in enumerate(zip(names, wanted, placed, strict=True)):
        colour = COLOURS[position % len(COLOURS)]
        x = axes.get_position().width * axes.figure.get_size_inches()[0]  # type: ignore[union-attr]
        guide = ([1.0, 1.0 + 0.30 / x], [start / room, y / room])
        axes.plot(*guide, transform=axes.transAxes, color=colour, linewidth=1.2, clip_on=False)
        axes.text(
            1.0 + 0.36 / x, y / room, name, transform=axes.transAxes, fontsize=LABEL_SIZE, va="center", linespacing=1.15
        )


def _month_ticks(months: int) -> list[int]:
    step = next((each for each in (1, 2, 3, 6, 12, 24, 60, 120) if months / each <= 12), 240)
    return list(range(0, months + 1, step))


def _customers_title(results: Results) -> str:
    ends = results.by_strategy("customers")
    first, over = results.reference, format_horizon(results.months)
    if len(ends) == 1:
        start = interval(results.path(first, "customers")[:, 0]).mean
        return f"{name_heading(first, results.strategies)}: from {format_fixed(start)} customers to {format_fixed(interval(ends[first]).mean)} in {over}"
    best = max(ends, key=lambda name: interval(ends[name]).mean)
    gain = paired(ends[best], ends[first])
    if best == first or (gain.known and gain.holds_zero):
        return f"No strategy clearly ends with more customers than {quote_name(first, results.strategies)} after {over}"
    return f"{name_heading(best, results.strategies)} ends with the most customers after {over}: {format_fixed(gain.mean)} more than {quote_name(first, results.strategies)}"
