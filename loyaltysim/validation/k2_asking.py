"""K2: asking the silent to complain pays only if enough of what they say is resolved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from loyaltysim.core.discounting import discount_factor
from loyaltysim.core.records import RunRecord
from loyaltysim.scenario import Scenario
from loyaltysim.validation.checks import (
    ALL_GRIEVE,
    BOUNDLESS_DESK,
    Curve,
    KnownAnswer,
    Panel,
    best_of,
    check_exactly,
    check_near,
    check_positive,
    crossing,
    everyone_a_customer,
    market,
    run,
    with_band,
)
from loyaltysim.validation.k1_outcomes import unprompted

SOURCE = "TARP small problems (silent .37, satisfied .70); National Customer Rage Study 2020 (unsatisfied .15)"
PEOPLE = 100_000
SILENT, UNSATISFIED, SATISFIED = 0.37, 0.15, 0.70
BREAK_EVEN = 0.40
VOICED, SILENCE_LEFT, PRICE = 0.2, 0.6, 20.0
MARGIN, DISCOUNT, CHURN = 40.0, 0.10, 0.20
ASKS = 2.0
BUDGETS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Asks per customer among which the best is sought."""
POINTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def answer() -> KnownAnswer:
    """Find the satisfied share at which asking starts to keep customers, and the one at which it starts to pay."""
    gained = 1 - math.pow(SILENCE_LEFT, ASKS)
    case_cost = PRICE * ASKS / ((1 - VOICED) * gained)
    dearer = (SILENT - UNSATISFIED + case_cost / _value()) / (SATISFIED - UNSATISFIED)
    start = crossing(_kept_by_asking, 0.2, 0.8)
    pays = crossing(_worth_of_asking, 0.2, 0.8)
    width = _width()
    reason = "3 standard errors of the gain on common luck, over its slope in the satisfied share"
    low, high = round(dearer - 0.1, 2), round(dearer + 0.1, 2)
    checks = [
        check_near("asking keeps customers from a satisfied share of", BREAK_EVEN, start, width, reason, 3),
        check_near("asking pays, talk apart, from a satisfied share of", dearer, pays, width, reason, 3),
        check_exactly(f"best asks per customer at a satisfied share of {low}", 0, _best(low), "below the break-even"),
        check_positive(
            f"best asks per customer at a satisfied share of {high}", _best(high), 1e-9, "above the break-even"
        ),
    ]
    slope = SATISFIED - UNSATISFIED
    lines = [s * slope + UNSATISFIED - SILENT for s in POINTS]
    moved = (1 - VOICED) * gained
    marks = [_kept_by_asking(s) / moved for s in POINTS]
    value = [moved * (s * slope + UNSATISFIED - SILENT) * _value() - PRICE * ASKS for s in POINTS]
    x, share = "share of complaints that are satisfied", "kept per complaint elicited (share)"
    return KnownAnswer(
        "K2",
        "When asking for complaints backfires",
        SOURCE,
        checks,
        [
            Panel(
                f"kept: from s* = {BREAK_EVEN:.2f}",
                x,
                share,
                [with_band("algebra", POINTS, lines, width * slope)],
                [Curve("simulated", POINTS, marks)],
            ),
            Panel(
                f"worth: from s** = {dearer:.2f}",
                x,
                "gain of two asks ($/customer)",
                [with_band("algebra", POINTS, value, width * slope * moved * _value())],
                [Curve("simulated", POINTS, [_worth_of_asking(s) / (PEOPLE - 1) for s in POINTS])],
            ),
        ],
    )


@cache
def _runs(satisfied: float) -> dict[float, RunRecord]:
    """Simulate a month in which everyone has a problem, under each amount of asking, on common luck."""
    return dict(zip(BUDGETS, run(scenario_of(satisfied, BUDGETS)), strict=True))


def scenario_of(satisfied: float, asks: Sequence[float]) -> Scenario:
    """Return a month in which everyone has a problem, of whose complaints so many are satisfied: a strategy each asks a
    customer.
    """
    settings = {
        "market.readiness_shape": 60,
        "market.margin_mean": MARGIN,
        "market.margin_cv": 0.0,
        "discount_rate": DISCOUNT,
        "stated.churn_annual": CHURN,
        "voice.unprompted": unprompted(VOICED, 60),
        "voice.silence_left": SILENCE_LEFT,
        "voice.price": PRICE,
        "voice.goodwill": 0.0,
        "desk.solvable": satisfied,
        "recovery.kept.silent": SILENT,
        "recovery.kept.logged": UNSATISFIED,
        "recovery.kept.resolved": SATISFIED,
        "recovery.kept.resolved_fast": SATISFIED,
        "strategies": {f"{each:.9g}": {"voice.budget": each * PRICE * (PEOPLE - 1)} for each in asks},
    }
    parts = "staff touchpoints service grievance voice desk recovery"
    return market(parts, ALL_GRIEVE, BOUNDLESS_DESK, settings, months=1, **everyone_a_customer(PEOPLE))


def _kept_by_asking(satisfied: float) -> float:
    asked, today = (_runs(satisfied)[asks].figures["customers"] for asks in (ASKS, 0.0))
    return (asked - today) / (PEOPLE - 1)


def _worth_of_asking(satisfied: float) -> float:
    """Return the present value that two asks a customer add, at the end of the first month ($)."""
    asked, today = (_runs(satisfied)[asks].figures["npv"] for asks in (ASKS, 0.0))
    return (asked - today) * discount_factor(DISCOUNT, -1)


def _best(satisfied: float) -> float:
    return best_of(lambda asks: _runs(satisfied)[asks].figures["npv"], list(BUDGETS))[0]


def _value() -> float:
    """Return what a customer kept at a month's end is worth then: the margins of all later months."""
    step, kept = discount_factor(DISCOUNT, 1), (1 - CHURN) ** (1 / 12)
    return MARGIN * step / (1 - kept * step)


def _width() -> float:
    """Return 3 standard errors of the satisfied share found: those who speak only when asked are settled by luck."""
    moved = (1 - VOICED) * (1 - SILENCE_LEFT**ASKS)
    return 3 * math.sqrt(0.5 * moved / PEOPLE) / ((SATISFIED - UNSATISFIED) * moved)
