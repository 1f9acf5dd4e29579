"""The steps from the spreadsheet to the market: which parts the arithmetic leaves out, and how to still them.

With all of them stilled, and the base rates typed that algebra gives, the engine is the spreadsheet with chance. The
parts are then restored one after the other; each market in between is solved to show the same stated figures today.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyaltysim.calibration import solve
from loyaltysim.core.errors import InputError, RunError
from loyaltysim.experiments.spreadsheet import Spreadsheet
from loyaltysim.experiments.spreadsheet_staff import saturation

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

ALL_ALIKE = [632_120.6, 367_879.4]
"""A beta distribution so narrow that -ln(1 - draw) is 1 within 0.2 %."""
MOST_ALIKE = 60
NEVER = 1e12
INSTANT_HOURS, INSTANT_PROMISE_HOURS, SLOW_DAYS = 1e-6, 1e-3, 0.05
"""Handling takes no time; who is passed on waits an hour or so, longer than the promise and hardly into the next month."""


@dataclass(frozen=True)
class Part:
    """A part of the engine that the arithmetic leaves out, and the values that still it."""

    name: str
    what: str
    stilled: dict[str, Any]


PARTS = (
    Part(
        "capacity",
        "complaints wait for handlers and other departments, so money for the desk buys speed too; what counts as solved may not be; false claims, overload and burn-out",
        {
            "desk.promise_hours": INSTANT_PROMISE_HOURS,
            "desk.intake_hours": 0.0,
            "channels.delay": 0.0,
            "channels.most_steered": 0.0,
            "handoffs.passed_on_days": SLOW_DAYS,
            "handoffs.misclassified": 0.0,
            "handoffs.stalls": 0.0,
            "handoffs.record_effect": 0.0,
            "handoffs.swap_effect": 0.0,
            "follow_up.unsound": 0.0,
            "false_claims.on": False,
            "staff.overload_effect": 0.0,
            "burnout.on": False,
        },
    ),
    Part(
        "customers differ",
        "some are fickle and leave first, so those who stay are the loyal; some are readier to complain than others",
        {
            "market.fickleness_kind": "beta",
            "market.fickleness_beta": ALL_ALIKE,
            "market.readiness_shape": MOST_ALIKE,
        },
    ),
    Part(
        "memory",
        "satisfaction, tenure, repeated grievances and being asked are remembered",
        {
            "grievance.slope": 0.0,
            "grievance.forgiveness": NEVER,
            "recovery.repeat_factor": 1.0,
            "survey_fatigue.on": False,
            "apology.price": 0.0,
            "apology.restored": 0.0,
        },
    ),
    Part(
        "learning",
        "staff differ, mirror their managers and take months to learn; indifference has kinds; touchpoints differ and are mended, products grow complex, promises are broken, small things count",
        {
            "staff.pace": 1.0,
            "staff.spread": 0.0,
            "managers.mirroring": 0.0,
            "managers.carried": 0.0,
            "exceptions.cost": 0.0,
            "sins.on": False,
            "leaders.on": False,
            "touchpoints.mendable": 0.0,
            "touchpoints.differ": 0.0,
            "touchpoints.first_impression": 0.0,
            "complexity.growth": 0.0,
            "complexity.effect": 0.0,
            "consistency.share": 0.0,
            "manners.intrusion": 0.0,
            "manners.delight": 0.0,
        },
    ),
    Part(
        "word of mouth",
        "what is told and reviewed brings customers, keeps them away, and loosens or ties those there are",
        {
            "joining.praise": 0.0,
            "joining.blame": 0.0,
            "joining.imitation": 0.0,
            "reviews.on": False,
            "friends.opinion_weight": 0.0,
        },
    ),
    Part("friends", "friends follow friends who leave", {"friends.ratio": 1.0}),
    Part(
        "competition",
        "rivals lure the dissatisfied and hold whom they won; the lost are slow to return",
        {
            "rivals.slope": 0.0,
            "rivals.indifferent": 1.0,
            "rivals.offer_ratio": 1.0,
            "rivals.answer_lure": 0.0,
            "rivals.answer_drowns": 0.0,
            "value_promise.effect": 0.0,
            "joining.hold": 1.0,
            "joining.fickle_draw": 0.0,
            "joining.lost_factor": 1.0,
            "joining.logged_factor": 1.0,
        },
    ),
)
"""In the order in which they are restored."""


def bare(scenario: Scenario) -> Scenario:
    """Give the scenario with every part stilled and the spreadsheet's rates typed: the arithmetic, with chance."""
    sheet = Spreadsheet(scenario)
    stilled = {path: value for part in PARTS for path, value in part.stilled.items()}
    stilled |= {"calibration": "off", "handoffs.passed_on": 1 - sheet.rates.fast, "desk.hours_a_case": INSTANT_HOURS}
    return scenario.replace({**stilled, **_typed(scenario, sheet)}, source="arithmetic")


def _typed(scenario: Scenario, sheet: Spreadsheet) -> dict[str, float]:
    rates, reasons = sheet.rates, scenario.stated.reasons
    elsewhere = reasons.died + reasons.moved + reasons.friends + reasons.rival
    each = {
        name: rates.others * getattr(reasons, name) / elsewhere if elsewhere else 0.0
        for name in ("died", "moved", "friends", "rival")
    }
    spoken = MOST_ALIKE * (max(rates.silence, 1e-12) ** (-1 / MOST_ALIKE) - 1)
    reached = saturation(sheet.today["advertising.budget"] / scenario.mechanism("advertising").scale)
    return {
        "departure.died": each["died"],
        "departure.moved": each["moved"],
        "friends.base": each["friends"],
        "rivals.base": each["rival"],
        "grievance.indifference": min(1.0, rates.of_staff),
        "grievance.product": min(1.0, rates.of_product),
        "voice.unprompted": -math.expm1(-spoken),
        "desk.answer_scale": rates.answer_scale,
        "desk.solve_scale": rates.solve_scale,
        "advertising.strength": rates.brought / reached if reached else 0.0,
        "joining.unprompted": rates.joining - rates.brought,
    }


def steps(scenario: Scenario) -> list[tuple[str, str, Scenario]]:
    """Give name, meaning and solved scenario of each step, from the bare market to the scenario itself."""
    chance = "the bare market, simulated: single customers, whole cases, months that are not the mean month"
    found = [("chance", chance, bare(scenario))]
    for number, part in enumerate(PARTS, 1):
        still = {path: value for other in PARTS[number:] for path, value in other.stilled.items()}
        market = scenario.replace(still, source="arithmetic") if still else scenario
        found.append((part.name, part.what, _solved(market, part)))
    return found


def _solved(market: Scenario, part: Part) -> Scenario:
    try:
        return solve(market)
    except InputError as error:
        what = f"the market with its {part.name} restored cannot show what is stated, so there is no bridge\n{error}"
        raise RunError(what) from error
