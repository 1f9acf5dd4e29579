"""One step of the search: every base rate moved by the ratio of stated to measured."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from loyaltysim.calibration.closed_form import Rates
from loyaltysim.calibration.feasible import monthly_hazard

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

REASON_OF = {
    "friends.base": "friends",
    "rivals.base": "rival",
    "grievance.product": "product",
    "grievance.indifference": "indifference",
}

STEEP_QUEUE = 0.3
"""Near full load the share answered fast falls with about the fourth power of the handling time: small moves only."""


def improve(scenario: Scenario, rates: Rates, tally: Counter[str], gain: float) -> Rates:
    """Move every base rate by (stated / measured)**gain, so transformed that its figure responds about in proportion.

    `tally` holds the flows summed over the stretch that was measured, and its `months`.
    """
    better = dict(rates)
    _improve_reasons(scenario, better, tally, gain)
    _improve_voice(scenario, better, tally, gain)
    _improve_desk(scenario, better, tally, gain)
    _improve_advertising(scenario, better, tally, gain)
    _improve_joining(scenario, better, tally, gain)
    return better


def _toward(rate: float, wanted: float, measured: float, power: float) -> float:
    """Scale a rate by (wanted / measured)**power, at most threefold; to nothing if nothing is wanted."""
    if wanted <= 0:
        return 0.0
    ratio = wanted / measured if measured > 0 else 9.0
    return rate * float(min(3.0, max(1 / 3, ratio**power)))


def _improve_reasons(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
    departures = monthly_hazard(scenario) * tally["customers_start"]
    for path, reason in REASON_OF.items():
        if path in better:
            wanted = departures * getattr(scenario.stated.reasons, reason)
            better[path] = _toward(better[path], wanted, tally[f"left_{reason}"], gain)
    for path in ("grievance.indifference", "grievance.product"):
        if path in better:
            better[path] = min(1.0, better[path])


def _improve_desk(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
    if "desk.answer_scale" not in better:
        return
    mix = scenario.stated.outcomes
    solvable = scenario.mechanism("desk").solvable * scenario.mechanism("follow_up").sound()
    answered, solved, fast = _desk_shares(tally)
    wanted_solved = (mix.resolved + mix.resolved_fast) / max(1e-9, 1 - mix.ignored)
    wanted_fast = mix.resolved_fast / max(1e-9, mix.resolved + mix.resolved_fast)
    moves = {
        "desk.answer_scale": (_effort(answered), _effort(1 - mix.ignored), gain),
        "desk.solve_scale": (_effort(solved / solvable), _effort(wanted_solved / solvable), gain),
        "desk.hours_a_case": (fast + 0.002, wanted_fast + 0.002, STEEP_QUEUE * gain),
    }
    for path, (wanted, measured, power) in moves.items():
        better[path] = _toward(better[path], wanted, measured, power)


def _improve_advertising(scenario: Scenario, better: Rates, tally: Counter[str], gain: float) -> None:
    budget = scenario.mechanism("advertising").budget
    if "advertising.strength" in better and budget > 0:
        wanted = budget / scenario.stated.acquisition_cost * tally["months"]
        better["advertising.strength"] = _toward(
            better["advertising.strength"], wanted, tally["joined_by_advertising"], gain
        )


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
    drift = monthly_hazard(scenario) * (market.customers * months - tally["customers_start"])
    others = tally["joined"] + tally["returned"] - tally["joined_unprompted"]
    wanted = (tally["left"] + drift - others) / open_to_join
    measured = tally["joined_unprompted"] / open_to_join
    effective = measured / better["joining.unprompted"] if measured > 0 and better["joining.unprompted"] > 0 else 0.8
    better["joining.unprompted"] = max(0.0, better["joining.unprompted"] + gain * (wanted - measured) / effective)
