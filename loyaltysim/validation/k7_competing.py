"""K7: competing risks. Removing part of a risk that can be controlled gains the less, the larger the other."""

from __future__ import annotations

import math

from loyaltysim.validation.checks import (
    Check,
    Curve,
    KnownAnswer,
    Panel,
    check_near,
    check_near_share,
    everyone_a_customer,
    market,
    months_of,
    run,
    with_band,
)

SOURCE = "mean lifetime 1 / ((1 - x) c + u); Braun and Schweidel (2011)"
PEOPLE, MONTHS = 50_000, 600
CONTROLLED = 0.06
OTHER = {"a little else": 0.02, "as much else": 0.06}
REMOVED = (0.0, 0.25, 0.5, 0.75, 1.0)


def answer() -> KnownAnswer:
    """Let a cohort leave to the last, over one risk that can be controlled and one that cannot."""
    checks: list[Check] = []
    lines, marks = [], []
    share = 3 / math.sqrt(PEOPLE) + 1e-3
    reason = "3 standard errors (a lifetime's spread is its mean), and .1 % for months taken at their middle"
    for name, other in OTHER.items():
        published = [1 / ((1 - x) * CONTROLLED + other) for x in REMOVED]
        found = [_cohort((1 - x) * CONTROLLED, other) for x in REMOVED]
        for x, life, (lived, over_other) in zip(REMOVED, published, found, strict=True):
            what = f"{name} (u = {other}): mean lifetime with {x:.0%} of c = {CONTROLLED} removed (months)"
            checks.append(check_near_share(what, life, lived, share, reason, 2))
            expected = other * life
            width = 3 * math.sqrt(max(expected * (1 - expected), 1e-12) / PEOPLE)
            what = f"{name} (u = {other}): share who leave over u with {x:.0%} removed"
            checks.append(check_near(what, expected, over_other, width, "3 standard errors of a share"))
        fine = [i / 40 for i in range(41)]
        curve = [1 / ((1 - x) * CONTROLLED + other) for x in fine]
        lines.append(with_band(f"u = {other}", fine, curve, [share * life for life in curve]))
        marks.append(Curve(f"simulated, u = {other}", REMOVED, [lived for lived, _ in found]))
    panel = Panel(f"risk c = {CONTROLLED} a month", "share of c removed", "mean lifetime (months)", lines, marks)
    return KnownAnswer("K7", "Competing risks damp each other", SOURCE, checks, [panel])


def _cohort(controlled: float, other: float) -> tuple[float, float]:
    """Return the mean lifetime in months of a cohort that leaves to the last, and the share who left over the other
    risk.
    """
    settings = {"departure.died": other, "departure.moved": controlled}
    record = run(market("", settings, months=MONTHS, **everyone_a_customer(PEOPLE)))[0]
    left = float(months_of(record, "left").sum())
    lived = float(months_of(record, "customers_start").sum())
    return lived / left - 0.5, float(months_of(record, "left_died").sum()) / left
