"""Money: what each strategy earns, where that comes from, and what each further dollar brings back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

import numpy as np

from loyaltysim.analysis.recommendation import (
    NPV,
    NPV_WITHIN_HORIZON,
    Recommendation,
    compare_with_reference,
    recommend,
)
from loyaltysim.analysis.summary import contrast_with_reference, discount, ends
from loyaltysim.mechanisms import catalog
from loyaltysim.reporting.charts import chart, style
from loyaltysim.reporting.charts.style import Picture
from loyaltysim.reporting.text.formats import Money, describe_means, format_horizon, money_for, name_heading, quote_name
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval, paired

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from loyaltysim.core.mechanism import Metric

MoneyRow = tuple[str, Interval, Interval]
SMALL, ROW = 8.5, 0.255
"""Points of a waterfall's letters, and inches of its rows."""
LEAST, MOST_COSTS = 0.01, 5
"""Costs below this part of the largest step, and beyond so many, are one step: other costs."""
OTHERS = "other costs"


@dataclass(frozen=True)
class Kind:
    """One of the two figures drawn a strategy: its place in a row, how far off the middle, and its look."""

    which: Literal[1, 2]
    shift: float
    marker: str
    fill: str
    colour: str
    label: str


@chart("What does each strategy earn against the first, with and without the value after the horizon?")
def money(results: Results) -> Picture:
    """Draw what each strategy earns against the first, sorted, with and without the value after the horizon."""
    rows, kinds = money_rows(results), money_kinds(results)
    scale = money_for(results.currency, *(span for _, *pair in rows for span in pair))
    labels, alone = style.fit_all([name for name, *_ in rows], style.LABEL, 10), len(results.strategies) == 1
    step = max(style.row_height(labels, 10, 0.0) + 0.2, 0.5)
    picture, [axes] = style.subplots(max(2.3, len(rows) * step + 1.2), title_of_money(results), money_subtitle(results))
    for kind in kinds:
        draw_worths(axes, rows, kind, scale.divisor)
        means = [row[kind.which].mean for row in rows]
        texts = [style.literal(scale.full(mean) if alone else scale.signed(mean)) for mean in means]
        style.beside(axes, texts, -8 * (kind.shift > 0) + 8 * (kind.shift < 0), color=kind.colour)
    axes.axvline(0, color=style.INK, linewidth=1.0, zorder=1)
    axes.margins(x=0.08)
    style.quiet_rows(axes, labels)
    whose = "" if alone else f", difference from {results.reference}"
    axis = f"net present value over {format_horizon(results.months)}{whose} ({scale.unit})"
    axes.set_xlabel(style.fit(axis, 5.0, fontsize=10))
    if len(kinds) > 1:
        axes.legend(**style.ABOVE, ncols=2)
    return picture


def money_kinds(results: Results) -> list[Kind]:
    """Return both kinds of worth; one when nothing is reckoned after the horizon."""
    if all(np.array_equal(figures[NPV], figures[NPV_WITHIN_HORIZON]) for figures in results.figures.values()):
        return [Kind(1, 0.0, "o", "#0072B2", "#0072B2", "")]
    return [
        Kind(1, -0.12, "o", "#0072B2", "#0072B2", "with the value after the horizon"),
        Kind(2, 0.13, "D", "white", "#B34E00", "without it"),
    ]


def money_rows(results: Results) -> list[MoneyRow]:
    """Return each strategy with its interval with and without the value after the horizon, the best first."""
    if len(results.strategies) == 1:
        figures = results.figures[results.reference]
        return [(results.reference, interval(figures[NPV]), interval(figures[NPV_WITHIN_HORIZON]))]
    rows = [(name, *compare_with_reference(results, name)) for name in results.strategies[1:]]
    return sorted(rows, key=lambda row: -row[1].mean)


def draw_worths(axes: Axes, rows: list[MoneyRow], kind: Kind, divisor: float) -> None:
    """Draw one kind of worth: a mark a strategy on the line of its interval."""
    for y, row in enumerate(rows):
        mean, low, high = (end / divisor for end in ends(row[kind.which]))
        label = kind.label if y == 0 else None
        style.draw_estimate(axes, y + kind.shift, Interval(mean, low, high), kind.colour, kind.marker, kind.fill, label)


