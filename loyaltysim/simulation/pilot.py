"""A plan is tried on a part of the customers first, the rest as control; then it is rolled out to all, or stopped
(F21).

What is estimated is the effect on staying: of the customers of month 0, which share are customers at the pilot's end,
among those who tried the plan and among the rest. Beside it stands what no firm can see: the same effect if all had
tried it, against a firm that tried nothing, on the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.codes import CUSTOMER
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism
from loyaltysim.core.random_streams import RngStream, static_key
from loyaltysim.core.records import Form, PilotRecord, Report
from loyaltysim.core.schedule import NO_TIMER, NoTimer
from loyaltysim.core.tables import Table, World
from loyaltysim.mechanisms import form
from loyaltysim.simulation.engine import build_mechanisms, current_levers, run_months, set_levers
from loyaltysim.stats.intervals import difference_of_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.scenario import Scenario
    from loyaltysim.scenario.strategies import Pilot

SIZED = ("$/month", "$/employee-month", "customers/employee", "encounters/employee-month", "$/hire")
"""Units of what an arm has its part of: budgets, and what belongs to a post."""
OF_SIZE = ("encounters_last", "money_for_causes")
"""Columns of `firm` that hold an amount of the whole firm, of which an arm has its part."""
BESIDE_VOICED = ("voiced", "routed", "record_lag", "lag_before", "lag_after")
CLOSED = ("closed", "closed_as")
DESK = "desk"
STOCKS = ("cases", "customers", "people")
"""Units of states at the month's end that two arms add up to."""


def rows_of_arm(key: np.uint64, share: float, rows: NDArray, generation: NDArray) -> NDArray:
    """Tell who of `rows` is in the arm that tries: a property of the person, so no column keeps it; bool (n,)."""
    chosen: NDArray = kernels.rng.uniforms(key, rows, generation) < share
    return chosen


