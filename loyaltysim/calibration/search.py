"""The search for the base rates, by simulating the market itself."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from loyaltysim.calibration.closed_form import Rates, first_guess
from loyaltysim.calibration.improve import improve
from loyaltysim.calibration.verify import verify
from loyaltysim.core.streams import stream
from loyaltysim.core.words import OUTCOMES, SEVERITIES
from loyaltysim.engine import born, mechanisms_of, play

if TYPE_CHECKING:
    from loyaltysim.core.tables import World
    from loyaltysim.scenario import Scenario

MANY_STAFF = 20.0
"""The search has so many times more employees, each with fewer customers: what they differ by then averages out fast."""

SEED = stream("calibration") >> 2
PERSON_MONTHS_A_STRETCH = 1_200_000
PERSON_MONTHS_A_MEASUREMENT = 12_000_000
BOLD_STEPS = (0.8,) * 6 + (0.4,) * 4
EXACT_STEPS = (1.0, 0.8, 0.7)


def find_rates(scenario: Scenario) -> Rates:
    """Find the base rates by simulation; raises InputError naming each stated figure that cannot be met.

    Bold steps move the rates while one market lives on; each exact step lives a new market through its burn-in, as a
    run does, and then measures it, on the same luck each time so that the steps converge.
    """
    rates = first_guess(scenario)
    scenario = _with_many_staff(scenario)
    people = scenario.mechanism("market").people
    number = min(12, math.ceil(50_000 / people))
    worlds = _born(scenario, number)
    months = max(12, min(24, PERSON_MONTHS_A_STRETCH // (people * number)))
    for gain in BOLD_STEPS:
        rates = improve(scenario, rates, _live(worlds, scenario.replaced(rates), months), gain)
    months = max(24, PERSON_MONTHS_A_MEASUREMENT // (people * number))
    for gain in EXACT_STEPS:
        rates = improve(scenario, rates, _measure(scenario.replaced(rates), number, months), gain)
    verify(scenario, _measure(scenario.replaced(rates), number, months))
    return rates


def _with_many_staff(scenario: Scenario) -> Scenario:
    staff = scenario.mechanism("staff")
    times = min(MANY_STAFF, staff.customers_each, staff.encounters_each, staff.effect_scale)
    scaled = ("customers_each", "encounters_each", "effect_scale")
    return scenario.replaced({f"staff.{name}": getattr(staff, name) / times for name in scaled}, source="the search")


def _born(scenario: Scenario, number: int) -> list[World]:
    return [born(scenario, SEED, replication) for replication in range(number)]


def _measure(scenario: Scenario, number: int, months: int) -> Counter[str]:
    worlds = _born(scenario, number)
    _live(worlds, scenario, max(24, scenario.mechanism("market").burn_in))
    return _live(worlds, scenario, months)


def _live(worlds: list[World], scenario: Scenario, months: int) -> Counter[str]:
    mechanisms, tally = mechanisms_of(scenario), Counter[str]()
    for number, world in enumerate(worlds):
        for _ in range(months):
            report = play(world, scenario, mechanisms, SEED, number)
            tally.update(report.values)
            tally["months"] += 1
    for severity in SEVERITIES:
        for outcome in OUTCOMES:
            tally[f"decided_{outcome}"] += tally[f"decided_{severity}_{outcome}"]
    return tally
