"""The search for the base rates, by simulating the market itself: measure, move every rate, measure again.

A rate is moved by the ratio of stated to measured, so transformed that its figure responds about in proportion.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from loyaltysim.calibration.closed_form import Rates, first_guess
from loyaltysim.calibration.verify import verify
from loyaltysim.core.codes import OUTCOMES, SEVERITIES
from loyaltysim.core.random_streams import stream_key
from loyaltysim.simulation.engine import birth, build_mechanisms, run_months, set_levers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyaltysim.core.mechanism import Mechanism
    from loyaltysim.core.tables import World
    from loyaltysim.scenario import Scenario

REASON_OF = {
    "friends.base": "friends",
    "rivals.base": "rival",
    "grievance.product": "product",
    "grievance.indifference": "indifference",
}

STEEP_QUEUE = 0.3
"""Near full load the share answered fast falls with about the fourth power of the handling time: small moves only."""

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
    scenario = with_many_staff(scenario)
    market = scenario.mechanism("market")
    number = min(12, math.ceil(50_000 / market.people))
    newborn = [birth(scenario, SEED, replication) for replication in range(number)]
    mechanisms = build_mechanisms(scenario)

    def measure(months: int) -> Counter[str]:
        worlds, solved = [world.fork() for world in newborn], set_levers(mechanisms, rates)
        live(worlds, scenario, solved, max(24, market.burn_in))
        return live(worlds, scenario, solved, months)

    worlds = [world.fork() for world in newborn]
    months = max(12, min(24, PERSON_MONTHS_A_STRETCH // (market.people * number)))
    for gain in BOLD_STEPS:
        rates = improve(scenario, rates, live(worlds, scenario, set_levers(mechanisms, rates), months), gain)
    months = max(24, PERSON_MONTHS_A_MEASUREMENT // (market.people * number))
    for gain in EXACT_STEPS:
        rates = improve(scenario, rates, measure(months), gain)
    verify(scenario, measure(months))
    return rates


def with_many_staff(scenario: Scenario) -> Scenario:
    """Return the scenario with the same staff in many more and smaller posts."""
    staff = scenario.mechanism("staff")
    times = min(MANY_STAFF, staff.customers_each, staff.encounters_each, staff.effect_scale)
    scaled = ("customers_each", "encounters_each", "effect_scale")
    return scenario.replace({f"staff.{name}": getattr(staff, name) / times for name in scaled}, source="the search")


def live(worlds: list[World], scenario: Scenario, mechanisms: Sequence[Mechanism], months: int) -> Counter[str]:
    """Live all worlds for so many months, and return their flows summed."""
    tally = Counter[str]()
    for number, world in enumerate(worlds):
        for _ in range(months):
            tally.update(run_months(world, scenario, mechanisms, SEED, number).values)
            tally["months"] += 1
    for severity in SEVERITIES:
        for outcome in OUTCOMES:
            tally[f"decided_{outcome}"] += tally[f"decided_{severity}_{outcome}"]
    return tally


def improve(scenario: Scenario, rates: Rates, tally: Counter[str], gain: float) -> Rates:
    """Move every base rate by (stated / measured)**gain, so transformed that its figure responds about in proportion.

    `tally` holds the flows summed over the stretch that was measured, and its `months`.
    """
    better = dict(rates)
    improve_reasons(scenario, better, tally, gain)
    improve_voice(scenario, better, tally, gain)
    improve_desk(scenario, better, tally, gain)
    improve_advertising(scenario, better, tally, gain)
    improve_joining(scenario, better, tally, gain)
    return better


def scale_rate(rate: float, wanted: float, measured: float, power: float) -> float:
    """Scale a rate by (wanted / measured)**power, at most threefold; to nothing if nothing is wanted."""
    if wanted <= 0:
        return 0.0
    ratio = wanted / measured if measured > 0 else 9.0
    return rate * float(min(3.0, max(1 / 3, ratio**power)))


def improve_reasons(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
    """Move the base rates of the reasons to leave."""
    departures = scenario.stated.monthly_hazard * tally["customers_start"]
    for path, reason in REASON_OF.items():
        if path in better:
            wanted = departures * getattr(scenario.stated.reasons, reason)
            better[path] = scale_rate(better[path], wanted, tally[f"left_{reason}"], gain)
    for path in ("grievance.indifference", "grievance.product"):
        if path in better:
            better[path] = min(1.0, better[path])


def improve_desk(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
    """Move the desk's chances to answer and to solve, and the hours that a case takes."""
    if "desk.answer_scale" not in better:
        return
    mix = scenario.stated.outcomes
    solvable = scenario.mechanism("desk").solvable * scenario.mechanism("follow_up").sound()
    answered, solved, fast = desk_shares(tally)
    wanted_solved = (mix.resolved + mix.resolved_fast) / max(1e-9, 1 - mix.ignored)
    wanted_fast = mix.resolved_fast / max(1e-9, mix.resolved + mix.resolved_fast)
    moves = {
        "desk.answer_scale": (effort(answered), effort(1 - mix.ignored), gain),
        "desk.solve_scale": (effort(solved / solvable), effort(wanted_solved / solvable), gain),
        "desk.hours_a_case": (fast + 0.002, wanted_fast + 0.002, STEEP_QUEUE * gain),
    }
    for path, (wanted, measured, power) in moves.items():
        better[path] = scale_rate(better[path], wanted, measured, power)


