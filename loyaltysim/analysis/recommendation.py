"""The recommendation: which strategy is worth most, by how much it leads the runner-up, and how sure that is.

Sentences, pictures, page, workbook and JSON read this one object; none of them picks a winner by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from loyaltysim.stats.intervals import Comparison, Interval, compare_best, interval, paired, wilson
from loyaltysim.stats.ranking import multiple_comparison_with_best

if TYPE_CHECKING:
    from loyaltysim.results.results import Results

NPV, NPV_WITHIN_HORIZON = "npv", "npv_without_later_value"
NO_INTERVAL = Interval()
FEWEST, ENOUGH = 5, 30
"""Replications below which no interval is taken at its word, and below which figures that all agree are not."""


@dataclass(frozen=True)
class Recommendation:
    """The strategy of the highest mean net present value against the runner-up, paired on common random numbers.

    `lead` is in the scenario's currency; its interval is widened (Holm) for having picked the two among all pairs, and
    `lead_within_horizon` and `lead_after_horizon`, its two parts, have intervals at that level as well; `lead_alone` has the
    plain 95 % interval of this pair. `wins`: in how many
    `replications` the best earns more; `chance`: their share, with its interval. `replications_to_decide`: about how many
    would, None where the lead is significant already or 10,000 would not. `is_significant_jointly`: whether the intervals
    of all pairs, which hold at once (Bonferroni), say so too. `within_horizon`: who would be best without the value after
    the horizon. With a single strategy `runner_up` is empty, there is no lead, and `within_horizon` is None.
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
        """Whether another strategy comes first without the value after the horizon, and one of the two leads is sure."""
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
    """Return a strategy's paired difference of net present value from the first, with and without the value after the horizon."""
    ours, theirs = results.figures[strategy], results.figures[results.reference]
    return paired(ours[NPV], theirs[NPV]), paired(ours[NPV_WITHIN_HORIZON], theirs[NPV_WITHIN_HORIZON])


def has_too_few_replications(span: Interval) -> bool:
    """Tell whether so few replications stand behind an interval that it must not be taken at its word."""
    return span.known and (span.n < FEWEST or is_all_alike(span))


def is_all_alike(span: Interval) -> bool:
    """Tell whether fewer than 30 figures agree to the last digits: luck has then not been met, and is not measured."""
    size = max(abs(span.mean), abs(span.low), abs(span.high))
    return span.known and span.n < ENOUGH and isfinite(size) and span.high - span.low <= 1e-6 * size
