"""Convergence: larger markets are quieter, the spread between replications falls as 1 / sqrt(people).

Base rates are typed (the baseline's, rounded) and budgets grow with the people, so that markets of all sizes are alike.
Each size has its own seed, so that sizes do not share luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario

RATES = {
    "grievance.indifference": 0.0745,
    "grievance.product": 0.2513,
    "voice.unprompted": 0.1514,
    "desk.answer_scale": 56.4,
    "desk.solve_scale": 107.5,
    "desk.hours_a_case": 2.89,
    "friends.base": 0.00121,
    "rivals.base": 0.00342,
    "departure.died": 0.000187,
    "departure.moved": 0.000562,
    "advertising.strength": 0.0049,
    "joining.unprompted": 0.00113,
}
DOLLARS_A_PERSON = {"desk.budget": 0.04, "advertising.budget": 0.8, "advertising.scale": 1.0}
MONTHS = 12
BURN_IN = 12
SEED = 2026


@dataclass(frozen=True)
class Line:
    """A straight line through the logarithms: slope, its standard error, and the spread it gives at one person."""

    slope: float
    error: float
    at_one: float


def market(people: int) -> Scenario:
    """Give a market of so many people, a fifth of them customers, alike in everything but size and luck."""
    return Scenario().replace(
        {
            **RATES,
            **{path: dollars * people for path, dollars in DOLLARS_A_PERSON.items()},
            "calibration": "off",
            "market.people": people,
            "market.customers": people // 5,
            "market.burn_in": BURN_IN,
            "months": MONTHS,
            "seed": SEED + people,
        },
        source="convergence",
    )


@cache
def shares(people: int, replications: int) -> tuple[float, ...]:
    """Give the customers' share of the people at the end, by replication."""
    scenario = market(people)
    (strategy,) = scenario.strategies
    return tuple(
        simulate(scenario, replication, [strategy])[0].figures["customers"] / people
        for replication in range(replications)
    )


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Give a standard deviation and its standard error: a share 1 / sqrt(2 (n - 1)) of it, for a sum over many people."""
    deviation = float(np.std(values, ddof=1))
    return deviation, deviation / float(np.sqrt(2 * (len(values) - 1)))


def fitted(spreads: Mapping[int, tuple[float, float]]) -> Line:
    """Fit ln(spread) = a + slope ln(people) by least squares, each size weighted by its own standard error."""
    x = np.log(np.array(list(spreads), np.float64))
    deviations, errors = np.array(list(spreads.values())).T
    y, weight = np.log(deviations), (deviations / errors) ** 2
    centre = np.average(x, weights=weight)
    sum_of_squares = float(np.sum(weight * (x - centre) ** 2))
    slope = float(np.sum(weight * (x - centre) * y)) / sum_of_squares
    at_one = float(np.exp(np.average(y, weights=weight) - slope * centre))
    return Line(slope, sum_of_squares**-0.5, at_one)
