"""Whether the solved market shows what was stated."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from loyaltysim.core.codes import OUTCOMES, REASONS
from loyaltysim.core.errors import InputError, Problem

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario


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
            problems.append(
                Problem(f"{wanted:.4g} is stated, but the market reaches {reached:.4g}", field=field, cure=cure)
            )

    steeper = "raise service.encounters_mean or the share of bad encounters, or state a lower churn"
    compare(
        "stated.churn_annual",
        scenario.stated.monthly_hazard,
        tally["left"],
        start,
        f"these are monthly chances; {steeper}",
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
        cure = "change desk.budget (today's), desk.promise_hours or handoffs.passed_on, or state outcomes that such a desk can reach"
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
