"""What is said, good and bad, and what did it do: who came because of it, and who followed friends away?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.report.drawing import (
    ACCENT,
    BAD,
    GREY,
    INK,
    Picture,
    axes_in,
    look,
    quiet_rows,
    row_height,
    titled,
    width_of,
    within,
)
from loyaltysim.report.labels import all_within
from loyaltysim.report.text.names import name_heading, quote_name
from loyaltysim.report.text.numbers import format_fixed, format_horizon
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import interval, paired

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE, MOST_LEFT = 9.0, 8.5, 2.0
PANELS = (
    ("messages_bad", "bad messages", BAD),
    ("messages_good", "good messages", ACCENT),
    ("joined_by_talk", "customers whom talk brought", ACCENT),
    ("left_friends", "customers who followed friends away", BAD),
)


def talk(results: Results) -> Figure:
    """Draw messages sent, bad and good, and the customers whom talk brought and took, under each strategy."""
    with look():
        return _talk(results)


def _talk(results: Results) -> Picture:
    measured, _ = titled(WIDTH, 1.0, "", "")
    labels = all_within(measured, results.strategies, MOST_LEFT, 9.5)
    step = row_height(labels, 9.5, 0.42)
    picture, top = titled(WIDTH, len(labels) * step + 1.05, _title(results), _subtitle(results))
    height = picture.get_size_inches()[1]
    left = max(width_of(picture, labels, 9.5) + 0.3, 0.8)
    each = (WIDTH - left - 0.1) / len(PANELS)
    for number, (metric, heading, colour) in enumerate(PANELS):
        box = (left + number * each, 0.2, each - 0.2, height - top - 0.75)
        axes = axes_in(picture, box)
        _bars(axes, results, metric, colour)
        quiet_rows(axes, labels if number == 0 else [""] * len(labels))
        axes.tick_params(axis="y", labelsize=9.5)
        axes.grid(visible=False)
        axes.set_xticks([])
        axes.spines["bottom"].set_color("none")
        axes.text(
            0, 1 + 0.06 / box[3], within(picture, heading, each - 0.12, 9, fontweight="bold"), transform=axes.transAxes,
            fontsize=9, fontweight="bold", va="bottom", linespacing=1.15,
        )  # fmt: skip
    return picture


def _bars(axes: Axes, results: Results, metric: str, colour: str) -> None:
    """Draw one bar a strategy with its number, and below the number the difference from the first."""
    found = results.by_strategy(metric)
    most = max(interval(values).mean for values in found.values()) or 1.0
    axes.set_xlim(0, most * 1.75)
    axes.axvline(0, color=INK, linewidth=1.0)
    for row, (name, values) in enumerate(found.items()):
        span, gap = interval(values), paired(values, found[results.reference])
        axes.barh(row, span.mean, height=0.56, color=colour, linewidth=0)
        text, rise = format_fixed(span.mean), 0.0
        if name != results.reference:
            rise = 0.17
            axes.text(
                span.mean + most * 0.04,
                row + rise,
                format_fixed(gap.mean, sign="+"),
                fontsize=7.5,
                va="center",
                color=GREY,
            )
        axes.text(span.mean + most * 0.04, row - rise, text, fontsize=SIZE, va="center")


def _title(results: Results) -> str:
    first, whose = results.reference, name_heading(results.reference, results.strategies)
    good, bad = (interval(results.figures[first][metric]).mean for metric in ("messages_good", "messages_bad"))
    if bad <= 0:
        return f"{whose}: nobody says anything bad"
    brought, took = (interval(results.figures[first][metric]).mean for metric in ("joined_by_talk", "left_friends"))
    return (
        f"{whose}: {good / bad:.1f} good messages for each bad one; "
        f"talk brings {format_fixed(brought)} customers, and {format_fixed(took)} follow friends away"
    )


def _subtitle(results: Results) -> str:
    n, over = results.replications, format_horizon(results.months)
    mean = f"One replication over {over}" if n == 1 else f"Means of {n} replications over {over}"
    if len(results.strategies) == 1:
        return mean
    return f"{mean}; the smaller number is the difference from {quote_name(results.reference, results.strategies)}"


def most_moved(results: Results) -> str:
    """Say which strategy gains most by talk; empty where none surely does."""
    found = {
        name: results.figures[name]["joined_by_talk"] - results.figures[name]["left_friends"]
        for name in results.strategies
    }
    best = max(found, key=lambda name: interval(found[name]).mean)
    gap = paired(found[best], found[results.reference])
    if best == results.reference or gap.holds_zero:
        return ""
    return (
        f"{name_heading(best, results.strategies)} gains most by it: {format_fixed(gap.mean)} customers more than "
        f"{quote_name(results.reference, results.strategies)}, brought and kept (95 %: {format_fixed(gap.low)} to {format_fixed(gap.high)})."
    )
