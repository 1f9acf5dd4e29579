"""Closed forms for the base rates, where algebra gives them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim.core.codes import OUTCOMES

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

Rates = dict[str, float]
USUALLY_FELT = 2.0
"""About what satisfaction, tenure and the flight of the fickle take from a base chance of grieving."""


def first_guess(scenario: Scenario) -> Rates:
    """Give the closed forms with which the search starts; those for dying and moving are exact and stay."""
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
