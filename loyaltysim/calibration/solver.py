"""The search for the base rates, by simulating the market itself: measure, move every rate, measure again.

Closed forms, where algebra gives them, are the first guess (`first_guess`); `verify` ends the search. A rate is
moved by the ratio of stated to measured, so transformed that its figure responds about in proportion.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from loyaltysim.core.codes import OUTCOMES, REASONS, SEVERITIES
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.random_streams import stream_key
from loyaltysim.simulation.engine import birth, build_mechanisms, run_months, set_levers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyaltysim.core.mechanism import Mechanism
    from loyaltysim.core.tables import World
    from loyaltysim.scenario import Scenario

Rates = dict[str, float]
USUALLY_FELT = 2.0
"""About what satisfaction, tenure and the flight of the fickle take from a base chance of grieving."""
REASON_OF = {
    "friends.base": "friends",
    "rivals.base": "rival",
    "grievance.product": "product",
    "grievance.indifference": "indifference",
}
STEEP_QUEUE = 0.3
"""Near full load the share answered fast falls with about the fourth power of the handling time: small moves only."""
MANY_STAFF = 20.0
"""The search has so many times more employees, each with fewer customers: what they differ by then averages out fast.
"""
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


def first_guess(scenario: Scenario) -> Rates:
    """Return the closed forms with which the search starts; those for dying and moving are exact and stay."""
    stated, hazard = scenario.stated, scenario.stated.monthly_hazard
    kept, mix = scenario.mechanism("recovery").kept, stated.outcomes
    over_grievance = stated.reasons.product + stated.reasons.indifference
    share_voiced = min(0.999, (1 - stated.silent_share_of_lost) / over_grievance) if over_grievance else 0.0
    kept_voiced = math.fsum(getattr(mix, name) * getattr(kept, name) for name in OUTCOMES[1:])
    odds = share_voiced / (1 - share_voiced) * (1 - kept.silent) / max(1e-9, 1 - kept_voiced)
    voiced = odds / (1 + odds)
    grievances = over_grievance * hazard / max(1e-9, 1 - (1 - voiced) * kept.silent - voiced * kept_voiced)
    service, touchpoints, staff = (scenario.mechanism(key) for key in ("service", "touchpoints", "staff"))
    care = staff.know * staff.want * staff.can
    met = max(1e-9, service.encounters_mean)
    of_staff = grievances * stated.reasons.indifference / max(1e-9, over_grievance)
    market, advertising = scenario.mechanism("market"), scenario.mechanism("advertising")
    saturation = -math.expm1(-advertising.budget / advertising.scale)
    pool = max(1, market.people - market.customers)
    brought = advertising.budget / stated.acquisition_cost / pool
    others = hazard * (1 - over_grievance) / (1 - hazard * over_grievance)
    risk = -math.log1p(-others) / max(1e-12, 1 - over_grievance) if over_grievance < 1 else 0.0
    guess = {
        "departure.died": risk * stated.reasons.died,
        "departure.moved": risk * stated.reasons.moved,
        "friends.base": risk * stated.reasons.friends,
        "rivals.base": risk * stated.reasons.rival,
        "grievance.indifference": min(1.0, USUALLY_FELT * of_staff / max(1e-9, met * (1 - care))),
        "grievance.product": min(
            1.0, USUALLY_FELT * (grievances - of_staff) / max(1e-9, met * care * touchpoints.failure)
        ),
        "voice.unprompted": voiced,
        "desk.answer_scale": 65.0,
        "desk.solve_scale": 120.0,
        "desk.hours_a_case": 3.0,
        "advertising.strength": brought / saturation
        if saturation
        else advertising.scale / stated.acquisition_cost / pool,
        "joining.unprompted": max(0.0, hazard * market.customers / pool * 0.3),
    }
    return {path: value for path, value in guess.items() if scenario.mechanism(path.split(".")[0]).on}


def verify(scenario: Scenario, tally: Counter[str]) -> None:
    """Compare what the solved market shows with what was stated; raises InputError naming each figure that is missed.

    A share may be off by 3 % of itself and at most by .0075, or by 5 standard errors of the verifying stretch.
    """
    stated, problems = scenario.stated, []
    start, left = max(1.0, tally["customers_start"]), max(1.0, tally["left"])

    def compare(field: str, wanted: float, count: float, of: float, cure: str) -> None:
        reached = count / max(1.0, of)
        noise = 5 * math.sqrt(max(wanted * (1 - wanted), 1e-9) / max(1.0, of))
        if abs(reached - wanted) > max(min(0.03 * wanted, 0.0075), noise):
            what = f"{wanted:.4g} is stated, but the market reaches {reached:.4g}"
            problems.append(Problem(what, field=field, cure=cure))

    steeper = "raise service.encounters_mean or the share of bad encounters, or state a lower churn"
    chances = f"these are monthly chances; {steeper}"
    compare("stated.churn_annual", stated.monthly_hazard, tally["left"], start, chances)
    for reason in REASONS:
        compare(f"stated.reasons.{reason}", getattr(stated.reasons, reason), tally[f"left_{reason}"], left, steeper)
    silent, cure = stated.silent_share_of_lost, "state a larger silent share"
    compare("stated.silent_share_of_lost", silent, tally["left_unvoiced"], left, cure)
    voiced = sum(tally[f"decided_{name}"] for name in OUTCOMES[1:])
    for name in OUTCOMES[1:]:
        cure = (
            "change desk.budget (today's), desk.promise_hours or handoffs.passed_on,"
            " or state outcomes that such a desk can reach"
        )
        if voiced:
            compare(f"stated.outcomes.{name}", getattr(stated.outcomes, name), tally[f"decided_{name}"], voiced, cure)
    problems.extend(check_joining(scenario, tally))
    if problems:
        raise InputError(*problems)


def check_joining(scenario: Scenario, tally: Counter[str]) -> list[Problem]:
    """Find whether the number of customers can be steady with advertising at its stated cost."""
    if not scenario.mechanism("joining").on:
        return []
    months, customers = tally["months"], scenario.mechanism("market").customers
    lost = scenario.stated.monthly_hazard * customers
    by_advertising, by_talk = (tally[f"joined_by_{source}"] / months for source in ("advertising", "talk"))
    unasked = (tally["joined"] + tally["returned"] - tally["joined_unprompted"]) / months
    noise = 4 * math.sqrt(max(lost, 1) / months)
    found = []
    if unasked > lost + noise or tally["customers_start"] / months > 1.05 * customers:
        found.append(
            Problem(
                f"to keep the number of customers steady, unprompted joining would have to be negative: {lost:.0f}"
                f" customers leave a month, but advertising brings {by_advertising:.0f} and talk {by_talk:.0f}",
                field="stated.acquisition_cost",
                cure="state a higher acquisition cost or churn, or lower advertising.budget or joining.praise",
            )
        )
    advertising = scenario.mechanism("advertising")
    wanted = advertising.budget / scenario.stated.acquisition_cost
    if advertising.on and not found and abs(by_advertising - wanted) > 0.03 * wanted + 5 * math.sqrt(wanted / months):
        found.append(
            Problem(
                f"{wanted:.1f} customers a month should be brought by advertising, but it reaches {by_advertising:.1f}",
                field="stated.acquisition_cost",
                cure="state a higher cost, or more people in the market",
            )
        )
    return found


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
            if path.startswith("grievance."):
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
        old = better["advertising.strength"]
        better["advertising.strength"] = scale_rate(old, wanted, tally["joined_by_advertising"], gain)


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
