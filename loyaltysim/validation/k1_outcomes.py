"""K1: what happens after a problem. Who stays depends on whether the customer complained and what became of it."""

from __future__ import annotations

import math

from loyaltysim.validation.checks import (
    ALL_GRIEVE,
    BOUNDLESS_DESK,
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

SOURCE = "TARP (1979, 1986), repurchase intentions after a problem; intentions, not behaviour"
PEOPLE = 100_000
RATES = {"large": (0.09, 0.19, 0.54, 0.82), "small": (0.37, 0.46, 0.70, 0.95)}
"""Kept: silent, complained and not satisfied, satisfied, satisfied quickly."""
MIXES = ((0.1, 0.5, 0.5), (0.5, 0.5, 0.5), (0.1, 1.0, 1.0))
"""Share who complain, of these the satisfied, of these the quick."""
PUBLISHED = {"large": (0.1245, 0.2625, 0.1630), "small": (0.3972, 0.5062, 0.4280)}
WORDS = ("silent", "logged", "resolved", "resolved_fast")
SAID = ("silent", "not satisfied", "satisfied", "satisfied quickly")
REASON = "3 standard errors of the simulated share"


def answer() -> KnownAnswer:
    """Simulate one month in which everyone has a problem, for both rows and three mixes."""
    checks: list[Check] = []
    panels = []
    for size, rates in RATES.items():
        marks = [_kept(size, mix) for mix in MIXES]
        overall, by_word = [mark[0] for mark in marks], marks[1][1]
        widths = [3 * math.sqrt(p * (1 - p) / PEOPLE) for p in PUBLISHED[size]]
        for mix, published, simulated, width in zip(MIXES, PUBLISHED[size], overall, widths, strict=True):
            what = f"{size} problem, complain {mix[0]:.0%}, satisfied {mix[1]:.0%}, quick {mix[2]:.0%}: kept"
            checks.append(check_near(what, published, simulated, width, REASON))
        errors = []
        for word, rate in zip(WORDS, rates, strict=True):
            stayed, decided = by_word[word]
            errors.append(3 * math.sqrt(rate * (1 - rate) / decided))
            checks.append(check_near(f"{size} problem, {word}: kept", rate, stayed / decided, errors[-1], REASON))
        x = list(range(7))
        ticks = dict(enumerate([*SAID, *(f"mix {mix[0]:.1f} {mix[1]:.1f} {mix[2]:.1f}" for mix in MIXES)]))
        lines = with_band("TARP", x, [*rates, *PUBLISHED[size]], [*errors, *widths])
        shares = [by_word[word][0] / by_word[word][1] for word in WORDS]
        points = Curve("simulated", x, [*shares, *overall])
        title = f"{size} problem ({'over 100 $' if size == 'large' else 'under 5 $'})"
        panels.append(Panel(title, "what became of the problem", "share of customers kept", [lines], [points], ticks))
    return KnownAnswer("K1", "What happens after a problem", SOURCE, checks, panels)


def unprompted(share: float, shape: int) -> float:
    """Return the base chance at which this share of people complain, their readiness being gamma of that shape."""
    return -math.expm1(-shape * ((1 - share) ** (-1 / shape) - 1))


def _kept(size: str, mix: tuple[float, float, float]) -> tuple[float, dict[str, tuple[float, float]]]:
    complain, satisfied, quick = mix
    silent, unsatisfied, resolved, fast = RATES[size]
    block = "recovery.kept" if size == "large" else "recovery.kept_small"
    settings: dict[str, object] = {
        "market.readiness_shape": 60,
        "voice.unprompted": unprompted(complain, 60),
        "grievance.small_share": float(size == "small"),
        "desk.solvable": satisfied,
        "handoffs.passed_on": 1 - quick,
        "handoffs.passed_on_days": 0.02,
        "handoffs.misclassified": 0.0,
        "handoffs.stalls": 0.0,
        "desk.promise_hours": 2e-4,
        f"{block}.silent": silent,
        f"{block}.logged": unsatisfied,
        f"{block}.resolved": resolved,
        f"{block}.resolved_fast": fast,
    }
    parts = "staff touchpoints service grievance voice handoffs desk recovery"
    scenario = market(parts, ALL_GRIEVE, BOUNDLESS_DESK, settings, months=1, **everyone_a_customer(PEOPLE))
    figures = run(scenario)[0].figures
    ends = {word: (figures[f"stayed_{size}_{word}"], figures[f"decided_{size}_{word}"]) for word in WORDS}
    return sum(end[0] for end in ends.values()) / sum(end[1] for end in ends.values()), ends
