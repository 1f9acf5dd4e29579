"""Present values from a run's months, at its own discount rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.core.rates import discount_factor

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.results.results import Results


def annuity(rate: float, first: int, last: int) -> float:
    """Return the present value of 1 $ in each of the months first to last, discounted at a yearly rate."""
    return sum(discount_factor(rate, month) for month in range(first, last + 1))


def discount_factors(rate: float, months: int) -> np.ndarray:
    """Return what 1 $ in each of the months 0 to `months` is worth in month 0, at a yearly rate: float64, (months + 1,)."""
    import numpy as np  # here, for the command line reads `annuity` before it has read the scenario

    factors: np.ndarray = discount_factor(rate, np.arange(months + 1))
    return factors


def discount(results: Results, strategy: str, metric: str) -> np.ndarray:
    """Return the present value of a monthly flow over the horizon: float64, (replications,)."""
    return results.path(strategy, metric) @ discount_factors(results.discount_rate, results.months)
