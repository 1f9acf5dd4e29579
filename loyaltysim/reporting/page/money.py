"""The questions of money: where it comes from, and what each further dollar brings back."""

from __future__ import annotations

from math import isfinite

from loyaltysim.analysis.discounting import discount
from loyaltysim.analysis.summary import contrast_with_reference
from loyaltysim.reporting.charts import money as charts
from loyaltysim.reporting.charts.money import ranked, returns
from loyaltysim.reporting.page.components import (
    Cell,
    Drawing,
    Section,
    Table,
    describe_basis,
    write_amount,
    write_decimal,
    write_head,
)
from loyaltysim.reporting.text.names import quote_name, to_text
from loyaltysim.reporting.text.numbers import format_payback_range, money_for
from loyaltysim.results.reader import ReportSource
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval

PANELS = 6
"""Waterfalls in one drawing: more would not fit on one printed page."""


def build_money_section(material: ReportSource) -> Section | None:
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
        "money",
        "Where does the money come from?",
        [describe_discounting(results)],
        drawings,
        [build_money_table(results)],
    )


def describe_discounting(results: Results) -> str:
    """Say what net present value is, and at which rate it is discounted."""
    return (
        "Net present value is the margin of all customers less all costs, discounted at "
        f"{100 * results.discount_rate:.3g} % a year, and what those who are still customers at the end are worth after it."
    )


def build_money_table(results: Results) -> Table:
    """Return what each strategy's worth is made of, and by which month it has paid back."""
    names = results.strategies
    flows = {name: (discount(results, name, "margin"), results.figures[name]["discounted_cost"], results.figures[name]["later_value"]) for name in names}  # fmt: skip
    spans = [interval(values) for each in flows.values() for values in each]
    large = money_for(results.currency, *spans, *(interval(results.figures[name]["npv"]) for name in names))
    rows = []
    for name in names:
        cells = [write_amount(large, Interval(interval(values).mean)) for values in flows[name]]
        worth = write_amount(large, interval(results.figures[name]["npv"]))
        month = contrast_with_reference(results, name)["payback_months"]
        paid = Cell(f"{month.mean:.0f}", format_payback_range(month), month.mean) if isfinite(month.mean) else Cell("")
        rows.append([write_head(name), *cells, worth, *([paid] if len(names) > 1 else [])])
    heads = ["strategy", "margin", "costs", "value after the horizon", "worth (NPV)"]
    heads += ["pays back in month"] if len(names) > 1 else []
    return Table(describe_basis(results, "Present values"), heads, rows)


def build_return_section(material: ReportSource) -> Section | None:
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
            write_head(each.strategy), write_amount(spent, each.spent, signed=True), write_amount(gained, each.gained, signed=True),
            write_decimal(each.ratio, results.currency, signed=True),
            write_amount(each_costs, saved[each.strategy]),
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
    caption = describe_basis(results, f"Differences from {to_text(results.reference)}, discounted")
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
