"""What one lost customer is worth: own margin and the rest, by month of leaving and by number of ties.

A counterfactual: each replication's world is played with and without the departure of a small group. Luck is by person
and month, so the two worlds differ only by what follows from the departure.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.codes import CUSTOMER, INDIFFERENCE, LARGE, LOST, NONE, REASONS, SILENT
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.lazy import np, pd
from loyaltysim.core.mechanism import Mechanism
from loyaltysim.core.random_streams import RngStream
from loyaltysim.execution.evaluator import Evaluator
from loyaltysim.experiments.decision import Row, build_frame
from loyaltysim.experiments.options import RunOptions, Source, calibrate_scenario, option, prepare_scenario
from loyaltysim.mechanisms.complaints.recovery import Recovery
from loyaltysim.results.tables import csv_text
from loyaltysim.scenario import count_grades
from loyaltysim.simulation.engine import build_mechanisms, run_months, stationary_start
from loyaltysim.stats.intervals import Interval, interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World
    from loyaltysim.scenario import Scenario

GROUP_PERCENT = 1
"""How many leave together unless told, in percent of the customers at the start."""
ALL = "all"
ITEMS = {
    "own": ("$", "the customer's own margin"),
    "stayed": ("$", "margin of those who were customers too, with the customer less without"),
    "came": ("$", "margin of people who were not customers then, with the customer less without"),
    "spent": ("$", "what the firm spends with the customer, less without"),
    "rest": ("$", "margin of all others, less what the firm spends: stayed + came - spent"),
    "worth": ("$", "own margin and the rest: own + rest"),
    "messages_bad": (
        "messages",
        "bad messages sent with the customer kept, less without (below 0: losing them adds bad news)",
    ),
    "messages_good": ("messages", "good messages sent with the customer kept, less without"),
    "others_left": ("customers", "others who leave, with the customer less without"),
    "others_came": ("customers", "others who come, with the customer less without"),
}
COLUMNS = ("month", "ties", "mean_ties", "item", "unit", "mean", "ci_low", "ci_high", "replications", "meaning")
DERIVED = ("rest", "worth")
"""Items that are sums of others."""
TIES = ("low", "mid", "high")


@dataclass(frozen=True)
class Question:
    """Say what one customer of SCENARIO who is lost is worth: own margin, and what others then do.

    The same world is simulated with and without the departure of a small group over a grievance they do not voice, on
    common luck.
    """

    leaves: Sequence[int] = option((), "In which months they leave (default: three).", metavar="L,...", several=True)
    group: int | None = option(
        None, f"How many leave together (default: {GROUP_PERCENT} % of the customers).", metavar="N"
    )

    def find_value(self, source: Source, options: RunOptions) -> CustomerValue:
        """Simulate the departures and tabulate what they change; nothing is written.

        Args:
            source: What the scenario is read from.
            options: How it is carried out.

        Returns:
            The figures, each the mean over replications with its 95 % interval.

        Raises:
            InputError: For a month outside the horizon, a group that is none or too large, or a scenario without
                grievances.
            RunError: When a replication fails.
        """
        months = options.months
        if months is not None and (isinstance(months, bool) or not isinstance(months, Integral)):
            cure = "write one number, such as 60; in which months they leave is said by --leaves 1,13,25"
            raise InputError(Problem(f"{months!r} is no number of months to simulate", where="--months", cure=cure))
        scenario = prepare_scenario(source, options)
        leaving, size = check_departures(scenario, self.leaves, self.group)
        scenario = calibrate_scenario(scenario, options)
        tasks = ((scenario, replication, leaving, size) for replication in range(scenario.replications))
        with Evaluator(options.executor, threads=options.threads or 0, tasks=scenario.replications) as evaluator:
            effects = [effect for effects in evaluator.map(simulate_loss, tasks) for effect in effects]
        return CustomerValue(scenario, tabulate(effects), count_grades(scenario))


@dataclass(frozen=True, eq=False)
class CustomerValue:
    """What one lost customer is worth: `table` in long form, one row a month of leaving, number of ties and item.

    `rests_on`: how many figures of each evidence grade it rests on, the weakest first.
    """

    scenario: Scenario
    table: pd.DataFrame
    rests_on: dict[str, int]
    folder: Path | None = None

    @property
    def files(self) -> dict[str, str]:
        """The table as CSV and what it rests on as JSON, by the files' names."""
        return {"worth.csv": csv_text(self.table), "rests_on.json": json.dumps(self.rests_on, indent=1) + "\n"}

    def span(self, month: int, ties: str, item: str) -> Interval:
        """Return one figure of the table with its 95 % interval."""
        rows = self.table
        row = rows[(rows.month == month) & (rows.ties == ties) & (rows.item == item)].iloc[0]
        return Interval(row["mean"], row.ci_low, row.ci_high, int(row.replications))


