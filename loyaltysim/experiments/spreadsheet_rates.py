"""Today's monthly rates of the spreadsheet, by algebra from what a scenario states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyaltysim.core.codes import OUTCOMES
from loyaltysim.experiments.spreadsheet_staff import Levers, care_and_hires, care_at_the_desk, chosen_want

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario


@dataclass(frozen=True)
class Rates:
    """Today's monthly rates.

    `leaving`: all who leave; `grieving`: chance of a problem worth leaving over; `silence`: share not voiced if nobody
    asks; `others`: hazard of all other reasons; `joining`: hazard of who is not a customer, `brought` the part of it
    that advertising brings. Scales as in the desk; `fast`: share of the solved that is fast.
    """

    leaving: float
    grieving: float
    of_staff: float
    of_product: float
    silence: float
    kept: dict[str, float]
    others: float
    answer_scale: float
    solve_scale: float
    fast: float
    joining: float
    brought: float


def rates_today(scenario: Scenario, today: Levers) -> Rates:
    """Solve for the rates at which a month with today's levers shows what the scenario states."""
    spec: Any = scenario
    leaving, kept, over = spec.stated.monthly_hazard, _kept(spec), _over_problems(spec)
    voiced, grieving = _voiced_and_grieving(spec, leaving, kept)
    care, _ = care_and_hires(spec, spec.market.customers, today, chosen_want(spec, today))
    of_staff, of_product = _hazards_an_encounter(spec, grieving, care)
    answer_scale, solve_scale, fast = _desk(spec, today, voiced * grieving * spec.market.customers, care)
    joining, brought = _joining(spec, today, leaving)
    asks = today["voice.budget"] / spec.voice.price / spec.market.customers
    return Rates(
        leaving=leaving,
        grieving=grieving,
        of_staff=of_staff,
        of_product=of_product,
        silence=min(1.0, (1 - voiced) / max(1e-12, spec.voice.silence_left**asks)),
        kept=kept,
        others=math.log1p(-over * leaving) - math.log1p(-leaving),
        answer_scale=answer_scale,
        solve_scale=solve_scale,
        fast=fast,
        joining=joining,
        brought=brought,
    )


def scale_reaching(spent: float, share: float) -> float:
    """Give the scale at which `spent` reaches a share of the most: the inverse of `saturation`."""
    return spent / -math.log1p(-share) if 0 < share < 1 else (1e-6 if share >= 1 else 1e12)


def _over_problems(spec: Any) -> float:
    return float(spec.stated.reasons.product + spec.stated.reasons.indifference)


def _kept(spec: Any) -> dict[str, float]:
    """Give the share that stays after each outcome, large and small problems together."""
    small, recovery = spec.grievance.small_share, spec.recovery
    return {
        name: recovery.behaviour
        * ((1 - small) * getattr(recovery.kept, name) + small * getattr(recovery.kept_small, name))
        for name in OUTCOMES
    }


def _voiced_and_grieving(spec: Any, leaving: float, kept: dict[str, float]) -> tuple[float, float]:
    """Give the share of problems that is voiced, and the chance of a problem, that lose whom the scenario says."""
    stated, over = spec.stated, _over_problems(spec)
    kept_voiced = sum(getattr(stated.outcomes, name) * kept[name] for name in OUTCOMES[1:])
    spoke = min(0.999, (1 - stated.silent_share_of_lost) / over) if over and spec.voice.on else 0.0
    odds = spoke / (1 - spoke) * (1 - kept["silent"]) / max(1e-9, 1 - kept_voiced)
    voiced = odds / (1 + odds)
    return voiced, over * leaving / max(1e-9, 1 - (1 - voiced) * kept["silent"] - voiced * kept_voiced)


def _hazards_an_encounter(spec: Any, grieving: float, care: float) -> tuple[float, float]:
    """Give the hazards of a problem that an indifferent encounter and a failed touchpoint bring."""
    reasons, over = spec.stated.reasons, _over_problems(spec)
    felt, met = -math.log1p(-min(grieving, 0.999999)), spec.service.encounters_mean
    of_staff, of_product = (felt * part / over if over else 0.0 for part in (reasons.indifference, reasons.product))
    return of_staff / max(1e-12, met * (1 - care)), of_product / max(1e-12, met * care * spec.touchpoints.failure)


def _desk(spec: Any, today: Levers, cases: float, care: float) -> tuple[float, float, float]:
    """Give the scales at which today's spending a case answers and solves what is stated, and the fast share."""
    outcomes = spec.stated.outcomes
    each = today["desk.budget"] * (1 - today["desk.causes"]) / max(1.0, cases)
    answered, good = 1 - outcomes.ignored, outcomes.resolved + outcomes.resolved_fast
    soothed = math.exp(today["desk.compensation"] / spec.desk.compensation_scale)
    solved = 1 - (1 - good / max(1e-9, answered)) * soothed
    most = spec.desk.solvable * care_at_the_desk(spec, care)
    solve_scale = scale_reaching(each, max(0.0, solved) / most)
    return scale_reaching(each, answered), solve_scale, outcomes.resolved_fast / good if good else 0.0


def _joining(spec: Any, today: Levers, leaving: float) -> tuple[float, float]:
    """Give the hazard at which as many join as leave, and the part of it that advertising brings."""
    people, customers = spec.market.people, spec.market.customers
    joins = leaving * customers / (people - customers)
    hazard = -math.log1p(-min(joins, 0.999999)) if spec.joining.on else 0.0
    share = today["advertising.budget"] / spec.stated.acquisition_cost / (leaving * customers) if leaving else 0.0
    return hazard, hazard * min(1.0, share) if spec.advertising.on else 0.0