class SplitFirm:
    """One market whose firm deals with two arms of its customers: those as today (0), and those who try the plan (1).

    `world` goes on as the market, and its firm is that of arm 0 until `unite`. `who` is the key of the draw that
    puts a person into an arm; `one_desk`: whether both arms' complaints go to one desk.
    """

    def __init__(self, world: World, share: float, who: np.uint64, *, one_desk: bool) -> None:
        self.world, self.share, self.who, self.one_desk = world, share, who, one_desk
        copies = {name: table.copy() for name, table in world.tables.items() if name != "people"}
        self.arms = (
            World(dict(world.tables), world.first, world.tie),
            World({**copies, "people": world.people}, world.first, world.tie),
        )
        self.fix_cost = world.touchpoints.fix_cost.copy()
        self.desk_firm = world.firm.copy()
        self.adds_up: dict[str, bool] = {}
        self.arms[1].touchpoints.spent_on[:] = 0
        self.parts = (1 - share, share)
        for arm, part in zip(self.arms, self.parts, strict=True):
            arm.row_lists = world.row_lists
            for name in OF_SIZE:
                arm.firm.__dict__[name][:] *= part
        if one_desk:
            self._count_cases()
        else:
            self._divide_cases()

    def tries(self, rows: NDArray) -> NDArray:
        """Tell which of the rows are in the arm that tries the plan; bool (n,)."""
        return rows_of_arm(self.who, self.share, rows, self.world.people.generation)

    def play(
        self,
        month: int,
        plans: tuple[Sequence[Mechanism], Sequence[Mechanism]],
        form: Form,
        seed: int,
        replication: int,
        timer: NoTimer = NO_TIMER,
    ) -> Report:
        """Play one month; `plans` are the mechanisms at today's levers and at those that are tried."""
        self.world.month = self.arms[0].month = self.arms[1].month = month
        report, apart = Report(form), (Report(form), Report(form))
        self._settle_names(plans[0], form)
        timer.begin()
        for pair in zip(*plans, strict=True):
            if not pair[0].on:
                continue
            rng = RngStream(seed, replication, pair[0].key, month)
            if pair[0].market_wide:
                self._gather(report, apart)
                pair[0].step(self.world, rng, report)
                self._hand_out(pair[0])
            elif pair[0].key == DESK and self.one_desk:
                self._at_one_desk(pair, rng, report)
            else:
                for arm, mechanism, part, own in zip(self.arms, pair, self.parts, apart, strict=True):
                    scale_to_arm(mechanism, part).step(arm, rng, own)
            timer.lap(pair[0].key)
        return report

    def unite(self, chosen: int) -> World:
        """End the pilot: the firm of the chosen arm deals with everyone from now on; gives the market."""
        world, arm = self.world, self.arms[chosen]
        for mine, part in zip(self.arms, self.parts, strict=True):
            for name in OF_SIZE:
                mine.firm.__dict__[name][:] /= part
        arm.touchpoints.spent_on[:] = self.arms[0].touchpoints.spent_on + self.arms[1].touchpoints.spent_on
        arm.touchpoints.fix_cost[:] = self.fix_cost
        if self.one_desk:
            copy_owned(self.desk_firm, arm.firm, DESK)
            arm.tables.update(cases=world.cases, handlers=world.handlers)
        else:
            self._unite_cases(arm, self.arms[1 - chosen])
        world.tables.update({name: table for name, table in arm.tables.items() if name != "people"})
        world.__dict__.update(world.tables)
        return world

    def _hand_out(self, mechanism: Mechanism) -> None:
        """Let both arms have what a mechanism of the whole market has settled."""
        world = self.world
        everyone = world.customers_now
        mask = self.tries(everyone)
        for arm in self.arms:
            arm.row_lists = world.row_lists
            copy_owned(world.firm, arm.firm, type(mechanism).key)
        self.arms[0].customers_now, self.arms[1].customers_now = everyone[~mask], everyone[mask]
        self._resize(int(mask.sum()) / max(1, everyone.size))

    def _resize(self, part: float) -> None:
        """Assign each arm its part of budgets and posts: that of the customers it has this month."""
        part = min(max(part, 1e-6), 1 - 1e-6)
        self.parts = (1 - part, part)
        for arm, its in zip(self.arms, self.parts, strict=True):
            arm.touchpoints.fix_cost[:] = self.fix_cost * its

    def _settle_names(self, mechanisms: Sequence[Mechanism], form: Form) -> None:
        """Settle which figures the arms report apart, and which of these add up; the rest are means by customers."""
        arms_own = {type(each).__name__: each.of_firm for each in mechanisms if not each.market_wide}
        if self.one_desk:
            arms_own.pop(DESK.title(), None)
        self.adds_up = {
            name: arms_own[metric.owner]
            and metric.unit != "hires"
            and (metric.over == "sum" or (metric.over == "end" and metric.unit in STOCKS))
            for name, metric in form.catalog.items()
            if name in form.blank and metric.owner in arms_own
        }

    def _gather(self, report: Report, apart: tuple[Report, Report]) -> None:
        """Put the arms' row lists one behind the other, and book what they have reported so far this month."""
        for name, before in self.world.row_lists.items():
            lists = [getattr(arm, name) for arm in self.arms]
            if name != "customers_now" and any(rows is not before for rows in lists):
                setattr(self.world, name, np.concatenate(lists))
        for name, adds_up in self.adds_up.items():
            today, tried = apart[0][name], apart[1][name]
            report.values[name] = today + tried if adds_up else self.parts[0] * today + self.parts[1] * tried

    def _at_one_desk(self, pair: tuple[Mechanism, ...], rng: RngStream, report: Report) -> None:
        """Let one desk, paid by both arms, take both arms' complaints."""
        world, firm = self.world, self.desk_firm
        for name, declared in firm.columns.items():
            if declared.dtype == "float64" and declared.owner.lower() != DESK:
                ours = [arm.firm.__dict__[name] for arm in self.arms]
                firm.__dict__[name][:] = sum(part * each for part, each in zip(self.parts, ours, strict=True))
        joint = World(
            {"people": world.people, "cases": world.cases, "handlers": world.handlers, "firm": firm},
            world.first,
            world.tie,
        )
        joint.month = world.month
        joint.row_lists = {name: np.concatenate([getattr(arm, name) for arm in self.arms]) for name in BESIDE_VOICED}
        levers = {row.path.split(".")[1] for row in type(pair[0]).declarations() if row.role == "lever"}
        blend = {
            name: sum(p * getattr(each, name) for p, each in zip(self.parts, pair, strict=True)) for name in levers
        }
        pair[0].model_copy(update=blend).step(joint, rng, report)
        mask = self.tries(joint.closed)
        for number, (arm, part) in enumerate(zip(self.arms, self.parts, strict=True)):
            for name in CLOSED:
                setattr(arm, name, getattr(joint, name)[mask == number])
            arm.firm.money_for_causes[:] = part * firm.money_for_causes
        self._count_cases()

    def _count_cases(self) -> None:
        """Tell each arm how many of the open cases of the one desk are its customers'."""
        open_rows = self.world.cases.person_row[: int(self.desk_firm.open_cases[0])]
        trying = int(self.tries(open_rows).sum())
        self.arms[0].firm.open_cases[0], self.arms[1].firm.open_cases[0] = open_rows.size - trying, trying

    def _divide_cases(self) -> None:
        """Leave each arm's desk the open cases of its own customers."""
        for number, arm in enumerate(self.arms):
            count = int(arm.firm.open_cases[0])
            mine = np.flatnonzero(self.tries(arm.cases.person_row[:count]) == number)
            for name in arm.cases.columns:
                column = arm.cases.__dict__[name]
                column[: mine.size] = column[mine]
            arm.firm.open_cases[0] = mine.size

    def _unite_cases(self, arm: World, other: World) -> None:
        """Put the other arm's open cases on the desk of the one that stays, in the order of arrival."""
        here, there = int(arm.firm.open_cases[0]), int(other.firm.open_cases[0])
        arm.cases.reserve(here + there)
        for name in arm.cases.columns:
            arm.cases.__dict__[name][here : here + there] = other.cases.__dict__[name][:there]
        order = np.argsort(arm.cases.opened[: here + there], kind="stable")
        for name in arm.cases.columns:
            column = arm.cases.__dict__[name]
            column[: order.size] = column[order]
        arm.firm.open_cases[0] = order.size


def scale_to_arm(mechanism: Mechanism, part: float) -> Mechanism:
    """Return a mechanism with its part of every budget and of everything that belongs to a post."""
    if not mechanism.of_firm:
        return mechanism
    amounts: dict[str, float] = {}
    for row in type(mechanism).declarations():
        if row.unit in SIZED:
            name = row.path.partition(".")[2]
            amounts[name] = getattr(mechanism, name) * part
    return mechanism.model_copy(update=amounts) if amounts else mechanism


def copy_owned(source: Table, target: Table, key: str) -> None:
    """Copy the columns that one mechanism owns from one firm's row to another's."""
    if source is target:
        return
    for name, declared in source.columns.items():
        if declared.owner.lower() == key.replace("_", ""):
            target.__dict__[name][:] = source.__dict__[name]


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
