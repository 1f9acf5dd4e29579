"""Solve for what a scenario does not state, so that today's market shows what it does state.

Stated: annual churn and its reasons, the silent share of the lost, the outcomes of complaints, the cost of an acquired
customer, a steady number of customers. Solved: the base rates behind them. Closed forms start the search; then the
market itself is simulated on luck of its own (a fixed seed, so the answer depends neither on a run's seed nor on its
replications): first every base rate is moved after each short stretch by the ratio of stated to measured, while the
market settles; then long stretches at fixed rates measure exactly and correct, and a last one verifies. What cannot be
met is said.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.streams import stream
from loyaltysim.core.words import OUTCOMES, REASONS, SEVERITIES

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

SEED = stream("calibration") >> 2
PERSON_MONTHS_A_BLOCK = 1_200_000
BOLD_STEPS = (0.8,) * 6 + (0.4,) * 6
EXACT_STEPS = (1.0, 0.7, 0.6, 0.5)
BLOCKS_A_MEASUREMENT = 8
MONTHS_TO_SETTLE = 48
Rates = dict[str, float]


def solve(scenario: Scenario) -> Scenario:
    """Give the scenario with its solved parameters typed in; as it is when `calibration: off`. Cached by content.

    Raises InputError when a stated figure cannot be met, saying which and why.
    """
    if scenario.calibration == "off":
        return scenario
    check_feasible(scenario)
    place = _cache_folder() / f"{_content_key(scenario)}.json"
    try:
        rates = json.loads(place.read_text())
    except (OSError, ValueError):
        rates = search(scenario)
        _keep(place, rates)
    return scenario.replaced({**rates}, source="solved")


def monthly_hazard(scenario: Scenario) -> float:
    """Give the stated churn as a monthly chance: 1 - (1 - churn)**(1/12)."""
    return 1 - (1 - scenario.stated.churn_annual) ** (1 / 12)


def check_feasible(scenario: Scenario) -> None:
    """Refuse stated figures that no market can show together."""
    stated = scenario.stated
    over_grievance = stated.reasons.product + stated.reasons.indifference
    problems = []
    if 1 - stated.silent_share_of_lost > over_grievance + 1e-12:
        problems.append(
            Problem(
                f"{1 - stated.silent_share_of_lost:.0%} of the lost would have complained, but only {over_grievance:.0%} leave over a grievance",
                field="stated.silent_share_of_lost",
                cure=f"state at least {1 - over_grievance:.2f}, or a larger share of product and indifference in stated.reasons",
            )
        )
    outcomes = stated.outcomes
    answered = 1 - outcomes.ignored
    solved = outcomes.resolved + outcomes.resolved_fast
    solvable = scenario.mechanism("desk").solvable
    if answered > 0 and solved / answered >= solvable:
        problems.append(
            Problem(
                f"{solved / answered:.0%} of the acknowledged would be resolved, but at most {solvable:.0%} can be (desk.solvable)",
                field="stated.outcomes",
                cure="state fewer resolved, or raise desk.solvable",
            )
        )
    if problems:
        raise InputError(*problems)


def first_guess(scenario: Scenario) -> Rates:
    """Give the closed forms with which the search starts; those for dying and moving are exact and stay."""
    stated, hazard = scenario.stated, monthly_hazard(scenario)
    kept, mix = scenario.mechanism("recovery").kept, stated.outcomes
    over_grievance = stated.reasons.product + stated.reasons.indifference
    share_voiced = min(0.999, (1 - stated.silent_share_of_lost) / over_grievance) if over_grievance else 0.0
    kept_voiced = sum(getattr(mix, name) * getattr(kept, name) for name in OUTCOMES[1:])
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
        "grievance.indifference": of_staff / max(1e-9, met * (1 - care)),
        "grievance.product": (grievances - of_staff) / max(1e-9, met * care * touchpoints.failure),
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


def search(scenario: Scenario) -> Rates:
    """Find the base rates by simulation; raises InputError naming each stated figure that cannot be met."""
    from loyaltysim.engine import born

    rates = first_guess(scenario)
    people = scenario.mechanism("market").people
    worlds = [born(scenario, SEED, number) for number in range(min(12, math.ceil(50_000 / people)))]
    months = max(4, min(24, PERSON_MONTHS_A_BLOCK // (people * len(worlds))))
    for gain in BOLD_STEPS:
        rates = improve(scenario, rates, _live(worlds, scenario.replaced(rates), max(12, months)), gain)
    for gain in EXACT_STEPS:
        rates = improve(scenario, rates, _measure(worlds, scenario.replaced(rates), months), gain)
    verify(scenario, _measure(worlds, scenario.replaced(rates), months))
    return rates


def _measure(worlds: list, scenario: Scenario, months: int) -> Counter[str]:
    _live(worlds, scenario, min(MONTHS_TO_SETTLE, 4 * months))
    return _live(worlds, scenario, BLOCKS_A_MEASUREMENT * months)


def _live(worlds: list, scenario: Scenario, months: int) -> Counter[str]:
    from loyaltysim.engine import mechanisms_of, play

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


def improve(scenario: Scenario, rates: Rates, tally: Counter[str], gain: float) -> Rates:
    """Move every base rate by (stated / measured)**gain, with the transform that makes its figure respond in proportion."""
    stated, better = scenario.stated, dict(rates)

    def scale(path: str, wanted: float, measured: float, power: float = 1.0) -> None:
        if path in better and wanted > 0:
            better[path] *= min(3.0, max(1 / 3, (wanted / measured) ** (gain * power))) if measured > 0 else 3.0**gain
        elif path in better:
            better[path] = 0.0

    departures = monthly_hazard(scenario) * tally["customers_start"]
    for path, reason in REASON_OF.items():
        scale(path, departures * getattr(stated.reasons, reason), tally[f"left_{reason}"])
    for path in ("grievance.indifference", "grievance.product"):
        if path in better:
            better[path] = min(1.0, better[path])
    _improve_voice(scenario, better, tally, gain)
    answered, solved, fast = _desk_shares(tally)
    mix = stated.outcomes
    solvable = scenario.mechanism("desk").solvable
    wanted_solved = (mix.resolved + mix.resolved_fast) / max(1e-9, 1 - mix.ignored)
    scale("desk.answer_scale", _effort(answered), _effort(1 - mix.ignored))
    scale("desk.solve_scale", _effort(solved / solvable), _effort(wanted_solved / solvable))
    wanted_fast = mix.resolved_fast / max(1e-9, mix.resolved + mix.resolved_fast)
    scale("desk.hours_a_case", fast + 0.002, wanted_fast + 0.002, 0.7)
    advertising = scenario.mechanism("advertising")
    scale(
        "advertising.strength",
        advertising.budget / stated.acquisition_cost * tally["months"],
        tally["joined_by_advertising"],
    ) if (advertising.budget > 0) else None
    _improve_joining(scenario, better, tally, gain)
    return better


REASON_OF = {
    "friends.base": "friends",
    "rivals.base": "rival",
    "grievance.product": "product",
    "grievance.indifference": "indifference",
}


def _effort(share: float) -> float:
    return -math.log1p(-min(0.999, max(0.001, share)))


def _desk_shares(tally: Counter[str]) -> tuple[float, float, float]:
    logged, resolved, fast = (tally[f"decided_{name}"] for name in ("logged", "resolved", "resolved_fast"))
    answered = logged + resolved + fast
    voiced = answered + tally["decided_ignored"]
    solved = resolved + fast
    return answered / max(1, voiced), solved / max(1, answered), fast / max(1, solved)


def _improve_voice(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
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


def _improve_joining(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
    if "joining.unprompted" not in better:
        return
    market = scenario.mechanism("market")
    months = tally["months"]
    open_to_join = (market.people - market.customers) * months
    drift = (market.customers - tally["customers_start"] / months) / 24 * months
    others = tally["joined"] + tally["returned"] - tally["joined_unprompted"]
    wanted = (tally["left"] + drift - others) / open_to_join
    measured = tally["joined_unprompted"] / open_to_join
    effective = measured / better["joining.unprompted"] if measured > 0 and better["joining.unprompted"] > 0 else 0.8
    better["joining.unprompted"] = max(0.0, better["joining.unprompted"] + gain * (wanted - measured) / effective)
    tally["unprompted_wanted"] = wanted


def verify(scenario: Scenario, tally: Counter[str]) -> None:
    """Compare what the solved market shows with what was stated, within 3 % or 5 standard errors of the verifying stretch."""
    stated, problems = scenario.stated, []
    start, left = max(1.0, tally["customers_start"]), max(1.0, tally["left"])

    def compare(field: str, wanted: float, count: float, of: float, cure: str) -> None:
        reached = count / max(1.0, of)
        noise = 5 * math.sqrt(max(wanted, 1e-9) / max(1.0, of))
        if abs(reached - wanted) > max(0.03 * wanted, noise, 0.002 if field != "stated.churn_annual" else 0):
            problems.append(
                Problem(f"{wanted:.4g} is stated, but the market reaches {reached:.4g}", field=field, cure=cure)
            )

    steeper = "raise service.encounters_mean or the share of bad encounters, or state a lower churn"
    compare(
        "stated.churn_annual", monthly_hazard(scenario), tally["left"], start, f"these are monthly chances; {steeper}"
    )
    for reason in REASONS:
        compare(f"stated.reasons.{reason}", getattr(stated.reasons, reason), tally[f"left_{reason}"], left, steeper)
    compare(
        "stated.silent_share_of_lost",
        stated.silent_share_of_lost,
        tally["left_unvoiced"],
        left,
        "state a larger silent share",
    )
    voiced = sum(tally[f"decided_{name}"] for name in OUTCOMES[1:])
    for name in OUTCOMES[1:]:
        cure = "change desk.budget (today's), desk.promise_hours or desk.passed_on, or state outcomes that such a desk can reach"
        if voiced:
            compare(f"stated.outcomes.{name}", getattr(stated.outcomes, name), tally[f"decided_{name}"], voiced, cure)
    problems.extend(_joining_problem(scenario, tally))
    if problems:
        raise InputError(*problems)


def _joining_problem(scenario: Scenario, tally: Counter[str]) -> list[Problem]:
    months = tally["months"]
    lost = monthly_hazard(scenario) * scenario.mechanism("market").customers
    unasked = (tally["joined"] + tally["returned"] - tally["joined_unprompted"]) / months
    if not scenario.mechanism("joining").on or unasked <= 1.05 * lost + 5 * math.sqrt(lost / months):
        return []
    return [
        Problem(
            f"advertising, talk and returns bring {unasked:.1f} customers a month but only {lost:.1f} leave: unprompted joining would have to be negative",
            field="stated.acquisition_cost",
            cure="state a higher acquisition cost or churn, or lower joining.praise or advertising.budget",
        )
    ]


def _cache_folder() -> Path:
    chosen = os.environ.get("LOYALTYSIM_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("loyaltysim", appauthor=False)) / "solved"


def _content_key(scenario: Scenario) -> str:
    ignored = (
        "title",
        "question",
        "start",
        "months",
        "replications",
        "seed",
        "currency",
        "strategies",
        "uncertain",
        "discount_rate",
    )
    world = {path: value for path, value in scenario.flat().items() if path.split(".")[0] not in ignored}
    text = json.dumps(world, sort_keys=True, default=str)
    return hashlib.blake2b((text + _source_digest()).encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def _source_digest() -> str:
    package = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=16)
    for room in ("core", "kernels", "mechanisms", "."):
        for file in sorted((package / room).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _keep(place: Path, rates: Rates) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.{os.getpid()}")
        draft.write_text(json.dumps(rates))
        draft.replace(place)
    except OSError:
        return
