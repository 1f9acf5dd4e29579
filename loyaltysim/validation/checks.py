"""What a known answer is made of: checks with a tolerance and its reason, the curves of its picture, and its markets.

The markets have most parts switched off; they are ordinary scenarios, played by the ordinary engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from loyaltysim.core.records import Report, RunRecord
from loyaltysim.core.tables import World
from loyaltysim.mechanisms import month
from loyaltysim.model import metric_columns, simulate
from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import build_mechanisms, run_months, stationary_start

Numbers = Sequence[float]


@dataclass(frozen=True)
class Check:
    """One figure held against what is published, derived or required.

    It passes if low <= simulated <= high; `published` and `tolerance` say the same in words; `reason` why so wide.
    """

    what: str
    published: str
    simulated: float
    low: float
    high: float
    tolerance: str
    reason: str

    @property
    def passed(self) -> bool:
        """Whether the simulated figure lies within its bounds; a figure that is no number fails."""
        return self.low <= self.simulated <= self.high


def check_near(what: str, published: float, simulated: float, within: float, reason: str, digits: int = 4) -> Check:
    """Ask for a simulated figure within a distance of the published one."""
    told = f"{published:.{digits}f}"
    return Check(what, told, simulated, published - within, published + within, f"± {within:.2g}", reason)


def check_near_share(
    what: str, published: float, simulated: float, share: float, reason: str, digits: int = 3
) -> Check:
    """Ask for a simulated figure within a share of the published one."""
    told, within = f"{published:.{digits}f}", abs(share * published)
    return Check(what, told, simulated, published - within, published + within, f"± {100 * share:.2g} %", reason)


def check_positive(what: str, simulated: float, at_least: float, reason: str) -> Check:
    """Ask for a difference that is clearly above 0."""
    return Check(what, "> 0", simulated, at_least, math.inf, f"> {at_least:.2g}", reason)


def check_exactly(what: str, published: float, simulated: float, reason: str) -> Check:
    """Ask for the very number."""
    return Check(what, f"{published:g}", simulated, published, published, "exact", reason)


@dataclass(frozen=True)
class Curve:
    """Points of a picture.

    `low` and `high` are the tolerance band around a published curve, `error` half the bar through a simulated point.
    """

    name: str
    x: Numbers
    y: Numbers
    low: Numbers = ()
    high: Numbers = ()
    error: Numbers = ()


@dataclass(frozen=True)
class Panel:
    """One pair of axes: what is published (lines with a band) and what was simulated (marks), curve by curve."""

    title: str
    x_label: str
    y_label: str
    published: Sequence[Curve]
    simulated: Sequence[Curve]
    ticks: Mapping[int, str] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """The unit of the vertical axis: what its label says in brackets, or begins with (share, multiple, ratio)."""
        inside = self.y_label.rpartition("(")[2]
        return inside.removesuffix(")") if inside.endswith(")") else self.y_label.partition(" ")[0]


@dataclass(frozen=True)
class KnownAnswer:
    """A known answer as it came out: its name (K1..K8), what it is about, where it is published, checks and curves."""

    name: str
    title: str
    source: str
    checks: Sequence[Check]
    panels: Sequence[Panel]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)


def with_band(name: str, x: Numbers, y: Numbers, within: float | Numbers) -> Curve:
    """Return a published curve with a band of one half-width, or of one for each point."""
    half = [float(within)] * len(y) if isinstance(within, int | float) else list(within)
    low, high = ([value + sign * more for value, more in zip(y, half, strict=True)] for sign in (-1, 1))
    return Curve(name, x, y, low, high)


SEED = 20_260_801
"""Fixed before any result was seen."""

PLAIN: Mapping[str, object] = {
    "calibration": "off",
    "seed": SEED,
    "market.burn_in": 0,
    "market.network.kind": "none",
    "departure.died": 0.0,
    "departure.moved": 0.0,
    "rivals.share": 0.0,
    "touchpoints.differ": 0.0,
    "touchpoints.first_impression": 0.0,
    "joining.fickle_draw": 0.0,
}
ALL_GRIEVE: Mapping[str, object] = {
    "staff.know": 0.0,
    "staff.spread": 0.0,
    "staff.turnover": 0.0,
    "staff.overload_effect": 0.0,
    "service.encounters_mean": 12.0,
    "grievance.indifference": 1e9,
    "grievance.slope": 0.0,
}
"""Every encounter is indifferent and every indifferent encounter a grievance; 6 in a million meet nobody in a month."""

BOUNDLESS_DESK: Mapping[str, object] = {
    "desk.budget": 1e9,
    "desk.wage": 1e4,
    "desk.causes": 0.0,
    "desk.answer_scale": 1e-6,
    "desk.solve_scale": 1e-6,
    "desk.hours_a_case": 1e-6,
    "desk.care_weight": 0.0,
    "desk.intake_hours": 0.0,
}
"""Every complaint is acknowledged and handled at once; `desk.solvable` is the share resolved."""


def market(on: str, *settings: Mapping[str, object], **numbers: object) -> Scenario:
    """Return a scenario in which only the named parts (and those that no market can be without) are on.

    Base rates are typed, nobody dies, moves or is with a rival unless told so, and nothing is lived before month 0.
    `numbers` are `people`, `customers`, `months`, `seed`.
    """
    parts = [mechanism.key for mechanism in month() if not mechanism.always]
    chosen: dict[str, object] = {**PLAIN, **{f"{part}.on": part in on.split() for part in parts}}
    for name in ("people", "customers"):
        if name in numbers:
            chosen[f"market.{name}"] = numbers.pop(name)
    for given in (*settings, numbers):
        chosen |= given
    return Scenario().replace(chosen, source="known answer")


def everyone_a_customer(people: int) -> dict[str, int]:
    """Return a market in which all but one are customers: a market needs a prospect."""
    return {"people": people, "customers": people - 1}


def run_market(
    scenario: Scenario,
    months: int,
    levers: Callable[[World, int], Mapping[str, Mapping[str, float]]] | None = None,
    start: World | None = None,
) -> Iterator[tuple[World, Report]]:
    """Yield the world and the report after each month; `levers` may set a mechanism's levers as the month begins.

    `start`: a world at month 0 to fork, instead of being born again.
    """
    world = start.fork() if start else stationary_start(scenario, scenario.seed, 0)[0]
    usual = build_mechanisms(scenario)
    for number in range(1, months + 1):
        chosen = levers(world, number) if levers else {}
        parts = [part.model_copy(update=dict(chosen.get(part.key, {}))) for part in usual]
        yield world, run_months(world, scenario, parts, scenario.seed, 0)


def run(scenario: Scenario, replication: int = 0) -> list[RunRecord]:
    """Simulate all of a scenario's strategies on common luck."""
    return simulate(scenario, replication, list(scenario.strategies))


def months_of(record: RunRecord, metric: str) -> np.ndarray:
    """Return a metric of a run month by month, 0..T (float64)."""
    return record.months[:, metric_columns()[metric]]


def crossing(function: Callable[[float], float], low: float, high: float, steps: int = 4) -> float:
    """Find where a function that changes sign between `low` and `high` is 0, by false position (Illinois).

    Where the ends do not differ in sign, the one nearer to 0 is given: choose ends that no check accepts.
    """
    below, above = function(low), function(high)
    if below * above > 0:
        return low if abs(below) < abs(above) else high
    middle, side = low, 0
    for _ in range(steps):
        middle = (low * above - high * below) / (above - below)
        value = function(middle)
        if value * above > 0:
            high, above, below = middle, value, below / 2 if side > 0 else below
            side = 1
        else:
            low, below, above = middle, value, above / 2 if side < 0 else above
            side = -1
    return middle


def best_of(function: Callable[[float], float], candidates: list[float]) -> tuple[float, list[float]]:
    """Return the candidate with the largest value, and all values."""
    values = [function(candidate) for candidate in candidates]
    return candidates[values.index(max(values))], values
