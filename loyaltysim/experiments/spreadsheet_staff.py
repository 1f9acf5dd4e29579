"""What the spreadsheet says of staff: how spending saturates, the care that it buys in the long run, and who is hired."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Levers = Mapping[str, float]
HALF_A_POST = 0.5
"""Posts are whole, and as many as customers need: half a post more than the quotient, in the mean."""


def saturation(x: float) -> float:
    """Give 1 - exp(-x), what spending of x times its scale reaches of the most it can."""
    return -math.expm1(-x)


def care_and_hires(spec: Any, customers: float, levers: Levers, chosen: float) -> tuple[float, float]:
    """Give care in its steady state at these levers, and hires a month; `chosen`: what selection has added to want."""
    staff = spec.staff
    posts = customers / staff.customers_each + HALF_A_POST
    reached = {
        name: saturation(levers[f"staff.{name}"] / (staff.effect_scale * posts)) if staff.on else 0.0
        for name in ("training", "treatment", "empowerment")
    }
    know = min(1.0, staff.know + staff.training_effect * reached["training"])
    want = min(1.0, staff.want + staff.treatment_effect * reached["treatment"] + chosen)
    can = min(1.0, staff.can + staff.empowerment_effect * reached["empowerment"])
    quits = staff.turnover * math.exp(-staff.turnover_slope * (want - staff.want)) if staff.on else 0.0
    return know * want * can, posts * quits


def chosen_want(spec: Any, levers: Levers) -> float:
    """Give what selection adds to the want of those hired."""
    staff = spec.staff
    return float(staff.selectivity_effect * saturation(levers["staff.selectivity"] / staff.selectivity_scale))


def care_at_the_desk(spec: Any, care: float) -> float:
    """Give the factor by which care other than the usual makes the desk solve more or less."""
    staff = spec.staff
    usual = max(staff.know * staff.want * staff.can, 0.001)
    return float(1 + spec.desk.care_weight * (care / usual - 1))
