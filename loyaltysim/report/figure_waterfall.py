"""Where does each strategy's difference in net present value come from: margin, each cost, the value after the horizon?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from loyaltysim.analysis.discounting import discount
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
)
from loyaltysim.report.figure_money import title_of_money
from loyaltysim.report.labels import all_within
from loyaltysim.report.text.names import quote_name
from loyaltysim.report.text.numbers import Money, format_horizon, money_for
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, SIZE, ROW = 9.0, 8.5, 0.255
LEAST, MOST_COSTS, MOST_LEFT = 0.01, 5, 1.75
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


def steps(results: Results, strategy: str) -> list[Step]:
    """Give the steps that add up to a strategy's difference from the first, or to the first one's own worth."""
    alone = strategy == results.reference

    def gain(figures: dict[str, np.ndarray]) -> np.ndarray:
        return figures[strategy] if alone else figures[strategy] - figures[results.reference]

    def flow(metric: str) -> np.ndarray:
        names = {strategy, results.reference}
        return gain({name: discount(results, name, metric) for name in names})

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


@dataclass(frozen=True)
class Panel:
    """One strategy's panel: the names of its rows, where each bar begins and how far it reaches, and what is written beside."""

    strategy: str
    labels: list[str]
    bars: list[tuple[float, float]]
    told: list[str]
    begins: float | None
    """The first strategy's worth, marked in a row of its own; None where there is none to begin from."""
    ends: float


def _panels(results: Results, shown: Sequence[str]) -> tuple[list[Panel], Money]:
    """Give the panels, and the size of money of their axis; whole worths have digits as fine as the steps between them."""
    every = {name: steps(results, name) for name in ranked(results)}
    worth = {name: interval(results.figures[name]["npv"]) for name in results.strategies}
    adds = money_for(results.currency, *(Interval(step.adds.mean) for found in every.values() for step in found))
    whole = money_for(results.currency, *worth.values())
    largest = max(abs(span.mean) for span in worth.values())
    scale = max(
        whole, Money(results.currency, largest, adds.divisor * 10.0**-adds.decimals), key=lambda it: it.decimals
    )
    alone = len(results.strategies) == 1
    start = 0.0 if alone else worth[results.reference].mean
    panels = []
    for name in shown:
        totals = list(accumulate((step.adds.mean for step in every[name]), initial=start))
        panels.append(
            Panel(
                name,
                [*([] if alone else [results.reference]), *(step.name for step in every[name]), name],
                [(total, step.adds.mean) for total, step in zip(totals, every[name], strict=False)],
                [
                    *([] if alone else [scale.full(start)]),
                    *(adds.signed(step.adds.mean) for step in every[name]),
                    scale.full(worth[name].mean),
                ],
                None if alone else start,
                worth[name].mean,
            )
        )
    return panels, scale


def _waterfall(results: Results, shown: list[str]) -> Picture:
    (panels, scale), (every, _) = _panels(results, shown), _panels(results, ranked(results))
    columns = min(len(panels), 2)
    lines = [panels[first : first + columns] for first in range(0, len(panels), columns)]
    heights = [max(len(panel.labels) for panel in line) * ROW + 0.95 for line in lines]
    picture, top = titled(WIDTH, sum(heights) + 0.1, title_of_money(results), _subtitle(results))
    names = {label for panel in every for label in panel.labels}
    labels = dict(zip(sorted(names), all_within(picture, sorted(names), MOST_LEFT, SIZE, 1), strict=True))
    heads = _heads(picture, results, WIDTH / columns - 0.4)
    left = max(width_of(picture, list(labels.values()), SIZE) + 0.3, 1.2)
    right = width_of(picture, [literal(text) for panel in every for text in panel.told], SIZE, fontweight="bold") + 0.2
    bottom, span = picture.get_size_inches()[1] - top + 0.5, _span(every)
    for line, tall in zip(lines, heights, strict=True):
        bottom -= tall
        for column, panel in enumerate(line):
            wide = WIDTH / columns
            box = (column * wide + left, bottom, wide - left - right, tall - 0.95)
            axes = axes_in(picture, box)
            _draw(axes, panel, [labels[label] for label in panel.labels], scale, round((tall - 0.95) / ROW))
            axes.set_xlim(span[0] / scale.divisor, span[1] / scale.divisor)
            axes.text(
                -(left - 0.15) / box[2], 1 + 0.08 / box[3], heads[panel.strategy], transform=axes.transAxes, fontsize=10,
                fontweight="bold", va="bottom",
            )  # fmt: skip
    return picture


def _heads(picture: Picture, results: Results, inches: float) -> dict[str, str]:
    """Give each panel's heading, told apart from those of all strategies, on whatever drawing they are."""
    shown = all_within(picture, results.strategies, inches, 10, 1, weight="bold")
    return dict(zip(results.strategies, shown, strict=True))


def _span(panels: Sequence[Panel]) -> tuple[float, float]:
    """Give the ends of the common axis: all running totals, with a margin."""
    points = [end for panel in panels for begin, size in panel.bars for end in (begin, begin + size)]
    low, high = min(points), max(points)
    room = 0.06 * (high - low) or abs(high) or 1.0
    return low - room, high + room


def _draw(axes: Axes, panel: Panel, labels: list[str], scale: Money, rows: int) -> None:
    """Draw one strategy's steps; where its panel's neighbour has more, rows stay empty at the bottom."""
    first = 0 if panel.begins is None else 1
    if panel.begins is not None:
        _mark(axes, panel.begins / scale.divisor, 0)
    for y, (begin, size) in enumerate(panel.bars, first):
        colour = ACCENT if size >= 0 else BAD
        axes.barh(y, size / scale.divisor, left=begin / scale.divisor, height=0.6, color=colour, linewidth=0)
        if y:
            axes.plot([begin / scale.divisor] * 2, [y - 1, y], color=FAINT, linewidth=0.7, zorder=1)
    last = first + len(panel.bars)
    axes.plot([panel.ends / scale.divisor] * 2, [last - 1, last], color=FAINT, linewidth=0.7, zorder=1)
    _mark(axes, panel.ends / scale.divisor, last)
    quiet_rows(axes, labels)
    axes.set_ylim(rows - 0.45, -0.55)
    axes.tick_params(labelsize=SIZE)
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel(literal(f"net present value ({scale.unit})"), fontsize=SIZE)
    for y, text in enumerate(panel.told):
        axes.text(
            1.02, y, literal(text), transform=axes.get_yaxis_transform(), fontsize=SIZE, va="center",
            fontweight="bold" if y == last else "normal",
        )  # fmt: skip


def _mark(axes: Axes, x: float, y: int) -> None:
    axes.plot([x], [y], "D", color=INK, markersize=5, zorder=3)


def _subtitle(results: Results) -> str:
    n, rate = (
        results.replications,
        f"discounted at {100 * results.discount_rate:.3g} % a year over {format_horizon(results.months)}",
    )
    mean = "One replication" if n == 1 else f"Means of {n} replications"
    if len(results.strategies) == 1:
        return f"{mean}, {rate}. Bars are steps from nothing to the strategy's worth"
    first = quote_name(results.reference, results.strategies)
    return f"{mean}, {rate}. Diamonds are whole worths, bars the steps from {first} to each strategy; the axis does not begin at zero"
