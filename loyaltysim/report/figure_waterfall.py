"""Where does each strategy's difference in net present value come from: margin, each cost, the value after the horizon?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.report.drawing import (
    ACCENT,
    BAD,
    FAINT,
    INK,
    Picture,
    axes_in,
    literal,
    look,
    quiet_rows,
    titled,
    width_of,
    wrapped,
)
from loyaltysim.report.figure_money import title_of_money
from loyaltysim.report.names import named, plain
from loyaltysim.report.results import Results
from loyaltysim.report.statistics import Interval, interval
from loyaltysim.report.words import Money, horizon, money_for

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE, ROW = 9.0, 8.5, 0.255
LEAST, MOST_COSTS, LETTERS = 0.01, 5, 28
"""Costs below this part of the largest step, and beyond so many, are one step: other costs."""
OTHERS = "other costs"


@dataclass(frozen=True)
class Step:
    """One step from the first strategy's net present value to another's: its name and how much it adds."""

    name: str
    adds: Interval


def item(doc: str) -> str:
    """Shorten what a metric of money spent means to what the money went into."""
    return re.sub(r"^(spent on|cost of) (the )?", "", doc)


def discounted(results: Results, strategy: str, metric: str) -> np.ndarray:
    """Give the present value of a monthly flow: float64, (n,)."""
    import numpy as np

    factor = (1.0 + results.discount_rate) ** (-np.arange(results.months + 1) / 12.0)
    return results.path(strategy, metric) @ factor


def steps(results: Results, strategy: str) -> list[Step]:
    """Give the steps that add up to a strategy's difference from the first, or to the first one's own worth."""
    alone = strategy == results.reference

    def gain(figures: dict[str, np.ndarray]) -> np.ndarray:
        return figures[strategy] if alone else figures[strategy] - figures[results.reference]

    def flow(metric: str) -> np.ndarray:
        names = {strategy, results.reference}
        return gain({name: discounted(results, name, metric) for name in names})

    later = gain(results.by_strategy("later_value"))
    costs = {item(metric.doc): -flow(name) for name, metric in results.catalog.items() if metric.account == "cost"}
    first = Step("margin", interval(flow("margin")))
    return [first, *_costs(costs, first), *([Step("value after the horizon", interval(later))] if later.any() else [])]


def _costs(costs: dict[str, np.ndarray], margin: Step) -> list[Step]:
    """Give the costs that can be seen, the largest first, and the rest as one."""
    sizes = {name: abs(float(cost.mean())) for name, cost in costs.items()}
    ranked = sorted(costs, key=lambda name: -sizes[name])
    least = LEAST * max(abs(margin.adds.mean), *sizes.values())
    shown = [name for name in ranked if sizes[name] > least][:MOST_COSTS]
    found = [Step(name, interval(costs[name])) for name in shown]
    others = [costs[name] for name in ranked if name not in shown and costs[name].any()]
    return [*found, Step(OTHERS, interval(sum(others[1:], others[0])))] if others else found


def waterfall(results: Results, strategies: Sequence[str] | None = None) -> Figure:
    """Draw one panel a strategy (all but the first): from the first one's net present value by each step to its own."""
    with look():
        return _waterfall(results, list(ranked(results) if strategies is None else strategies))


def ranked(results: Results) -> list[str]:
    """Name the strategies that have a panel, the best first."""
    shown = results.strategies[1:] or results.strategies
    return sorted(shown, key=lambda name: -interval(results.figures[name]["npv"]).mean)


