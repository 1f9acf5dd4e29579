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

from loyaltysim.core.codes import CUSTOMER
from loyaltysim.core.random_streams import static_key
from loyaltysim.core.records import PilotRecord, Report
from loyaltysim.core.schedule import NO_TIMER, NoTimer
from loyaltysim.core.tables import World
from loyaltysim.mechanisms import form
from loyaltysim.simulation.engine import build_mechanisms, current_levers, run_months, set_levers
from loyaltysim.simulation.split_firm import SplitFirm
from loyaltysim.stats.intervals import difference_of_shares

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario
    from loyaltysim.scenario.strategies import Pilot

Plan = Mapping[str, Sequence[float]]


class PilotTrial:
    """One pilot under way in a world at month 0: `play` its months, then `conclude` it."""

    def __init__(
        self, scenario: Scenario, pilot: Pilot, plan: Plan, start: World, world: World, replication: int
    ) -> None:
        self.scenario, self.pilot, self.plan, self.replication = scenario, pilot, plan, replication
        self.mechanisms = build_mechanisms(scenario)
        self.rows = np.flatnonzero(world.people.founder).astype(np.int32)
        self.born = world.people.generation[self.rows].copy()
        who = static_key(scenario.seed, replication, "pilot", "tries")
        self.arms = SplitFirm(world, pilot.share, who, one_desk=pilot.desk == "shared")
        self.trying = self.arms.tries(self.rows)
        by_plan, by_today = self._simulate_kept(start, plan), self._simulate_kept(start, {})
        self.truth = float(by_plan.mean() - by_today.mean())
        self.undisturbed = difference_of_shares(by_plan[self.trying], by_today[~self.trying]).mean

    def play(self, month: int, timer: NoTimer = NO_TIMER) -> Report:
        """Play the next month of the pilot."""
        tried = set_levers(self.mechanisms, current_levers(self.plan, month))
        return self.arms.play(month, (self.mechanisms, tried), form(), self.scenario.seed, self.replication, timer)

    def conclude(self) -> PilotRecord:
        """Compare the arms, decide by the rule, and let the firm be one again."""
        kept = self._find_kept(self.arms.world)
        tried, others = kept[self.trying], kept[~self.trying]
        effect = difference_of_shares(tried, others)
        out = {"better": effect.mean, "surely better": effect.low, "not surely worse": effect.high}[
            self.pilot.roll_out_if
        ]
        rolled_out = bool(out > self.pilot.at_least)
        self.arms.unite(int(rolled_out))
        return PilotRecord(
            tried.size, others.size, effect.mean, effect.low, effect.high, self.truth, self.undisturbed, rolled_out
        )

    def _find_kept(self, world: World) -> NDArray:
        """Tell who of the customers of month 0 is a customer now; float64 (n,), 0 or 1."""
        people = world.people
        there = (people.status[self.rows] == CUSTOMER) & (people.generation[self.rows] == self.born)
        return there.astype(float)

    def _simulate_kept(self, start: World, plan: Plan) -> NDArray:
        """Tell who would be kept if everyone were dealt with by one plan over the pilot's months."""
        world = start.fork()
        for month in range(1, self.pilot.months + 1):
            levers = set_levers(self.mechanisms, current_levers(plan, month))
            run_months(world, self.scenario, levers, self.scenario.seed, self.replication)
        return self._find_kept(world)
