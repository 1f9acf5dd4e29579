"""The search for the base rates, by simulating the market itself."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from loyaltysim.calibration.closed_form import Rates, first_guess
from loyaltysim.calibration.improve import improve
from loyaltysim.calibration.verify import verify
from loyaltysim.core.codes import OUTCOMES, SEVERITIES
from loyaltysim.core.random_streams import stream_key
from loyaltysim.engine import born, mechanisms_of, play, with_levers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyaltysim.core.mechanism import Mechanism
    from loyaltysim.core.tables import World
    from loyaltysim.scenario import Scenario

MANY_STAFF = 20.0
"""The search has so many times more employees, each with fewer customers: what they differ by then averages out fast."""

SEED = stream_key("calibration") >> 2
PERSON_MONTHS_A_STRETCH = 1_200_000
PERSON_MONTHS_A_MEASUREMENT = 12_000_000
BOLD_STEPS = (0.8,) * 6 + (0.4,) * 4
EXACT_STEPS = (1.0, 0.8, 0.7)


def find_rates(scenario: Scenario) -> Rates:
    """Find the base rates by simulation; raises InputError naming each stated figure that cannot be met.

    Bold steps move the rates while one market lives on; each exact step lives a new market through its burn-in, as a
    run does, and then measures it, on the same luck each time so that the steps converge. Markets are born alike at all
    rates, so each is born once.
    """
    rates = first_guess(scenario)
    scenario = _with_many_staff(scenario)
    market = scenario.mechanism("market")
    number = min(12, math.ceil(50_000 / market.people))
    newborn = [born(scenario, SEED, replication) for replication in range(number)]
    mechanisms = mechanisms_of(scenario)

    def measured(months: int) -> Counter[str]:
        worlds, solved = [world.fork() for world in newborn], with_levers(mechanisms, rates)
        _live(worlds, scenario, solved, max(24, market.burn_in))
        return _live(worlds, scenario, solved, months)

    worlds = [world.fork() for world in newborn]
    months = max(12, min(24, PERSON_MONTHS_A_STRETCH // (market.people * number)))
    for gain in BOLD_STEPS:
        rates = improve(scenario, rates, _live(worlds, scenario, with_levers(mechanisms, rates), months), gain)
    months = max(24, PERSON_MONTHS_A_MEASUREMENT // (market.people * number))
    for gain in EXACT_STEPS:
        rates = improve(scenario, rates, measured(months), gain)
    verify(scenario, measured(months))
    return rates


def _with_many_staff(scenario: Scenario) -> Scenario:
    staff = scenario.mechanism("staff")
    times = min(MANY_STAFF, staff.customers_each, staff.encounters_each, staff.effect_scale)
    scaled = ("customers_each", "encounters_each", "effect_scale")
    return scenario.replaced({f"staff.{name}": getattr(staff, name) / times for name in scaled}, source="the search")


def _live(worlds: list[World], scenario: Scenario, mechanisms: Sequence[Mechanism], months: int) -> Counter[str]:
    tally = Counter[str]()
    for number, world in enumerate(worlds):
        for _ in range(months):
            tally.update(play(world, scenario, mechanisms, SEED, number).values)
            tally["months"] += 1
    for severity in SEVERITIES:
        for outcome in OUTCOMES:
            tally[f"decided_{outcome}"] += tally[f"decided_{severity}_{outcome}"]
    return tally