def _waterfall(results: Results, shown: list[str]) -> Picture:
    every = {name: steps(results, name) for name in ranked(results)}
    alone = len(results.strategies) == 1
    worth = {name: interval(results.figures[name]["npv"]) for name in results.strategies}
    start = 0.0 if alone else worth[results.reference].mean
    columns = min(len(shown), 2)
    rows = -(-len(shown) // columns)
    tallest = [
        max(len(every[name]) for name in shown[row * columns : (row + 1) * columns]) + 2 - alone for row in range(rows)
    ]
    heights = [count * ROW + 0.95 for count in tallest]
    picture, top = titled(WIDTH, sum(heights) + 0.1, title_of_money(results), _subtitle(results))
    full = picture.get_size_inches()[1]
    names = [plain(results.reference) if not alone else "", *(step.name for each in every.values() for step in each)]
    left = max(width_of(picture, [wrapped(name, LETTERS, 1) for name in (*names, *shown)], SIZE) + 0.3, 1.2)
    adds = money_for(results.currency, *(step.adds for each in every.values() for step in each))
    ends = money_for(results.currency, *worth.values())
    span = _span(start, every)
    for number, name in enumerate(shown):
        row, column = divmod(number, columns)
        wide = WIDTH / columns
        bottom = full - top - sum(heights[: row + 1]) + 0.5
        tall = tallest[row] * ROW
        box = (column * wide + left, bottom, wide - left - (0.85 if columns > 1 else 1.2), tall)
        axes = axes_in(picture, box)
        _panel(axes, results, every[name], (name, start, worth[name]), (adds, ends), tallest[row])
        axes.set_xlim(span[0] / ends.divisor, span[1] / ends.divisor)
        axes.set_xlabel(literal(f"net present value ({ends.unit})"), fontsize=SIZE)
        axes.text(
            -(left - 0.15) / box[2], 1 + 0.08 / box[3], wrapped(name, 44 if columns > 1 else 90, 1),
            transform=axes.transAxes, fontsize=10, fontweight="bold", va="bottom",
        )  # fmt: skip
    return picture


def _span(start: float, every: dict[str, list[Step]]) -> tuple[float, float]:
    """Give the ends of the common axis: all running totals, with a margin."""
    from itertools import accumulate

    points = [
        each for found in every.values() for each in accumulate((step.adds.mean for step in found), initial=start)
    ]
    low, high = min(points), max(points)
    room = 0.06 * (high - low) or abs(high) or 1.0
    return low - room, high + room


def _panel(
    axes: Axes, results: Results, found: list[Step], whose: tuple[str, float, Interval], scales: tuple[Money, Money],
    rows: int,
) -> None:  # fmt: skip
    """Draw one strategy's steps; where its panel's neighbour has more, rows stay empty at the bottom."""
    (name, start, worth), (adds, ends) = whose, scales
    alone = len(results.strategies) == 1
    labels = [*([] if alone else [results.reference]), *(step.name for step in found), name]
    at, y = start, 0
    texts = []
    if not alone:
        _mark(axes, start / ends.divisor, y, INK)
        texts.append((ends.full(start), INK))
        y += 1
    for step in found:
        colour = ACCENT if step.adds.mean >= 0 else BAD
        axes.barh(y, step.adds.mean / ends.divisor, left=at / ends.divisor, height=0.6, color=colour, linewidth=0)
        axes.plot([at / ends.divisor] * 2, [y - 1, y], color=FAINT, linewidth=0.7, zorder=1)
        at += step.adds.mean
        texts.append((adds.signed(step.adds.mean), INK))
        y += 1
    axes.plot([at / ends.divisor] * 2, [y - 1, y], color=FAINT, linewidth=0.7, zorder=1)
    _mark(axes, worth.mean / ends.divisor, y, INK)
    texts.append((ends.full(worth.mean), INK))
    quiet_rows(axes, [wrapped(label, LETTERS, 1) for label in labels])
    axes.set_ylim(rows - 0.45, -0.55)
    axes.tick_params(labelsize=SIZE)
    axes.locator_params(axis="x", nbins=5)
    for row, (text, colour) in enumerate(texts):
        strong = "bold" if row == len(texts) - 1 else "normal"
        axes.text(
            1.02, row, literal(text), transform=axes.get_yaxis_transform(), fontsize=SIZE, va="center", color=colour,
            fontweight=strong,
        )  # fmt: skip


def _mark(axes: Axes, x: float, y: int, colour: str) -> None:
    axes.plot([x], [y], "D", color=colour, markersize=5, zorder=3)


def _subtitle(results: Results) -> str:
    n, rate = (
        results.replications,
        f"discounted at {100 * results.discount_rate:.3g} % a year over {horizon(results.months)}",
    )
    mean = "One replication" if n == 1 else f"Means of {n} replications"
    if len(results.strategies) == 1:
        return f"{mean}, {rate}. Bars are steps from nothing to the strategy's worth"
    first = named(results.reference, results.strategies)
    return f"{mean}, {rate}. Diamonds are whole worths, bars the steps from {first} to each strategy; the axis does not begin at zero"
