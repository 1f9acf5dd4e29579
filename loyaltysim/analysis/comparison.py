"""Every pair of strategies on common random numbers, the ranking of them all, and the risk of the recommendation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loyaltysim.analysis.discounting import discount_factors
from loyaltysim.analysis.recommendation import NPV, NPV_WITHIN_HORIZON
from loyaltysim.analysis.summary import compute_payback
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import Interval, interval, wilson
from loyaltysim.stats.ranking import mean_of_worst, multiple_comparison_with_best, simultaneous_pairs
from loyaltysim.stats.sequential import pair_level, sequential_interval

if TYPE_CHECKING:
    from loyaltysim.analysis.recommendation import Recommendation

FIRST_YEAR = 12
PAIRS = (
    "strategy", "against", "measure", "unit", "difference", "ci_low", "ci_high", "together_low", "together_high",
    "anytime_low", "anytime_high", "chance_better", "chance_ci_low", "chance_ci_high", "worst_5_percent", "replications",
)  # fmt: skip
"""`ci`: 95 % for this pair alone; `together`: all pairs hold at once (Bonferroni); `anytime`: they hold at every look too."""
RANKING = (
    "rank", "strategy", "npv", "against_best_of_others", "ci_low", "ci_high", "npv_first_year", "worst_5_percent",
    "budget_per_month", "payback_months", "replications",
)  # fmt: skip


def compare_pairs(results: Results) -> pd.DataFrame:
    """Return every pair of strategies, the better by mean NPV first, a row a measure; the columns of `PAIRS`."""
    order = list(simultaneous_pairs(results.by_strategy(NPV)))
    rows: list[tuple[object, ...]] = []
    for measure, unit, figures in comparison_measures(results):
        level = pair_level(figures)
        for one, other in order:
            gap = figures[one] - figures[other]
            alone, together, anytime = interval(gap), interval(gap, level), sequential_interval(gap, level)
            wins = wilson(int((gap > 0).sum()), len(gap))
            rows.append(
                (
                    one, other, measure, unit, alone.mean, alone.low, alone.high, together.low, together.high,
                    anytime.low, anytime.high, wins.mean, wins.low, wins.high, mean_of_worst(gap), alone.n,
                )
            )  # fmt: skip
    for one, other in order:
        month, blank = compute_payback(results, one, other), [float("nan")] * 8
        rows.append((one, other, "payback_months", "months", month.mean, month.low, month.high, *blank, month.n))
    return pd.DataFrame.from_records(rows, columns=list(PAIRS))


def comparison_measures(results: Results) -> Iterator[tuple[str, str, dict[str, np.ndarray]]]:
    """Yield what is compared: the measure, its unit, and one figure a replication for each strategy."""
    for name in (NPV, NPV_WITHIN_HORIZON, "customers"):
        if name in results.catalog:
            yield name, results.unit(name), results.by_strategy(name)
    yield "npv_first_year", results.currency, {name: first_year_npv(results, name) for name in results.strategies}


def first_year_npv(results: Results, strategy: str) -> np.ndarray:
    """Return the present value of the first 12 months' net (or of all months, if fewer): float64, (replications,)."""
    months = min(FIRST_YEAR, results.months)
    net = results.path(strategy, "net")[:, : months + 1]
    return np.asarray(net @ discount_factors(results.discount_rate, months))


def rank_strategies(results: Results, budgets: Mapping[str, float]) -> pd.DataFrame:
    """Rank the strategies by mean NPV, each against the best of the others; `budgets` is $ a month beyond the first."""
    worth = results.by_strategy(NPV)
    gaps = multiple_comparison_with_best(worth) or dict.fromkeys(results.strategies, Interval())
    rows = []
    for rank, (name, gap) in enumerate(gaps.items(), 1):
        payback = Interval() if name == results.reference else compute_payback(results, name)
        rows.append(
            (
                rank, name, interval(worth[name]).mean, gap.mean, gap.low, gap.high,
                interval(first_year_npv(results, name)).mean, mean_of_worst(worth[name]), budgets.get(name, float("nan")),
                payback.mean, results.replications,
            )
        )  # fmt: skip
    return pd.DataFrame.from_records(rows, columns=list(RANKING))


@dataclass(frozen=True)
class LeadRisk:
    """When and how surely a lead is earned: in the first year, by which month, and on average in the worst replications."""

    first_year: Interval
    payback: Interval
    in_worst: float


def compute_lead_risk(results: Results, found: Recommendation) -> LeadRisk:
    """Return the risk of the best strategy's lead over the runner-up."""
    worth = results.by_strategy(NPV)
    return LeadRisk(
        first_year=interval(first_year_npv(results, found.best) - first_year_npv(results, found.runner_up)),
        payback=compute_payback(results, found.best, found.runner_up),
        in_worst=mean_of_worst(worth[found.best] - worth[found.runner_up]),
    )
