"""K4: retention rises with tenure because customers differ, though nobody changes (Fader and Hardie)."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

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

SOURCE = "Fader and Hardie (2007), shifted beta-geometric; their segments Regular and High End"
PEOPLE, SHOWN, FITTED, HORIZON, DISCOUNT = 1_000_001, 12, 7, 120, 0.10
SEGMENTS = {"regular": (0.704, 1.182), "high end": (0.668, 3.806)}
OBSERVED = {
    "regular": (100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3),
    "high end": (100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4),
}
LIFETIMES = {"regular": (3.695, 2.324), "high end": (5.922, 4.412)}
"""Discounted lifetimes with the first payment at once; and what a constant first-year rate would give."""
ROUNDED = "their parameters are rounded to three digits; simulated with 10^6 customers"


def answer() -> KnownAnswer:
    """Let a million customers of each segment leave by their own beta-distributed chance; one month is their year."""
    checks: list[Check] = []
    panels = []
    for name, (a, b) in SEGMENTS.items():
        kept = _survivors(a, b)
        shares = kept / kept[0]
        curve = np.exp(betaln(a, b + np.arange(SHOWN + 1)) - betaln(a, b))
        for year in (1, 4, 8, 12):
            reason = "as published for 10^6 customers (10 standard errors)"
            checks.append(check_near(f"{name}: kept after {year} years", curve[year], shares[year], 0.005, reason))
        fitted = refit(kept[: FITTED + 1])
        for letter, published, found in zip("ab", (a, b), fitted, strict=True):
            reason = "3 %: the error of a fit to years 0 to 7 of 10^6 customers"
            checks.append(check_near_share(f"{name}: {letter} refitted", published, found, 0.03, reason))
        whole, naive = LIFETIMES[name]
        lifetime = float(np.sum(shares * (1 + DISCOUNT) ** -np.arange(HORIZON + 1.0)))
        usual = 1 / (1 - shares[1] / (1 + DISCOUNT))
        checks.append(check_near_share(f"{name}: discounted lifetime (years)", whole, lifetime, 0.01, ROUNDED))
        checks.append(check_near_share(f"{name}: the same by a constant first-year rate", naive, usual, 0.01, ROUNDED))
        years = list(range(SHOWN + 1))
        lines = [
            with_band("sBG", years, list(curve), 0.005),
            Curve("observed", years, [v / 100 for v in OBSERVED[name]]),
        ]
        marks = Curve("simulated", years, list(shares[: SHOWN + 1]))
        panels.append(Panel(name, "years as a customer", "share still customers", lines, [marks]))
    return KnownAnswer("K4", "Retention that rises with tenure", SOURCE, checks, panels)


def refit(kept: np.ndarray) -> tuple[float, float]:
    """Fit a and b to the numbers still there at years 0, 1, .. (float64) by maximum likelihood."""
    lost, years = -np.diff(kept), np.arange(1, len(kept))

    def against(logs: np.ndarray) -> float:
        a, b = np.exp(logs)
        leaving = betaln(a + 1, b + years - 1) - betaln(a, b)
        staying = betaln(a, b + years[-1]) - betaln(a, b)
        return -float(np.sum(lost * leaving) + kept[-1] * staying) / float(kept[0])

    found = minimize(against, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12})
    a, b = np.exp(found.x)
    return float(a), float(b)


def _survivors(a: float, b: float) -> np.ndarray:
    settings = {
        "market.fickleness_kind": "beta",
        "market.fickleness_beta": [a, b],
        "friends.base": 1.0,
        "friends.opinion_weight": 0.0,
        "friends.ratio": 1.0,
    }
    scenario = market("friends", settings, months=HORIZON, **everyone_a_customer(PEOPLE))
    return months_of(run(scenario)[0], "customers")
