"""One replication of what a lost customer is worth: the same world with and without the departure of a small group.

Luck is by person and month, so the two worlds differ only by what follows from the departure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loyaltysim import kernels
from loyaltysim.core.codes import CUSTOMER, LOST, NONE
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.rates import discount_factor
from loyaltysim.experiments.departing import with_departure
from loyaltysim.simulation.engine import build_mechanisms, run_months, stationary_start

if TYPE_CHECKING:
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World
    from loyaltysim.scenario import Scenario

TIES = ("low", "mid", "high")
MONEY = ("own", "stayed", "came", "spent")
COUNTS = ("messages_bad", "messages_good", "others_left", "others_came")


@dataclass(frozen=True)
class Loss:
    """What one lost customer changed in one replication, the mean over a group: `figures` by MONEY and COUNTS.

    Each is the world with the customer less the world without. Money is the present value at the month of leaving:
    `own` margin, the margin of others who were customers then (`stayed`), of people who were not (`came`), `spent`.
    Counts are sums over the rest of the horizon.
    """

    month: int
    ties: str
    mean_ties: float
    replication: int
    figures: dict[str, float]


@dataclass(frozen=True)
class Moment:
    """Who was a customer when a group left, and which person stood in each row (a newcomer counts as another)."""

    month: int
    customers: NDArray[np.bool_]
    generation: NDArray[np.uint16]


@dataclass
class Tally:
    """The figures of one world from the moment on, with a group's own told apart from everyone else's."""

    moment: Moment
    rows: NDArray[np.int32]
    figures: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def note(self, world: World, report: Report, discount: float) -> None:
        """Add a month: the margin that its last day's customers will pay, times `discount`, and who came and went."""
        people = world.people
        same = people.generation == self.moment.generation
        own = np.zeros(people.rows, bool)
        own[self.rows] = same[self.rows]
        pays, known = people.status == CUSTOMER, same & self.moment.customers
        for name, who in (("own", own), ("stayed", known & ~own), ("came", ~known & ~own)):
            self.figures[name] += discount * float(np.sum(people.margin[pays & who], dtype=float))
        left = (people.status == LOST) & (people.left_month == world.month)
        self.figures["others_left"] += int(np.count_nonzero(left & ~own))
        self.figures["others_came"] += int(np.count_nonzero(pays & (people.tenure == 0) & ~own))
        for name in ("messages_bad", "messages_good"):
            self.figures[name] += int(report[name])


def lose(scenario: Scenario, replication: int, months: Sequence[int], group: int) -> list[Loss]:
    """Play a replication at the top-level levers, and again from each of `months` on with a group gone, for each third
    of the customers by their ties; `scenario` is solved."""
    world, _ = stationary_start(scenario, scenario.seed, replication)
    found: list[Loss] = []
    while world.month < max(months):
        before = world.fork()
        report = run_months(world, scenario, build_mechanisms(scenario), scenario.seed, replication)
        if world.month in months:
            found += _losses(scenario, replication, group, before, world.fork(), report)
    return found


def _losses(
    scenario: Scenario, replication: int, group: int, before: World, stays: World, report: Report
) -> Iterator[Loss]:
    people, mechanisms = stays.people, build_mechanisms(scenario)
    moment = Moment(stays.month, people.status == CUSTOMER, people.generation.copy())
    chosen = choose(scenario, replication, group, before, stays)
    with_them = [Tally(moment, rows) for rows in chosen]
    _live(scenario, replication, stays, report, with_them)
    for ties, rows, staying in zip(TIES, chosen, with_them, strict=True):
        goes = before.fork()
        told = run_months(goes, scenario, with_departure(mechanisms, rows), scenario.seed, replication)
        leaving = Tally(moment, rows)
        _live(scenario, replication, goes, told, [leaving])
        figures = {name: (staying.figures[name] - leaving.figures[name]) / rows.size for name in (*MONEY, *COUNTS)}
        mean_ties = float(np.mean(stays.ties()[rows]))
        yield Loss(moment.month, ties, mean_ties, replication, figures)


def choose(scenario: Scenario, replication: int, group: int, before: World, after: World) -> list[NDArray[np.int32]]:
    """Choose who may leave in a month: by luck, from each third by ties of the customers who had no grievance in it.

    Raises InputError when there are fewer of them than are wanted.
    """
    people = after.people
    stay = (before.people.status == CUSTOMER) & (people.status == CUSTOMER)
    quiet = (people.open_case == 0) & (people.outcome_now == NONE) & (people.grieved_month != after.month)
    rows = np.flatnonzero(stay & quiet).astype(np.int32)
    if rows.size < len(TIES) * group:
        what = f"three groups of {group:,} customers are more than the {rows.size:,} who could leave in month {after.month}"
        raise InputError(Problem(what, where="--group", cure="name a smaller group"))
    key = RngStream(scenario.seed, replication, "worth", after.month)("leaves")
    luck = kernels.rng.uniforms(key, rows, people.generation)
    by_ties = np.lexsort((luck, after.ties()[rows]))
    return [np.sort(rows[third[np.argsort(luck[third])][:group]]) for third in np.array_split(by_ties, len(TIES))]


def _live(scenario: Scenario, replication: int, world: World, report: Report, tallies: Sequence[Tally]) -> None:
    """Live a world from the end of its month to the horizon's, tallying; the value after the horizon comes last."""
    mechanisms, began = build_mechanisms(scenario), world.month
    monthly = discount_factor(scenario.discount_rate, 1)
    for month in range(began, scenario.months + 1):
        if month > began:
            report = run_months(world, scenario, mechanisms, scenario.seed, replication)
        paid = monthly ** (month + 1 - began)
        if month == scenario.months:
            paid *= scenario.mechanism("accounts").later_multiple(scenario)
        for tally in tallies:
            tally.note(world, report, paid)
            tally.figures["spent"] += report["spent"] * monthly ** (month - began)
