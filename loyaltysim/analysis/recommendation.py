"""The recommendation: which strategy is worth most, by how much it leads the runner-up, how sure and how risky that is.

Sentences, pictures, page, workbook and JSON read this one object; none of them picks a winner by itself. Beside it
stand every pair of strategies on common random numbers, the ranking of them all, and the budgets that were planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loyaltysim.analysis.summary import compute_payback, discount_factors, ends
from loyaltysim.results.results import Results
from loyaltysim.scenario.registry import parameter_registry
from loyaltysim.stats.intervals import Comparison, Interval, compare_best, interval, paired, wilson
from loyaltysim.stats.ranking import mean_of_worst, multiple_comparison_with_best, simultaneous_pairs
from loyaltysim.stats.sequential import pair_level, sequential_interval

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

NPV, NPV_WITHIN_HORIZON = "npv", "npv_without_later_value"
NO_INTERVAL = Interval()
FEWEST, ENOUGH = 5, 30
"""Replications below which no interval is taken at its word, and below which figures that all agree are not."""
FIRST_YEAR = 12
MONEY = "$/month"
PAIRS = (
    "strategy", "against", "measure", "unit", "difference", "ci_low", "ci_high", "together_low", "together_high",
    "anytime_low", "anytime_high", "chance_better", "chance_ci_low", "chance_ci_high", "worst_5_percent",
    "replications",
)  # fmt: skip
"""`ci`: 95 % for this pair alone; `together`: all pairs hold at once (Bonferroni); `anytime`: at every look, too."""
RANKING = (
    "rank", "strategy", "npv", "against_best_of_others", "ci_low", "ci_high", "npv_first_year", "worst_5_percent",
    "budget_per_month", "payback_months", "replications",
)  # fmt: skip


@dataclass(frozen=True)
class Recommendation:
    """The strategy of the highest mean net present value against the runner-up, paired on common random numbers.

    `lead` is in the scenario's currency; its interval is widened (Holm) for having picked the two among all pairs, and
    `lead_within_horizon` and `lead_after_horizon`, its two parts, have intervals at that level as well; `lead_alone`
    has the plain 95 % interval of this pair. `wins`: in how many `replications` the best earns more; `chance`: their
    share, with its interval. `replications_to_decide`: about how many would, None where the lead is significant already
    or 10,000 would not. `is_significant_jointly`: whether the intervals of all pairs, which hold at once (Bonferroni),
    say so too. `within_horizon`: who would be best without the value after the horizon. With a single strategy
    `runner_up` is empty, there is no lead, and `within_horizon` is None.
    """

    best: str
    replications: int
    runner_up: str = ""
    lead: Interval = NO_INTERVAL
    lead_alone: Interval = NO_INTERVAL
    lead_within_horizon: Interval = NO_INTERVAL
    lead_after_horizon: Interval = NO_INTERVAL
    wins: int = 0
    chance: Interval = NO_INTERVAL
    replications_to_decide: int | None = None
    is_significant_jointly: bool = False
    within_horizon: Comparison | None = None

    @property
    def is_significant(self) -> bool:
        """Whether the interval of the lead leaves zero out."""
        return not self.lead.holds_zero

    @property
    def is_tie(self) -> bool:
        """Whether best and runner-up earn the same in every replication."""
        return self.lead.mean == 0.0 and (self.lead.low == self.lead.high or self.replications == 1)

    @property
    def hangs_on_later_value(self) -> bool:
        """Whether another comes first without the value after the horizon, and one of the two leads is sure."""
        if self.within_horizon is None or self.within_horizon.best == self.best:
            return False
        return self.replications == 1 or self.is_significant or self.within_horizon.decided


def recommend(results: Results) -> Recommendation:
    """Return the best strategy of a study by mean net present value; of equals the one that comes first."""
    worth, within = results.by_strategy(NPV), results.by_strategy(NPV_WITHIN_HORIZON)
    if len(worth) == 1:
        return Recommendation(results.reference, results.replications)
    contest = compare_best(worth)
    gain = worth[contest.best] - worth[contest.second]
    gain_within = within[contest.best] - within[contest.second]
    return Recommendation(
        best=contest.best,
        replications=results.replications,
        runner_up=contest.second,
        lead=contest.difference,
        lead_alone=interval(gain),
        lead_within_horizon=interval(gain_within, contest.alpha),
        lead_after_horizon=interval(gain - gain_within, contest.alpha),
        wins=contest.wins,
        chance=wilson(contest.wins, len(gain)),
        replications_to_decide=contest.needed,
        is_significant_jointly=contest.decided and multiple_comparison_with_best(worth)[contest.best].low >= 0.0,
        within_horizon=compare_best(within),
    )


def compare_with_reference(results: Results, strategy: str) -> tuple[Interval, Interval]:
    """Return a strategy's paired difference of NPV from the first, with and without the value after the horizon."""
    ours, theirs = results.figures[strategy], results.figures[results.reference]
    return paired(ours[NPV], theirs[NPV]), paired(ours[NPV_WITHIN_HORIZON], theirs[NPV_WITHIN_HORIZON])


def has_too_few_replications(span: Interval) -> bool:
    """Tell whether so few replications stand behind an interval that it must not be taken at its word."""
    return span.known and (span.n < FEWEST or is_all_alike(span))


def is_all_alike(span: Interval) -> bool:
    """Tell whether fewer than 30 figures agree to the last digits: luck has then not been met, and is not measured."""
    size = max(abs(span.mean), abs(span.low), abs(span.high))
    return span.known and span.n < ENOUGH and isfinite(size) and span.high - span.low <= 1e-6 * size


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
            bounds = together.low, together.high, anytime.low, anytime.high
            rows.append((one, other, measure, unit, *ends(alone), *bounds, *ends(wins), mean_of_worst(gap), alone.n))
    for one, other in order:
        month, blank = compute_payback(results, one, other), [float("nan")] * 8
        rows.append((one, other, "payback_months", "months", *ends(month), *blank, month.n))
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
        mean, first_year = interval(worth[name]).mean, interval(first_year_npv(results, name)).mean
        risk = mean_of_worst(worth[name]), budgets.get(name, float("nan")), payback.mean
        rows.append((rank, name, mean, *ends(gap), first_year, *risk, results.replications))
    return pd.DataFrame.from_records(rows, columns=list(RANKING))


@dataclass(frozen=True)
class LeadRisk:
    """When and how surely a lead is earned: in the first year, by which month, and in the worst replications."""

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


def planned_budgets(scenario: Scenario) -> dict[str, float]:
    """Return each strategy's planned budgets, on average over the months, less the first strategy's ($ a month).

    Only levers in $/month count: what depends on cases, hires or asks is no budget, and shows in the costs.
    """
    today, planned = scenario.flat(), {}
    for name in scenario.strategies:
        planned[name] = sum(
            sum(months) / len(months) - today[path]
            for path, months in scenario.plan(name).items()
            if parameter_registry()[path].unit == MONEY
        )
    first = planned[next(iter(planned))]
    return {name: each - first for name, each in planned.items()}
