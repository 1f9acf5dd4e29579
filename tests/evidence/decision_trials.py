"""Trials of the decisions' statistics on figures whose truth is known by algebra, and markets with an algebraic answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from loyaltysim.scenario import Scenario
from loyaltysim.stats.intervals import interval
from loyaltysim.stats.roots import Curves, zero_between
from loyaltysim.stats.sequential import is_decided, is_precise, look_schedule, sequential_interval
from loyaltysim.stats.surrogate import fit_surrogate, resampled_shares, sobol_shares, terms
from loyaltysim.validation.checks import market

TRUTH = 250.0
POINTS = (100.0, 150.0, 200.0, 225.0, 250.0, 275.0, 300.0, 450.0)


def breakeven_trials(trials: int, replications: int, seed: int) -> dict[str, float]:
    """Draw curves (n, m) whose mean is zero at TRUTH, bent as one over x, and see how often the interval holds it."""
    luck = np.random.default_rng(seed)
    x, held, found, lost = np.array(POINTS), 0, [], 0
    for _ in range(trials):
        tilt, cost = luck.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], replications).T
        y = (2 + 0.4 * tilt)[:, None] * (250 + 300 * (1 - TRUTH / x)) - (500 + 60 * cost)[:, None]
        turns = np.flatnonzero(np.diff(np.sign(y.mean(axis=0))))
        if len(turns) != 1:
            lost += 1
            continue
        zero = zero_between(Curves(x, y, True), float(x[turns[0]]), float(x[turns[0] + 1]))
        held += zero.low <= TRUTH <= zero.high
        found.append(zero.mean)
    return {"covered": held / trials, "mean": float(np.mean(found)), "without_one_zero": lost, "trials": trials}


RULES = {"until decided": lambda a: is_decided(a).settled, "to 20 %": lambda a: is_precise(a, 0.2).settled}
SHAPES = {
    "normal": lambda luck, size: luck.normal(0.0, 1.0, size),
    "skewed": lambda luck, size: (luck.gamma(9.0, 1.0, size) - 9.0) / 3.0,
}
"""Figures of mean 0 and spread 1; the skewed ones have skewness 2/3, more than paired differences on common luck show."""


def sequential_trials(trials: int, shape: str, rule: str, lead: float, seed: int, most: int = 200) -> dict[str, float]:
    """Let a study of two strategies go on until the rule is content; see how often either kind of interval holds the lead."""
    luck = np.random.default_rng(seed)
    held = fixed = wrong = 0
    sizes = []
    for _ in range(trials):
        gap = lead + SHAPES[shape](luck, most)
        worth = {"a": 3.0 + gap, "b": np.full(most, 3.0)}
        for n in look_schedule(most):
            so_far = {name: each[:n] for name, each in worth.items()}
            if RULES[rule](so_far):
                break
        sure = sequential_interval(gap[:n])
        held += sure.low <= lead <= sure.high
        naive = interval(gap[:n])
        fixed += naive.low <= lead <= naive.high
        wrong += sure.high < 0.0 < lead
        sizes.append(n)
    return {
        "covered": held / trials,
        "covered_by_95_percent_of_one_look": fixed / trials,
        "wrong_winner": wrong / trials,
        "mean_replications": float(np.mean(sizes)),
        "trials": trials,
    }


RATES = (0.37, 0.46, 0.70, 0.95)
"""K1's small problem: kept if silent, not satisfied, satisfied, satisfied quickly."""


def kept(shares_: np.ndarray) -> np.ndarray:
    """Give K1's identity at complaint, satisfied and quick shares (m, 3): float64, (m,)."""
    c, s, f = shares_.T
    r0, r1, r2, r3 = RATES
    return np.asarray((1 - c) * r0 + c * ((1 - s) * r1 + s * ((1 - f) * r2 + f * r3)))


