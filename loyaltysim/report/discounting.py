"""Present values from a run's months, at its own discount rate and at others: nobody in the market knows the rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from loyaltysim.report.results import Results

if TYPE_CHECKING:
    import numpy as np

LATER, RATE = "later_value", "margin_rate"


def annuity(rate: float, first: int, last: int) -> float:
    """Give the present value of 1 $ in each of the months first to last, discounted at a yearly rate."""
    return sum((1.0 + rate) ** (-month / 12.0) for month in range(first, last + 1))


def discounted(results: Results, strategy: str, metric: str) -> np.ndarray:
    """Give the present value of a monthly flow: float64, (n,)."""
    import numpy as np

    factor = (1.0 + results.discount_rate) ** (-np.arange(results.months + 1) / 12.0)
    return results.path(strategy, metric) @ factor


def brackets(mean: np.ndarray, rates: np.ndarray, today: float) -> Iterator[tuple[float, float]]:
    """Give the points around the sign's first change on either side of today's rate."""
    import numpy as np

    here = int(np.searchsorted(rates, today))
    changes = np.flatnonzero(np.sign(mean[:-1]) * np.sign(mean[1:]) < 0)
    for before in (changes[changes < here][-1:], changes[changes >= here][:1]):
        for place in before:
            yield float(rates[place]), float(rates[place + 1])


def follows(results: Results) -> bool:
    """Tell whether the months say what other discount rates come to: the monthly margin at the end is needed for what follows."""
    return RATE in results.columns or not any(each.any() for each in results.by_strategy(LATER).values())


def worth_at(results: Results, strategy: str, rates: np.ndarray) -> np.ndarray:
    """Give the net present value at other yearly discount rates (k,): float64, (n, k), as the model reckons it.

    The margin after the horizon is first paid in the month after it; how fast customers leave then is taken from what the run
    counted for it.
    """
    import numpy as np

    months = np.arange(results.months + 1)
    net = results.path(strategy, "net") @ (1.0 + rates) ** (-months[:, None] / 12.0)
    later = results.figures[strategy][LATER]
    if not later.any():
        return np.asarray(net)
    rate = results.path(strategy, RATE)[:, -1]
    first = int(np.argmax(later))
    v = (1.0 + results.discount_rate) ** (1.0 / 12.0)
    stays = v * (1.0 - rate[first] * v ** -(results.months + 1) / later[first])
    multiple = 1.0 / (1.0 - stays * (1.0 + rates) ** (-1.0 / 12.0))
    return np.asarray(net + rate[:, None] * multiple * (1.0 + rates) ** (-(results.months + 1) / 12.0))