def improve_advertising(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
    """Move what advertising brings."""
    budget = scenario.mechanism("advertising").budget
    if "advertising.strength" in better and budget > 0:
        wanted = budget / scenario.stated.acquisition_cost * tally["months"]
        better["advertising.strength"] = scale_rate(
            better["advertising.strength"], wanted, tally["joined_by_advertising"], gain
        )


def effort(share: float) -> float:
    """Return the spending, in units of its scale, that reaches a share."""
    return -math.log1p(-min(0.999, max(0.001, share)))


def desk_shares(tally: Counter[str]) -> tuple[float, float, float]:
    """Return the share of complaints answered, of these solved, and of these fast."""
    logged, resolved, fast = (tally[f"decided_{name}"] for name in ("logged", "resolved", "resolved_fast"))
    answered = logged + resolved + fast
    voiced = answered + tally["decided_ignored"]
    solved = resolved + fast
    return answered / max(1, voiced), solved / max(1, answered), fast / max(1, solved)


def improve_voice(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
    """Move the chance to complain, by its odds."""
    if "voice.unprompted" not in better:
        return
    stated = scenario.stated
    over_grievance = stated.reasons.product + stated.reasons.indifference
    wanted = (1 - stated.silent_share_of_lost) / over_grievance if over_grievance else 0.0
    if wanted <= 0:
        better["voice.unprompted"] = 0.0
        return
    lost = max(1.0, tally["left_product"] + tally["left_indifference"])
    measured = min(0.999, max(0.5 / lost, tally["left_voiced"] / lost))
    wanted = min(0.999, wanted)
    old = better["voice.unprompted"]
    odds = old / (1 - old) * (wanted / (1 - wanted) / (measured / (1 - measured))) ** gain
    better["voice.unprompted"] = min(0.9999, odds / (1 + odds))


def improve_joining(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
    """Move unprompted joining so that the number of customers is steady."""
    if "joining.unprompted" not in better:
        return
    market = scenario.mechanism("market")
    months = tally["months"]
    open_to_join = (market.people - market.customers) * months
    drift = scenario.stated.monthly_hazard * (market.customers * months - tally["customers_start"])
    others = tally["joined"] + tally["returned"] - tally["joined_unprompted"]
    wanted = (tally["left"] + drift - others) / open_to_join
    measured = tally["joined_unprompted"] / open_to_join
    effective = measured / better["joining.unprompted"] if measured > 0 and better["joining.unprompted"] > 0 else 0.8
    better["joining.unprompted"] = max(0.0, better["joining.unprompted"] + gain * (wanted - measured) / effective)
