"""The duel: every pair of strategies on common luck, the ranking of them all, the risk, and whether budgets are equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from loyaltysim.analysis.summary import payback, unpaid_months
from loyaltysim.core.rates import discount_factor
from loyaltysim.reporting.text.names import quote_name
from loyaltysim.reporting.text.numbers import Money, money_for
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval, wilson
from loyaltysim.stats.ranking import (
    WORST,
    mean_of_worst,
    multiple_comparison_with_best,
    simultaneous_pairs,
)
from loyaltysim.stats.sequential import pair_level, sequential_interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FIRST_YEAR = 12
UNEQUAL = 0.01
"""Budgets that differ by more than this share are not equal."""
DUEL = (
    "strategy", "against", "measure", "unit", "difference", "ci_low", "ci_high", "together_low", "together_high",
    "anytime_low", "anytime_high", "chance_better", "chance_ci_low", "chance_ci_high", "worst_5_percent", "replications",
)  # fmt: skip
"""`ci`: 95 % for this pair alone; `together`: all pairs hold at once (Bonferroni); `anytime`: they hold at every look too."""
RANKING = (
    "rank", "strategy", "npv", "against_best_of_others", "ci_low", "ci_high", "npv_first_year", "worst_5_percent",
    "budget_per_month", "payback_months", "replications",
)  # fmt: skip


def comparison_measures(results: Results) -> dict[str, tuple[str, dict[str, np.ndarray]]]:
    """Give what is compared: measure -> unit, and one figure a replication for each strategy."""
    found = {
        name: (results.unit(name), results.by_strategy(name))
        for name in ("npv", "npv_without_later_value", "customers")
        if name in results.catalog
    }
    found["npv_first_year"] = (
        results.currency,
        {name: first_year_difference(results, name) for name in results.strategies},
    )
    return found


def first_year_difference(results: Results, strategy: str) -> np.ndarray:
    """Give the present value of the first 12 months' net (or of all months, if fewer): float64, (n,)."""
    import numpy as np

    months = np.arange(min(FIRST_YEAR, results.months) + 1)
    net = results.path(strategy, "net")[:, : len(months)]
    return np.asarray(net @ discount_factor(results.discount_rate, months))


def compare_pairs(results: Results) -> pd.DataFrame:
    """Give every pair of strategies, the better by mean NPV first, a row a measure; the columns of `DUEL`."""
    import pandas as pd

    return pd.DataFrame.from_records(list(_pairs(results)), columns=list(DUEL))


def _pairs(results: Results) -> Iterator[tuple[Any, ...]]:
    order = list(simultaneous_pairs(results.by_strategy("npv")))
    for measure, (unit, figures) in comparison_measures(results).items():
        level = pair_level(figures)
        for one, other in order:
            gap = figures[one] - figures[other]
            alone, together, anytime = interval(gap), interval(gap, level), sequential_interval(gap, level)
            wins = wilson(int((gap > 0).sum()), len(gap))
            yield (
                one, other, measure, unit, alone.mean, alone.low, alone.high, together.low, together.high,
                anytime.low, anytime.high, wins.mean, wins.low, wins.high, mean_of_worst(gap), alone.n,
            )  # fmt: skip
    for one, other in order:
        month = payback(results, one, other)
        blank = [float("nan")] * 8
        yield (one, other, "payback_months", "months", month.mean, month.low, month.high, *blank, month.n)


def rank_strategies(results: Results, budgets: Mapping[str, float]) -> pd.DataFrame:
    """Rank the strategies by mean NPV, each against the best of the others; `budgets` is $ a month beyond the first."""
    import pandas as pd

    worth = results.by_strategy("npv")
    gaps = multiple_comparison_with_best(worth) or dict.fromkeys(results.strategies, Interval())
    rows = []
    for rank, (name, gap) in enumerate(gaps.items(), 1):
        back = Interval() if name == results.reference else payback(results, name)
        rows.append(
            (rank, name, interval(worth[name]).mean, gap.mean, gap.low, gap.high, interval(first_year_difference(results, name)).mean,
             mean_of_worst(worth[name]), budgets.get(name, float("nan")), back.mean, results.replications)
        )  # fmt: skip
    return pd.DataFrame.from_records(rows, columns=list(RANKING))


def describe_unequal_budgets(results: Results, budgets: Mapping[str, float]) -> str:
    """Warn where the strategies (the reference apart) do not spend the same; empty where they do."""
    asked = {name: budgets[name] for name in results.strategies if name != results.reference and name in budgets}
    if len(asked) < 2 or max(asked.values()) - min(asked.values()) <= UNEQUAL * max(map(abs, asked.values())):
        return ""
    money = Money(results.currency, max(map(abs, asked.values())))
    told = ", ".join(f"{quote_name(name, results.strategies)} {money.signed(each)}" for name, each in asked.items())
    return f"The budgets are not equal. A month, on average over the horizon, beyond {quote_name(results.reference, results.strategies)}: {told}."


def describe_risk(results: Results) -> str:
    """Say how the best strategy fares against the runner-up in one market, first year and all, and in bad luck."""
    worth = results.by_strategy("npv")
    if len(worth) < 2 or results.replications < 2:
        return ""
    best, second = list(multiple_comparison_with_best(worth))[:2]
    gap, early = (
        worth[best] - worth[second],
        first_year_difference(results, best) - first_year_difference(results, second),
    )
    bad = mean_of_worst(gap)
    span, first = interval(gap), interval(early)
    money = money_for(results.currency, span, first)
    one, other = quote_name(best, results.strategies), quote_name(second, results.strategies)
    back = payback(results, best, second)
    sure = f" (95 %: {ends})" if (ends := unpaid_months(back)) else ""
    paid = (
        f"its lead is earned by month {back.mean:.0f}{sure}"
        if isfinite(back.mean)
        else "its lead comes only after the horizon"
    )
    wins = wilson(int((gap > 0).sum()), len(gap))
    return (
        f"In one market {one} beats {other} with a chance of {100 * wins.mean:.0f} % (95 %: {100 * wins.low:.0f} to "
        f"{100 * wins.high:.0f}); {paid}; in the first year it is {money.signed(first.mean)} ({money.span(first)}), and in "
        f"the worst {100 * WORST:.0f} % of markets {money.signed(bad)} on average."
    )