def analytic_shares() -> tuple[np.ndarray, np.ndarray]:
    """Give the first-order and total Sobol shares of K1's identity for shares spread evenly over 0..1, by algebra."""
    r0, r1, r2, r3 = RATES
    # R = r0 + c (g + s (h + f k)), g = r1 - r0, h = r2 - r1, k = r3 - r2, all shares of mean 1/2 and variance 1/12
    g, h, k = r1 - r0, r2 - r1, r3 - r2
    m, v = 0.5, 1 / 12
    parts = {
        (0,): v * (g + m * (h + m * k)) ** 2,
        (1,): v * (m * (h + m * k)) ** 2,
        (2,): v * (m * m * k) ** 2,
        (0, 1): v * v * (h + m * k) ** 2,
        (0, 2): v * v * (m * k) ** 2,
        (1, 2): v * v * (m * k) ** 2,
        (0, 1, 2): v**3 * k**2,
    }
    total = sum(parts.values())
    first = [parts[(i,)] / total for i in range(3)]
    whole = [sum(part for inputs, part in parts.items() if i in inputs) / total for i in range(3)]
    return np.array(first), np.array(whole)


def emulated_shares(points: np.ndarray, figures: np.ndarray, seed: int) -> dict[str, list[float]]:
    """Give Sobol's shares of figures (m,) at points (m, 3) in 0..1, as `sensitivity` does, with the ends of their intervals."""
    chosen = terms(3, 2, (0, 1, 2))
    x = 2 * points - 1
    first, total = sobol_shares(fit_surrogate(x, figures[:, None], chosen).weights[:, 0], chosen)
    firsts, totals = resampled_shares(x, figures, chosen, seed)
    return {
        "first": first.tolist(),
        "total": total.tolist(),
        "first_half_width": ((np.quantile(firsts, 0.975, 0) - np.quantile(firsts, 0.025, 0)) / 2).tolist(),
        "total_half_width": ((np.quantile(totals, 0.975, 0) - np.quantile(totals, 0.025, 0)) / 2).tolist(),
    }


HAZARD, MONTHS, EXTRA, STRENGTH, SCALE = 0.03, 24, 20_000.0, 0.02, 40_000.0
PEOPLE, CUSTOMERS, DISCOUNT = 20_000, 2_000, 0.10


def constant_hazards(replications: int, seed: int) -> Scenario:
    """Give a market where customers leave at a constant hazard, nobody talks, and advertising wins a constant share."""
    settings: Mapping[str, Any] = {
        "departure.moved": HAZARD, "stated.churn_annual": 0.0, "joining.unprompted": 0.0, "joining.lost_factor": 0.0, "advertising.response": "chance",
        "advertising.strength": STRENGTH, "advertising.scale": SCALE, "advertising.budget": 0.0, "market.margin_cv": 0.0,
        "discount_rate": DISCOUNT, "accounts.later_value": False, "replications": replications, "seed": seed,
        "strategies": {"as today": {}, "advertise": {"advertising.budget": {"add": EXTRA}}},
    }  # fmt: skip
    return market("advertising joining", settings, people=PEOPLE, customers=CUSTOMERS, months=MONTHS)


def breakeven_margin() -> float:
    """Give by algebra the monthly margin at which that advertising earns its cost."""
    stays, step = math.exp(-HAZARD), (1 + DISCOUNT) ** (-1 / 12)
    chance = STRENGTH * -math.expm1(-EXTRA / SCALE)
    usual, customers, prospects, left, paid = float(CUSTOMERS), float(CUSTOMERS), float(PEOPLE - CUSTOMERS), 0.0, 0.0
    for month in range(1, MONTHS + 1):
        paid += (customers - usual) * step**month
        prospects += left  # a newcomer takes the place of who moved away in the month before
        left = customers * (1 - stays)
        customers, prospects = customers * stays + prospects * chance, prospects * (1 - chance)
        usual *= stays
    return EXTRA * sum(step**month for month in range(1, MONTHS + 1)) / paid


def luck_in_common(worth: Mapping[str, np.ndarray], pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Give, for each pair, the variance of the difference with independent luck over that on common luck."""
    return {
        f"{one} less {other}": float(
            (np.var(worth[one], ddof=1) + np.var(worth[other], ddof=1)) / np.var(worth[one] - worth[other], ddof=1)
        )
        for one, other in pairs
    }
