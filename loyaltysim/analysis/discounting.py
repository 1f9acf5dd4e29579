"""Present values from a run's months, at its own discount rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.core.rates import discount_factor
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    import numpy as np


def annuity(rate: float, first: int, last: int) -> float:
    """Give the present value of 1 $ in each of the months first to last, discounted at a yearly rate."""
    return sum(discount_factor(rate, month) for month in range(first, last + 1))


def discount(results: Results, strategy: str, metric: str) -> np.ndarray:
    """Give the present value of a monthly flow: float64, (n,)."""
    import numpy as np

    return results.path(strategy, metric) @ discount_factor(results.discount_rate, np.arange(results.months + 1))
