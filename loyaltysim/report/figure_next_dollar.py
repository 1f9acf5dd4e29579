"""Where does the next dollar go: what does each dollar spent beyond the first strategy bring back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.analysis.summary import contrast_with_reference
from loyaltysim.report.drawing import (
    ACCENT,
    BAD,
    GREY,
    INK,
    Picture,
    axes_in,
    literal,
    look,
    quiet_rows,
    row_height,
    titled,
    width_of,
)
from loyaltysim.report.labels import all_wrapped
from loyaltysim.report.text.names import name_heading, quote_name
from loyaltysim.report.text.numbers import format_horizon, money_for
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, paired

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE = 9.0, 9.0


@dataclass(frozen=True)
class Return:
    """What a strategy spends beyond the first (present value), what it gains beyond that, and the ratio of the two."""

    strategy: str
    spent: Interval
    gained: Interval
    ratio: Interval


def returns(results: Results) -> list[Return]:
    """Give every strategy but the first, the best return first; those that surely spend no more come last, in their order."""
    first = results.figures[results.reference]
    found = [
        Return(
            name,
            paired(results.figures[name]["discounted_cost"], first["discounted_cost"]),
            paired(results.figures[name]["npv"], first["npv"]),
            contrast_with_reference(results, name)["return_on_spend"],
        )
        for name in results.strategies[1:]
    ]
    return sorted(found, key=lambda each: -each.ratio.mean if each.ratio.mean == each.ratio.mean else float("inf"))


def next_dollar(results: Results) -> Figure:
    """Draw the return on each dollar spent beyond the first strategy, with its 95 % interval."""
    with look():
        return _next_dollar(results)


def _next_dollar(results: Results) -> Picture:
    rows = returns(results)
    labels = all_wrapped([each.strategy for each in rows], 30)
    step = row_height(labels or [""], 10, 0.55)
    picture, top = titled(WIDTH, max(len(rows), 1) * step + 1.0, title(results), _subtitle(results))
    height = picture.get_size_inches()[1]
    if not rows:
        picture.text(
            0.15 / WIDTH, 0.5 / height, "There is one strategy, and nothing to compare it with.", fontsize=SIZE
        )
        return picture
    told, below = _told(results, rows)
    left = max(width_of(picture, labels, 10) + 0.3, 0.8)
    right = max(width_of(picture, told, SIZE), width_of(picture, below, 8)) + 0.3
    box = (left, 0.65, WIDTH - left - right, height - top - 0.75)
    axes = axes_in(picture, box)
    _dots(axes, rows)
    quiet_rows(axes, labels)
    for row, texts in enumerate(zip(told, below, strict=True)):
        for text, shift, size, colour in zip(texts, (-0.14, 0.17), (SIZE, 8), (INK, GREY), strict=True):
            axes.text(
                1 + 0.12 / box[2], row + shift, text, transform=axes.get_yaxis_transform(), fontsize=size, va="center",
                color=colour,
            )  # fmt: skip
    currency = results.currency
    axes.set_xlabel(literal(f"gained beyond its cost, per {currency} spent more ({currency} of net present value)"))
    return picture


def _dots(axes: Axes, rows: list[Return]) -> None:
    axes.axvline(0, color=INK, linewidth=1.0, zorder=1)
    for y, each in enumerate(rows):
        span = each.ratio
        colour = ACCENT if span.mean >= 0 else BAD
        if span.known:
            axes.plot([span.low, span.high], [y, y], color=colour, linewidth=1.8, zorder=2)
        axes.plot([span.mean], [y], "o", color=colour, markersize=6.5, zorder=3)
    if not any(each.ratio.mean == each.ratio.mean for each in rows):
        axes.set_xlim(-1, 1)
    axes.margins(x=0.08)


def _told(results: Results, rows: list[Return]) -> tuple[list[str], list[str]]:
    """Write beside each row what a dollar gains, and below it what was spent more in all."""
    scale = money_for(results.currency, *(each.spent for each in rows))
    told = [_per_dollar(each, results.currency) for each in rows]
    below = [f"{scale.full(abs(each.spent.mean))} {'more' if each.spent.mean >= 0 else 'less'} spent" for each in rows]
    return [literal(text) for text in told], [literal(text) for text in below]


def _per_dollar(each: Return, currency: str) -> str:
    span = each.ratio
    if span.mean != span.mean:
        return "surely spends no more" if not each.spent.holds_zero else "spends about as much"
    ends = f" ({span.low:+.2f} to {span.high:+.2f})" if span.known else ""
    return f"{span.mean:+.2f} {currency}{ends}"


def title(results: Results) -> str:
    """Say where another dollar earns most, and that it surely does, or not."""
    rows = [each for each in returns(results) if each.ratio.mean == each.ratio.mean]
    if not rows:
        return "No strategy surely spends more than the first, so nothing can be said of the next dollar"
    best, currency = rows[0], results.currency
    if best.ratio.mean <= 0:
        return f"No strategy brings back what it spends beyond {quote_name(results.reference, results.strategies)}"
    sure = "" if not best.ratio.holds_zero else ", which may be luck"
    name = name_heading(best.strategy, results.strategies)
    return f"{name} brings most: {best.ratio.mean:.2f} {currency} gained beyond each {currency} spent more{sure}"


def _subtitle(results: Results) -> str:
    n = results.replications
    first = quote_name(results.reference, results.strategies)
    sure = (
        "one replication: no intervals"
        if n == 1
        else f"lines are 95 % intervals (Fieller) from {n} replications, paired on common luck"
    )
    return f"Spending and gain are differences from {first} over {format_horizon(results.months)}, discounted; {sure}"