def check_departures(scenario: Scenario, leaves: Sequence[int], group: int | None) -> tuple[tuple[int, ...], int]:
    """Return the months of leaving in order, and how many leave together. Raises InputError for what cannot be."""
    chosen = tuple(sorted({*leaves})) or tuple(sorted({1, scenario.months // 3 + 1, 2 * scenario.months // 3 + 1}))
    wrong = [month for month in chosen if not 1 <= month <= scenario.months]
    if wrong:
        what = f"month {wrong[0]} lies outside the horizon"
        raise InputError(Problem(what, where="--leaves", cure=f"name months from 1 to {scenario.months}"))
    number = max(1, scenario.mechanism("market").customers * GROUP_PERCENT // 100) if group is None else group
    if number < 1:
        raise InputError(Problem(f"a group of {group} is no group", where="--group", cure="write 1 or more"))
    for key in ("recovery", "service"):
        if not scenario.mechanism(key).on:
            what = f"{key} is off, so nobody can leave over a grievance"
            raise InputError(Problem(what, key, cure=f"write {key}: on"))
    return chosen, number


def tabulate(effects: Sequence[CounterfactualEffect]) -> pd.DataFrame:
    """Return means and 95 % intervals over replications; `all` weighs the thirds by ties alike."""
    rows: list[Row] = []
    for month in sorted({effect.month for effect in effects}):
        here = sorted((effect for effect in effects if effect.month == month), key=lambda effect: effect.replication)
        thirds = list(dict.fromkeys(effect.ties for effect in here))
        for ties in (ALL, *thirds):
            ours = [effect for effect in here if ties in (ALL, effect.ties)]
            mean_ties = float(np.mean([effect.mean_ties for effect in ours]))
            for item, (unit, meaning) in ITEMS.items():
                each = np.array([effect.figures[item] for effect in ours])
                span = interval(each.reshape(-1, len(thirds)).mean(axis=1) if ties == ALL else each)
                rows.append((month, ties, mean_ties, item, unit, span.mean, span.low, span.high, span.n, meaning))
    return build_frame(rows, COLUMNS)


@dataclass(frozen=True)
class CounterfactualEffect:
    """What one lost customer changed in one replication, the mean over a group: `figures` by the names of ITEMS.

    Each is the world with the customer less the world without. Money is the present value at the month of leaving:
    `own` margin, the margin of others who were customers then (`stayed`), of people who were not (`came`), `spent`.
    Counts are sums over the rest of the horizon.
    """

    month: int
    ties: str
    mean_ties: float
    replication: int
    figures: dict[str, float]


def simulate_loss(
    scenario: Scenario, replication: int, leaves: Sequence[int], group: int
) -> list[CounterfactualEffect]:
    """Simulate a replication at the top-level levers, and again from each of `leaves` on with a group gone.

    Args:
        scenario: Solved.
        replication: Its number.
        leaves: The months of leaving.
        group: How many leave together.

    Returns:
        An effect for each month of leaving and each third of the customers by their ties.
    """
    world, _ = stationary_start(scenario, scenario.seed, replication)
    effects: list[CounterfactualEffect] = []
    while world.month < max(leaves):
        before = world.fork()
        report = run_months(world, scenario, build_mechanisms(scenario), scenario.seed, replication)
        if world.month in leaves:
            effects += effects_of_leaving(scenario, replication, group, before, world.fork(), report)
    return effects


def effects_of_leaving(
    scenario: Scenario, replication: int, group: int, before: World, stays: World, report: Report
) -> Iterator[CounterfactualEffect]:
    """Compare the world in which a month's leavers stay with those in which each third of them goes."""
    people, mechanisms = stays.people, build_mechanisms(scenario)
    moment = Moment(stays.month, people.status == CUSTOMER, people.generation.copy())
    leavers = choose(scenario, replication, group, before, stays)
    with_leavers = [Tally(moment, rows) for rows in leavers]
    roll_forward(scenario, replication, stays, report, with_leavers)
    for ties, rows, kept in zip(TIES, leavers, with_leavers, strict=True):
        goes = before.fork()
        without = Tally(moment, rows)
        first = run_months(goes, scenario, insert_intervention(mechanisms, rows), scenario.seed, replication)
        roll_forward(scenario, replication, goes, first, [without])
        figures = {
            name: (kept.figures[name] - without.figures[name]) / rows.size for name in ITEMS if name not in DERIVED
        }
        figures["rest"] = figures["stayed"] + figures["came"] - figures["spent"]
        figures["worth"] = figures["own"] + figures["rest"]
        mean_ties = float(np.mean(stays.ties()[rows]))
        yield CounterfactualEffect(moment.month, ties, mean_ties, replication, figures)


def choose(scenario: Scenario, replication: int, group: int, before: World, after: World) -> list[NDArray[np.int32]]:
    """Choose who may leave in a month: by luck, from each third by ties of the customers who had no grievance in it.

    Returns rows, int32 (group,), for each third, fewest ties first. Raises InputError when there are fewer of them.
    """
    people = after.people
    stay = (before.people.status == CUSTOMER) & (people.status == CUSTOMER)
    quiet = (people.open_case == 0) & (people.outcome_now == NONE) & (people.grieved_month != after.month)
    rows = np.flatnonzero(stay & quiet).astype(np.int32)
    if rows.size < len(TIES) * group:
        most = f"the {rows.size:,} who could leave in month {after.month}"
        what = f"three groups of {group:,} customers are more than {most}"
        raise InputError(Problem(what, where="--group", cure="name a smaller group"))
    key = RngStream(scenario.seed, replication, "worth", after.month)("leaves")
    draws = kernels.rng.uniforms(key, rows, people.generation)
    by_ties = np.lexsort((draws, after.ties()[rows]))
    return [np.sort(rows[third[np.argsort(draws[third])][:group]]) for third in np.array_split(by_ties, len(TIES))]


def roll_forward(scenario: Scenario, replication: int, world: World, report: Report, tallies: Sequence[Tally]) -> None:
    """Simulate a world from the end of its month to the horizon's, tallying; the value after the horizon comes last."""
    mechanisms, first = build_mechanisms(scenario), world.month
    monthly = (1 + scenario.discount_rate) ** (-1 / 12)
    for month in range(first, scenario.months + 1):
        if month > first:
            report = run_months(world, scenario, mechanisms, scenario.seed, replication)
        paid = monthly ** (month + 1 - first)
        if month == scenario.months:
            paid *= scenario.mechanism("accounts").later_multiple(scenario)
        for tally in tallies:
            tally.accumulate(world, report, paid)
            tally.figures["spent"] += report["spent"] * monthly ** (month - first)


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

    def accumulate(self, world: World, report: Report, discount: float) -> None:
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


class ForcedChurn(Mechanism):
    """Let chosen customers leave over a grievance about indifference that they do not voice.

    `rows`: customers of this month without a grievance and without an open case. Booked as the model books its own:
    a grievance, decided as silent, and a departure, so that people and grievances stay conserved. What follows
    (neighbours notice, others are told, the lost may return) is left to the mechanisms, on the luck that everybody
    would have met anyway.
    """

    rows: tuple[int, ...] = ()

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Make them grieve, stay silent and go."""
        people, leavers = world.people, np.array(self.rows, np.int32)
        people.kind[leavers] = INDIFFERENCE
        people.severity[leavers] = LARGE
        people.grieved_month[leavers] = world.month
        people.outcome_now[leavers] = SILENT
        people.last_outcome[leavers] = SILENT
        people.status[leavers] = LOST
        people.reason[leavers] = INDIFFERENCE
        people.left_month[leavers] = world.month
        reason = REASONS[INDIFFERENCE]
        never = int(np.count_nonzero(people.complained[leavers] == 0))
        more = {
            "grievances": leavers.size,
            "grievances_indifference": leavers.size,
            "decided_large_silent": leavers.size,
            f"left_{reason}": leavers.size,
            f"never_complained_{reason}": never,
        }
        report(**{name: report[name] + number for name, number in more.items()})


def insert_intervention(mechanisms: Sequence[Mechanism], rows: NDArray) -> tuple[Mechanism, ...]:
    """Return a month's mechanisms with the departure of some customers right after grievances are decided."""
    churn = ForcedChurn(on=True, rows=tuple(int(row) for row in rows))
    place = next(number for number, mechanism in enumerate(mechanisms) if isinstance(mechanism, Recovery)) + 1
    return (*mechanisms[:place], churn, *mechanisms[place:])
