"""The questions of money: where it comes from, and what each further dollar brings back."""

from __future__ import annotations

from math import isfinite

from loyaltysim.analysis.discounting import discount
from loyaltysim.analysis.summary import contrast_with_reference
from loyaltysim.report.charts import money as charts
from loyaltysim.report.charts.money import ranked, returns
from loyaltysim.report.page.components import Cell, Drawing, Section, Table, about, amount, decimal, row_head
from loyaltysim.report.text.names import quote_name, to_text
from loyaltysim.report.text.numbers import format_payback_range, money_for
from loyaltysim.results.reader import ReportSource
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval

PANELS = 6
"""Waterfalls in one drawing: more would not fit on one printed page."""


def money(material: ReportSource) -> Section | None:
    """Show where each strategy's worth comes from."""
    results = material.results
    if results is None:
        return None
    panels = ranked(results)
    drawings = [Drawing(material.figure(charts.money))] if len(results.strategies) > 1 else []
    first = quote_name(results.reference, results.strategies)
    for begin in range(0, len(panels), PANELS):
        title = f"From {first} to each strategy, step by step" if len(results.strategies) > 1 else ""
        title += " (continued)" if begin else ""
        chosen = [tuple(panels[begin : begin + PANELS])] if len(panels) > PANELS else []
        drawings.append(Drawing(material.figure(charts.waterfall, *chosen), title))
    return Section(
        "money", "Where does the money come from?", [_discounting(results)], drawings, [_money_table(results)]
    )


def _discounting(results: Results) -> str:
    return (
        "Net present value is the margin of all customers less all costs, discounted at "
        f"{100 * results.discount_rate:.3g} % a year, and what those who are still customers at the end are worth after it."
    )


def _money_table(results: Results) -> Table:
    names = results.strategies
    flows = {name: (discount(results, name, "margin"), results.figures[name]["discounted_cost"], results.figures[name]["later_value"]) for name in names}  # fmt: skip
    spans = [interval(values) for each in flows.values() for values in each]
    large = money_for(results.currency, *spans, *(interval(results.figures[name]["npv"]) for name in names))
    rows = []
    for name in names:
        against = contrast_with_reference(results, name)
        cells = [amount(large, Interval(interval(values).mean)) for values in flows[name]]
        worth = amount(large, interval(results.figures[name]["npv"]))
        paid = [_payback(against["payback_months"])] if len(names) > 1 else []
        rows.append([row_head(name), *cells, worth, *paid])
    heads = ["strategy", "margin", "costs", "value after the horizon", "worth (NPV)"]
    heads += ["pays back in month"] if len(names) > 1 else []
    return Table(about(results, "Present values"), heads, rows)


def _payback(month: Interval) -> Cell:
    return Cell(f"{month.mean:.0f}", format_payback_range(month), month.mean) if isfinite(month.mean) else Cell("")


def next_dollar(material: ReportSource) -> Section | None:
    """Show what each dollar spent beyond the first strategy brings back."""
    results = material.results
    if results is None or len(results.strategies) == 1:
        return None
    found = returns(results)
    spent = money_for(results.currency, *(each.spent for each in found))
    gained = money_for(results.currency, *(each.gained for each in found))
    saved = {
        each.strategy: contrast_with_reference(results, each.strategy)["cost_per_saved_customer"] for each in found
    }
    each_costs = money_for(results.currency, *saved.values())
    rows = [
        [
            row_head(each.strategy), amount(spent, each.spent, signed=True), amount(gained, each.gained, signed=True),
            decimal(each.ratio, results.currency, signed=True),
            amount(each_costs, saved[each.strategy]),
        ]
        for each in found
    ]  # fmt: skip
    heads = [
        "strategy",
        "spent more",
        "worth more (NPV)",
        f"per {results.currency} spent more",
        "cost of one more customer",
    ]
    caption = about(results, f"Differences from {to_text(results.reference)}, discounted")
    said = [
        "What a strategy's money earned on average is not what a little more of it would earn: returns usually diminish."
    ]
    return Section(
        "next-dollar",
        "Where does the next dollar go?",
        said,
        [Drawing(material.figure(charts.next_dollar))],
        [Table(caption, heads, rows)],
    )