def money_subtitle(results: Results) -> str:
    """Say what dots and lines are."""
    n = results.replications
    whose = "" if len(results.strategies) == 1 else f"Zero is {quote_name(results.reference, results.strategies)}. "
    if n == 1:
        return f"{whose}One replication: no intervals"
    kind = "" if len(results.strategies) == 1 else "paired on common luck, "
    rate = f"discounted at {100 * results.discount_rate:.3g} % a year"
    return f"{whose}Dots are means of {n} replications, lines their 95 % intervals, {kind}{rate}"


def title_of_money(results: Results) -> str:
    """Say which strategy earns most, or that it cannot be told."""
    over = format_horizon(results.months)
    if len(results.strategies) == 1:
        worth = interval(results.figures[results.reference][NPV])
        return (
            f"{name_heading(results.reference, results.strategies)} is worth "
            f"{money_for(results.currency, worth).full(worth.mean)} over {over}"
        )
    return title_of_lead(results, recommend(results), over)


def title_of_lead(results: Results, found: Recommendation, over: str) -> str:
    """Say which of the best two earns more over a horizon, or that it cannot be told."""
    gain, names = found.lead, results.strategies
    best, second = (quote_name(name, names) for name in (found.best, found.runner_up))
    first = name_heading(found.best, names)
    if gain.known and not found.is_significant:
        return f"Cannot tell whether {best} or {second} earns more over {over}"
    if gain.mean == 0.0:
        return f"{first} and {second} earn the same over {over}"
    return f"{first} earns most over {over}: {money_for(results.currency, gain).full(gain.mean)} more than {second}"


@dataclass(frozen=True)
class Step:
    """One step from the first strategy's net present value to another's: its name and how much it adds."""

    name: str
    adds: Interval


def label_of(metric: Metric) -> str:
    """Return what a metric of money spent went into, as declared: a folder's metrics.csv has the meaning alone."""
    declared = catalog().get(metric.name, metric)
    return declared.label or metric.doc


def steps(results: Results, strategy: str) -> list[Step]:
    """Return the steps that add up to a strategy's difference from the first, or to the first one's own worth."""
    alone = strategy == results.reference

    def gain(figures: dict[str, np.ndarray]) -> np.ndarray:
        return figures[strategy] if alone else figures[strategy] - figures[results.reference]

    def flow(metric: str) -> np.ndarray:
        names = {strategy, results.reference}
        return gain({name: discount(results, name, metric) for name in names})

    later = gain(results.by_strategy("later_value"))
    costs = {label_of(metric): -flow(name) for name, metric in results.catalog.items() if metric.account == "cost"}
    first = Step("margin", interval(flow("margin")))
    after = [Step("value after the horizon", interval(later))] if later.any() else []
    return [first, *cost_steps(costs, first), *after]


def cost_steps(costs: dict[str, np.ndarray], margin: Step) -> list[Step]:
    """Return the costs that can be seen, the largest first, and the rest as one."""
    sizes = {name: abs(float(cost.mean())) for name, cost in costs.items()}
    order = sorted(costs, key=lambda name: -sizes[name])
    least = LEAST * max(abs(margin.adds.mean), *sizes.values())
    shown = [name for name in order if sizes[name] > least][:MOST_COSTS]
    found = [Step(name, interval(costs[name])) for name in shown]
    others = [costs[name] for name in order if name not in shown and costs[name].any()]
    return [*found, Step(OTHERS, interval(sum(others[1:], others[0])))] if others else found


def ranked(results: Results) -> list[str]:
    """Return the strategies that have a panel, the best first."""
    shown = results.strategies[1:] or results.strategies
    return sorted(shown, key=lambda name: -interval(results.figures[name]["npv"]).mean)


@dataclass(frozen=True)
class Panel:
    """One strategy's panel: the names of its rows, where each bar begins, how far it reaches, what stands beside."""

    strategy: str
    labels: list[str]
    bars: list[tuple[float, float]]
    told: list[str]
    begins: float | None
    """The first strategy's worth, marked in a row of its own; None where there is none to begin from."""
    ends: float


