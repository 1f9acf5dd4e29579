"""A lever's curve: what its money earns from none on, and from which spending on a further dollar loses: overspending."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from loyaltysim.experiments.spending import MONEY
from loyaltysim.stats.intervals import Interval, interval, paired
from loyaltysim.stats.roots import Curves, zero_between

if TYPE_CHECKING:
    import numpy as np

CURVE = (
    "lever", "unit", "spend", "gain", "ci_low", "ci_high", "next_spend", "marginal", "marginal_ci_low", "marginal_ci_high",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Followed:
    """A lever's curve: `spend` (m,) all told, `gains` (n, m) in each replication, `dollar` the worth of 1 $ a month."""

    spend: np.ndarray
    gains: np.ndarray
    dollar: float

    @property
    def middles(self) -> np.ndarray:
        """The spendings half-way between points."""
        return (self.spend[1:] + self.spend[:-1]) / 2

    @property
    def slopes(self) -> np.ndarray:
        """The marginal value of a dollar between points: (n, m - 1)."""
        import numpy as np

        return np.diff(self.gains, axis=1) / np.diff(self.spend) / self.dollar

    @property
    def top(self) -> int:
        """Which point has the greatest mean gain."""
        return int(self.gains.mean(axis=0).argmax())

    def closer(self, gap: float) -> list[float]:
        """Give the spendings half-way between the greatest gain and the points beside it, where those are farther than `gap`."""
        beside = [(self.spend[i], self.spend[i + 1]) for i in (self.top - 1, self.top) if 0 <= i < len(self.spend) - 1]
        return [float(low + high) / 2 for low, high in beside if high - low > gap]

    def overspent(self) -> Interval:
        """Give the spending from which a further dollar loses: where the gain is greatest.

        Zero where no spending gains more than none, with an interval to the first that surely gains less; endless where
        the gain is greatest at the curve's end. The interval begins at zero where the greatest gain is not surely more
        than that of spending nothing.
        """
        from math import inf

        top, n = self.top, len(self.gains)
        if top == 0:
            return Interval(0.0, 0.0, self._may_pay_up_to(), n) if n > 1 else Interval(0.0, n=n)
        if top == len(self.spend) - 1:
            return Interval(inf, n=n)
        middles = self.middles
        found = zero_between(Curves(middles, self.slopes), float(middles[top - 1]), float(middles[top]))
        surely = not paired(self.gains[:, top], self.gains[:, 0]).low <= 0.0
        return found if surely or not found.known else replace(found, low=0.0)

    def _may_pay_up_to(self) -> float:
        """Give the first spending that surely gains less than none; endless where there is none such."""
        from math import inf

        last = range(1, len(self.spend))
        return next((float(self.spend[i]) for i in last if paired(self.gains[:, i], self.gains[:, 0]).high < 0.0), inf)

    def rows(self, path: str) -> list[tuple[Any, ...]]:
        """Give the curve's rows; the marginal value is that of the money up to the next point."""
        found = []
        for i, spend in enumerate(self.spend):
            gain = interval(self.gains[:, i])
            last = i + 1 == len(self.spend)
            slope = Interval() if last else interval(self.slopes[:, i])
            after = float("nan") if last else float(self.spend[i + 1])
            found.append(
                (path, MONEY, float(spend), gain.mean, gain.low, gain.high, after, slope.mean, slope.low, slope.high)
            )  # fmt: skip
        return found
