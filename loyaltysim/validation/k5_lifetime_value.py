"""K5: what a customer is worth when retention and margin are constant."""

from __future__ import annotations

import math

from loyaltysim.validation.checks import (
    Check,
    Curve,
    KnownAnswer,
    Panel,
    check_near,
    everyone_a_customer,
    market,
    run,
    with_band,
)

SOURCE = "margin multiples m r / (1 + i - r), Gupta and Lehmann (2003)"
PEOPLE, HORIZON = 100_000, 120
RETENTION = (0.6, 0.7, 0.8, 0.9)
PUBLISHED = {0.10: (1.20, 1.75, 2.67, 4.50), 0.12: (1.15, 1.67, 2.50, 4.09), 0.14: (1.11, 1.59, 2.35, 3.75)}
HALF_DIGIT = 0.005
REASON = "3 standard errors of the simulated mean, and half of the last digit published"


def answer() -> KnownAnswer:
    """Let customers leave at a constant rate, one month a year, and take the value that the accounts reckon."""
    checks: list[Check] = []
    panels = []
    for interest, multiples in PUBLISHED.items():
        simulated = [_multiple(kept, interest) for kept in RETENTION]
        widths = [HALF_DIGIT + 3 * _spread(kept, interest) / math.sqrt(PEOPLE) for kept in RETENTION]
        for kept, published, found, width in zip(RETENTION, multiples, simulated, widths, strict=True):
            what = f"multiple at retention {kept}, interest {interest:.0%}"
            checks.append(check_near(what, published, found, width, REASON, 2))
        line = with_band("published", RETENTION, multiples, widths)
        marks = [Curve("simulated", RETENTION, simulated)]
        panels.append(Panel(f"interest {interest:.0%}", "retention a year", "multiple of the margin", [line], marks))
    for kept in RETENTION[1:]:
        published = kept / (1.1 - kept)
        what = f"the same at {kept}, 10 %: 12 years lived, the rest by value after the horizon"
        width = 3 * _spread(kept, 0.1) / math.sqrt(PEOPLE)
        found = _multiple(kept, 0.1, months=12, later=True)
        checks.append(check_near(what, published, found, width, "3 standard errors of the simulated mean"))
    return KnownAnswer("K5", "Lifetime value at constant retention", SOURCE, checks, panels)


def _multiple(kept: float, interest: float, months: int = HORIZON, later: bool = False) -> float:
    """Return the accounts' value of a customer per dollar of margin, from the first renewal on.

    The accounts let month 1's margin be paid by all who start, a period after; the published sum starts with those
    who renewed, at once. So it is (1 + i) x value - 1.
    """
    settings = {
        "departure.moved": -math.log(kept),
        "market.margin_mean": 1.0,
        "market.margin_cv": 0.0,
        "discount_rate": (1 + interest) ** 12 - 1,
        "accounts.later_value": later,
        "stated.churn_annual": min(0.99, 1 - kept**12),
    }
    scenario = market("", settings, months=months, **everyone_a_customer(PEOPLE))
    return (1 + interest) * run(scenario)[0].figures["clv"] - 1


def _spread(kept: float, interest: float) -> float:
    """Return the standard deviation between customers of the discounted number of renewals."""
    step = 1 / (1 + interest)
    first, second = ((1 - kept) * step**k / (1 - kept * step**k) for k in (1, 2))
    return math.sqrt(second - first**2) * (1 + interest) / interest
