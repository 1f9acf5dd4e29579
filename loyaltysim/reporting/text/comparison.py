"""What is worth reading beside the answer: the risk of the recommendation, and budgets that are not equal."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING

from loyaltysim.analysis.comparison import compute_lead_risk
from loyaltysim.analysis.recommendation import recommend
from loyaltysim.reporting.text.names import quote_name
from loyaltysim.reporting.text.numbers import Money, format_payback_range, money_for
from loyaltysim.stats.ranking import WORST

if TYPE_CHECKING:
    from loyaltysim.results.results import Results

UNEQUAL = 0.01
"""Budgets that differ by more than this share are not equal."""


def describe_risk(results: Results) -> str:
    """Say how the best strategy fares against the runner-up in one market, first year and all, and in bad luck."""
    found = recommend(results)
    if not found.runner_up or found.replications < 2:
        return ""
    risk = compute_lead_risk(results, found)
    money = money_for(results.currency, found.lead_alone, risk.first_year)
    best, second = (quote_name(name, results.strategies) for name in (found.best, found.runner_up))
    ends = format_payback_range(risk.payback)
    earned = (
        f"its lead is earned by month {risk.payback.mean:.0f}{f' (95 %: {ends})' if ends else ''}"
        if isfinite(risk.payback.mean)
        else "its lead comes only after the horizon"
    )
    chance = found.chance
    return (
        f"In one market {best} beats {second} with a chance of {100 * chance.mean:.0f} % (95 %: {100 * chance.low:.0f} to "
        f"{100 * chance.high:.0f}); {earned}; in the first year it is {money.signed(risk.first_year.mean)} "
        f"({money.span(risk.first_year)}), and in the worst {100 * WORST:.0f} % of markets {money.signed(risk.in_worst)} "
        "on average."
    )


def describe_unequal_budgets(results: Results, budgets: Mapping[str, float]) -> str:
    """Warn where the strategies (the reference apart) do not spend the same; empty where they do."""
    asked = {name: budgets[name] for name in results.strategies if name != results.reference and name in budgets}
    if len(asked) < 2 or max(asked.values()) - min(asked.values()) <= UNEQUAL * max(map(abs, asked.values())):
        return ""
    money = Money(results.currency, max(map(abs, asked.values())))
    amounts = ", ".join(f"{quote_name(name, results.strategies)} {money.signed(each)}" for name, each in asked.items())
    return f"The budgets are not equal. A month, on average over the horizon, beyond {quote_name(results.reference, results.strategies)}: {amounts}."
