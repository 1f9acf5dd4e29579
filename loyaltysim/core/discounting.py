"""Discounting, and chances of a year told by the month: what money is worth later, what a yearly rate is a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np

Number = TypeVar("Number", float, "np.ndarray")


def annual_chance(monthly: Number) -> Number:
    """Return the yearly chance of what happens with some chance each month: 1 - (1 - h)**12."""
    return 1.0 - (1.0 - monthly) ** 12


def monthly_chance(annual: float) -> float:
    """Return the monthly chance of what happens with some chance within a year: 1 - (1 - a)**(1/12)."""
    return float(1.0 - (1.0 - annual) ** (1 / 12))


def annuity(rate: float, first: int, last: int) -> float:
    """Return the present value of 1 $ in each of the months first to last, discounted at a yearly rate."""
    return sum(discount_factor(rate, month) for month in range(first, last + 1))


def discount_factor(rate: float, months: Number) -> Number:
    """Return the present value of 1 $ that is paid in so many months, discounted at a yearly rate."""
    return (1.0 + rate) ** (-months / 12.0)