def panels(results: Results) -> tuple[list[Panel], Money]:
    """Return all panels, and the size of money of their axis; worths have digits as fine as the steps between."""
    every = {name: steps(results, name) for name in ranked(results)}
    worth = {name: interval(results.figures[name]["npv"]) for name in results.strategies}
    adds = money_for(results.currency, *(Interval(step.adds.mean) for found in every.values() for step in found))
    whole = money_for(results.currency, *worth.values())
    largest = max(abs(span.mean) for span in worth.values())
    fine = Money(results.currency, largest, adds.divisor * 10.0**-adds.decimals)
    scale = max(whole, fine, key=lambda money: money.decimals)
    alone = len(results.strategies) == 1
    start = 0.0 if alone else worth[results.reference].mean
    found = []
    for name, taken in every.items():
        sizes = [step.adds.mean for step in taken]
        bars = list(zip(accumulate(sizes, initial=start), sizes, strict=False))
        first = [] if alone else [results.reference]
        labels = [*first, *(step.name for step in taken), name]
        told = [*(scale.full(start) for _ in first), *map(adds.signed, sizes), scale.full(worth[name].mean)]
        found.append(Panel(name, labels, bars, told, None if alone else start, worth[name].mean))
    return found, scale


@chart("Where does the difference come from: margin, each cost, the value after the horizon?")
def waterfall(results: Results, strategies: Sequence[str] | None = None) -> Picture:
    """Draw one panel a strategy (all but the first): from the first one's net present value by each step to its own."""
    every, scale = panels(results)
    shown = [panel for panel in every if strategies is None or panel.strategy in strategies]
    columns = min(len(shown), 2)
    lines = [shown[first : first + columns] for first in range(0, len(shown), columns)]
    bold: style.Look = {"fontsize": 10, "fontweight": "bold"}
    heads = {panel.strategy: style.fit(panel.strategy, style.WIDTH / columns - 2.3, **bold) for panel in shown}
    rows = [max(len(panel.labels) for panel in line) for line in lines]
    tall = [style.row_height([heads[panel.strategy] for panel in line], 10, 0.0) for line in lines]
    heights = [count * ROW + head + 0.7 for count, head in zip(rows, tall, strict=True)]
    title, subtitle = title_of_money(results), waterfall_subtitle(results)
    picture, grid = style.subplots(sum(heights) + 0.1, title, subtitle, len(lines), columns, rows)
    points = [end for panel in every for begin, size in panel.bars for end in (begin, begin + size)]
    margin = 0.06 * (max(points) - min(points)) or abs(max(points)) or 1.0
    for place, axes in enumerate(grid):
        if place >= len(shown):
            axes.set_axis_off()
            continue
        draw_steps(axes, shown[place], scale, rows[place // columns])
        axes.set_xlim((min(points) - margin) / scale.divisor, (max(points) + margin) / scale.divisor)
        axes.set_title(heads[shown[place].strategy], loc="left", **bold)
    return picture


def draw_steps(axes: Axes, panel: Panel, scale: Money, rows: int) -> None:
    """Draw one strategy's steps; where its panel's neighbour has more, rows stay empty at the bottom."""
    first = 0 if panel.begins is None else 1
    if panel.begins is not None:
        axes.plot([panel.begins / scale.divisor], [0], "D", color=style.INK, markersize=5, zorder=3)
    for y, (begin, size) in enumerate(panel.bars, first):
        colour = style.ACCENT if size >= 0 else style.BAD
        axes.barh(y, size / scale.divisor, left=begin / scale.divisor, height=0.6, color=colour, linewidth=0)
        if y:
            axes.plot([begin / scale.divisor] * 2, [y - 1, y], color=style.FAINT, linewidth=0.7, zorder=1)
    last = first + len(panel.bars)
    axes.plot([panel.ends / scale.divisor] * 2, [last - 1, last], color=style.FAINT, linewidth=0.7, zorder=1)
    axes.plot([panel.ends / scale.divisor], [last], "D", color=style.INK, markersize=5, zorder=3)
    style.quiet_rows(axes, style.fit_all(panel.labels, 1.75, SMALL, 1))
    axes.set_ylim(rows - 0.45, -0.55)
    axes.tick_params(labelsize=SMALL)
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel(style.literal(f"net present value ({scale.unit})"), fontsize=SMALL)
    style.beside(axes, [style.literal(text) for text in panel.told], size=SMALL)[-1].set_fontweight("bold")


def waterfall_subtitle(results: Results) -> str:
    """Say what diamonds and bars are."""
    rate = f"discounted at {100 * results.discount_rate:.3g} % a year over {format_horizon(results.months)}"
    mean = describe_means(results.replications)
    if len(results.strategies) == 1:
        return f"{mean}, {rate}. Bars are steps from nothing to the strategy's worth"
    first = quote_name(results.reference, results.strategies)
    return (
        f"{mean}, {rate}. Diamonds are whole worths, bars the steps from {first} to each strategy; the axis does not "
        "begin at zero"
    )


@dataclass(frozen=True)
class Return:
    """What a strategy spends beyond the first (present value), what it gains beyond that, and the ratio of the two."""

    strategy: str
    spent: Interval
    gained: Interval
    ratio: Interval


def returns(results: Results) -> list[Return]:
    """Return all strategies but the first, the best return first; those that surely spend no more come last."""
    first = results.figures[results.reference]
    found = []
    for name in results.strategies[1:]:
        spent, gained = (paired(results.figures[name][each], first[each]) for each in ("discounted_cost", "npv"))
        found.append(Return(name, spent, gained, contrast_with_reference(results, name)["return_on_spend"]))
    return sorted(found, key=lambda each: -each.ratio.mean if each.ratio.mean == each.ratio.mean else float("inf"))


@chart("What does each dollar spent beyond the first strategy bring back?", when=lambda results: results.strategies[1:])
def next_dollar(results: Results) -> Picture:
    """Draw the return on each dollar spent beyond the first strategy, with its 95 % interval."""
    rows, currency = returns(results), results.currency
    labels = style.fit_all([each.strategy for each in rows], style.LABEL, 10)
    body = max(len(rows), 1) * style.row_height(labels or [""], 10, 0.55) + 1.0
    picture, [axes] = style.subplots(body, next_dollar_title(results), next_dollar_subtitle(results))
    if not rows:
        axes.set_axis_off()
        axes.text(0, 0.5, "There is one strategy, and nothing to compare it with.", fontsize=style.SIZE)
        return picture
    axes.axvline(0, color=style.INK, linewidth=1.0, zorder=1)
    for y, each in enumerate(rows):
        style.draw_estimate(axes, y, each.ratio, style.ACCENT if each.ratio.mean >= 0 else style.BAD)
    if not any(each.ratio.mean == each.ratio.mean for each in rows):
        axes.set_xlim(-1, 1)
    axes.margins(x=0.08)
    style.quiet_rows(axes, labels)
    scale = money_for(currency, *(each.spent for each in rows))
    spent = [f"{scale.full(abs(each.spent.mean))} {'more' if each.spent.mean >= 0 else 'less'} spent" for each in rows]
    style.beside(axes, [style.literal(per_dollar(each, currency)) for each in rows], 6)
    style.beside(axes, [style.literal(text) for text in spent], -7, 8, color=style.GREY)
    axis = f"gained beyond its cost, per {currency} spent more ({currency} of net present value)"
    axes.set_xlabel(style.literal(axis))
    return picture


def per_dollar(each: Return, currency: str) -> str:
    """Say what a further dollar gains, with its interval."""
    span = each.ratio
    if span.mean != span.mean:
        return "surely spends no more" if not each.spent.holds_zero else "spends about as much"
    ends = f" ({span.low:+.2f} to {span.high:+.2f})" if span.known else ""
    return f"{span.mean:+.2f} {currency}{ends}"


def next_dollar_title(results: Results) -> str:
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


def next_dollar_subtitle(results: Results) -> str:
    """Say what spending and gain are measured against."""
    n, first = results.replications, quote_name(results.reference, results.strategies)
    lines = f"lines are 95 % intervals (Fieller) from {n} replications, paired on common luck"
    sure = "one replication: no intervals" if n == 1 else lines
    return f"Spending and gain are differences from {first} over {format_horizon(results.months)}, discounted; {sure}"
