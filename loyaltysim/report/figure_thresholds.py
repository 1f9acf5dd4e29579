"""How far would prices and rates have to move before the recommendation turns?"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from loyaltysim.report.charts.style import (
    ACCENT,
    BAD,
    GREY,
    INK,
    Picture,
    all_within,
    axes_in,
    look,
    quiet_rows,
    row_height,
    titled,
    width_of,
    within,
)  # fmt: skip
from loyaltysim.report.names import head, named
from loyaltysim.report.results import Results
from loyaltysim.report.threshold_words import times
from loyaltysim.report.thresholds import MOST_TIMES, Threshold
from loyaltysim.report.thresholds import thresholds as found

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE, MOST_ROWS = 9.0, 9.0, 10
EMPTY = "Nothing that has a value today to be a multiple of turns the recommendation."


def thresholds(results: Results) -> Figure:
    """Draw where each price or rate turns the recommendation, as a multiple of today's, the nearest first."""
    with look():
        return _drawn(results)


def shown(results: Results) -> list[Threshold]:
    """Give what is drawn: the nearest to today's first; what is zero today has no multiple."""
    known = [each for each in found(results) if isfinite(each.times_today.mean)]
    return sorted(known, key=lambda each: _apart(each.times_today.mean))[:MOST_ROWS]


def _apart(ratio: float) -> float:
    return max(ratio, 1.0 / ratio) if ratio > 0.0 else float("inf")


def _nothing(results: Results) -> Picture:
    picture, _ = titled(WIDTH, 0.9, title(results), _subtitle(results))
    picture.text(0.15 / WIDTH, 0.5 / picture.get_size_inches()[1], EMPTY, fontsize=SIZE)
    return picture


def _drawn(results: Results) -> Picture:
    rows = shown(results)
    if not rows:
        return _nothing(results)
    measured, _ = titled(WIDTH, 1.0, "", "")
    labels = [within(measured, each.meaning, 2.9, 10, 3) for each in rows]
    told = [" ".join([text, f"({span})" if span else ""]).strip() for text, span in map(times, rows)]
    then = all_within(measured, [_then(results, each) for each in rows], 2.1, 8, 2)
    step = row_height([*labels, *(f"{text}\n{below}" for text, below in zip(told, then, strict=True))], 9.5, 0.5)
    picture, top = titled(WIDTH, len(rows) * step + 0.9, title(results), _subtitle(results))
    height = picture.get_size_inches()[1]
    left = width_of(picture, labels, 10) + 0.3
    right = max(width_of(picture, told, SIZE), width_of(picture, then, 8)) + 0.3
    box = (left, 0.65, WIDTH - left - right, height - top - 0.9)
    axes = axes_in(picture, box)
    _dots(axes, rows)
    quiet_rows(axes, labels)
    for row, texts in enumerate(zip(told, then, strict=True)):
        for text, shift, up, size, colour in zip(texts, (-0.02, 0.05), ("bottom", "top"), (SIZE, 8), (INK, GREY), strict=True):  # fmt: skip
            axes.text(
                1 + 0.12 / box[2], row + shift, text, transform=axes.get_yaxis_transform(), fontsize=size, va=up,
                color=colour,
            )  # fmt: skip
    axes.text(1.0, 1.0 + 0.05 / box[3], "today", transform=axes.get_xaxis_transform(), fontsize=8, color=GREY, ha="center", va="bottom")  # fmt: skip
    axes.set_xlabel("times today's value")
    return picture


def _dots(axes: Axes, rows: list[Threshold]) -> None:
    spans = [each.times_today for each in rows]
    seen = [end for span in spans for end in (span.mean, span.low, span.high) if isfinite(end)]
    most = min(max(2.0, 1.08 * max(seen)), 1.08 * MOST_TIMES)
    axes.axvline(1.0, color=INK, linewidth=1.0, zorder=1)
    for y, (each, span) in enumerate(zip(rows, spans, strict=True)):
        colour = BAD if each.holds_today else ACCENT
        if span.known:
            axes.plot([max(span.low, 0.0), min(span.high, most)], [y, y], color=colour, linewidth=1.8, zorder=2)
        beyond = span.mean > most  # the figures beside it say how far
        axes.plot([min(span.mean, 0.985 * most)], [y], ">" if beyond else "o", color=colour, markersize=6.5, zorder=3)
    axes.set_xlim(0.0, most)


def _then(results: Results, each: Threshold) -> str:
    return f"then {named(each.turns_to, results.strategies)}" if each.turns_to else "then worth nothing"


def title(results: Results) -> str:
    """Say what turns the recommendation soonest."""
    rows = shown(results)
    if not rows:
        return "No price or rate turns the recommendation by itself"
    text, _ = times(rows[0])
    if not rows[0].turns_to:
        return f"{head(rows[0].strategy)} is worth nothing soonest with {rows[0].meaning}: at {text} times today's"
    return f"The recommendation turns soonest with {rows[0].meaning}: at {text} times today's"


def _subtitle(results: Results) -> str:
    n = results.replications
    sure = (
        "one replication: no intervals" if n == 1 else f"lines are 95 % intervals from {n} replications on common luck"
    )
    more = f"; the {MOST_ROWS} nearest" if len(found(results)) > MOST_ROWS else ""
    return f"One price or rate at a time, everybody behaving as before{more}; {sure}"
