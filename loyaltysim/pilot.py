"""A plan is tried on a part of the customers first, the rest as control; then it is rolled out to all, or stopped (F21).

What is estimated is the effect on staying: of the customers of month 0, which share are customers at the pilot's end,
among those who tried the plan and among the rest. Beside it stands what no firm can see: the same effect if all had
tried it, against a firm that tried nothing, on the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loyaltysim.arms import Arms
from loyaltysim.core.record import PilotRecord, Report
from loyaltysim.core.streams import timeless_key
from loyaltysim.core.tables import World
from loyaltysim.core.watch import UNWATCHED, Watch
from loyaltysim.core.words import CUSTOMER
from loyaltysim.engine import levers_of, mechanisms_of, play, with_levers
from loyaltysim.mechanisms import FORM

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario
    from loyaltysim.scenario.policies import Pilot

Plan = Mapping[str, Sequence[float]]
SURE = 1.96
"""Standard errors on either side of an estimate that make its 95 % interval."""


class Trial:
    """One pilot under way in a world at month 0: `play` its months, then `conclude` it."""

    def __init__(
        self, scenario: Scenario, pilot: Pilot, plan: Plan, start: World, world: World, replication: int
    ) -> None:
        self.scenario, self.pilot, self.plan, self.replication = scenario, pilot, plan, replication
        self.mechanisms = mechanisms_of(scenario)
        self.rows = np.flatnonzero(world.people.founder).astype(np.int32)
        self.born = world.people.generation[self.rows].copy()
        who = np.uint64(timeless_key(scenario.seed, replication, "pilot.tries"))
        self.arms = Arms(world, pilot.share, who, one_desk=pilot.desk == "shared")
        self.trying = self.arms.tries(self.rows)
        by_plan, by_today = self._kept_by(start, plan), self._kept_by(start, {})
        self.truth = float(by_plan.mean() - by_today.mean())
        self.undisturbed, _ = difference(by_plan[self.trying], by_today[~self.trying])

    def play(self, month: int, watch: Watch = UNWATCHED) -> Report:
        """Play the next month of the pilot."""
        tried = with_levers(self.mechanisms, levers_of(self.plan, month))
        return self.arms.play(month, (self.mechanisms, tried), FORM, self.scenario.seed, self.replication, watch)

    def conclude(self) -> PilotRecord:
        """Compare the arms, decide by the rule, and let the firm be one again."""
        kept = self._kept(self.arms.world)
        tried, others = kept[self.trying], kept[~self.trying]
        estimate, error = difference(tried, others)
        low, high = estimate - SURE * error, estimate + SURE * error
        out = {"better": estimate, "surely better": low, "not surely worse": high}[self.pilot.roll_out_if]
        rolled_out = bool(out > self.pilot.at_least)
        self.arms.unite(int(rolled_out))
        return PilotRecord(tried.size, others.size, estimate, low, high, self.truth, self.undisturbed, rolled_out)

    def _kept(self, world: World) -> NDArray:
        """Tell who of the customers of month 0 is a customer now; float64 (n,), 0 or 1."""
        people = world.people
        there = (people.status[self.rows] == CUSTOMER) & (people.generation[self.rows] == self.born)
        return there.astype(float)

    def _kept_by(self, start: World, plan: Plan) -> NDArray:
        """Tell who would be kept if everyone were dealt with by one plan over the pilot's months."""
        world = start.fork()
        for month in range(1, self.pilot.months + 1):
            levers = with_levers(self.mechanisms, levers_of(plan, month))
            play(world, self.scenario, levers, self.scenario.seed, self.replication)
        return self._kept(world)


def difference(tried: NDArray, others: NDArray) -> tuple[float, float]:
    """Give the difference of two means and its standard error (each arm with its own variance); float64 (n,), (m,).

    The error is infinite where an arm has fewer than two people: nothing can be told then.
    """
    if min(tried.size, others.size) < 2:
        return 0.0, float("inf")
    error = np.sqrt(tried.var(ddof=1) / tried.size + others.var(ddof=1) / others.size)
    return float(tried.mean() - others.mean()), float(error)
