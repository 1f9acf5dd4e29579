"""What the next dollar in each lever is worth, and from which spending on it is worth nothing: the overspending point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from loyaltysim.experiments.spending import MONEY, Valuer
from loyaltysim.report.roots import Curves, zero_between
from loyaltysim.report.statistics import Interval, interval, paired

if TYPE_CHECKING:
    import numpy as np

NEXT = (
    "lever", "unit", "period", "at", "spend", "marginal", "ci_low", "ci_high", "overspent_from", "overspent_ci_low",
    "overspent_ci_high", "replications",
)  # fmt: skip
"""`marginal`: present value gained for each further $ (its own cost taken off): 0.4 means that 1 $ brings back 1.40 $."""
CURVE = (
    "lever", "unit", "spend", "gain", "ci_low", "ci_high", "next_spend", "marginal", "marginal_ci_low", "marginal_ci_high",
)  # fmt: skip
WIDTH, POINTS, FAR = 0.1, 7, 2.0
"""Half a central difference and how far a curve goes, as shares of the budget; how many points it has."""


@dataclass(frozen=True)
class NextDollars:
    """Rows of the two tables."""

    rows: list[tuple[Any, ...]]
    curve: list[tuple[Any, ...]]


def next_dollars(valuer: Valuer, best: np.ndarray, luck: Sequence[int]) -> NextDollars:
    """Take central differences on common luck at today's levers and at the best split, and follow each lever's curve.

    Curves change one lever at a time, all others as in the best split, in every year alike.
    """
    import numpy as np

    rows, curve = [], []
    today = np.zeros(len(best))
    slopes = {"today": marginals(valuer, today, luck), "best": marginals(valuer, best, luck)}
    ends = {}
    for path in valuer.spending.levers:
        drawn = follow(valuer, best, path, luck)
        curve += drawn.rows(path)
        ends[path] = drawn.overspent()
    for at, split in (("today", today), ("best", best)):
        for which, (path, period) in enumerate(valuer.spending.cells):
            span, end = slopes[at][which], ends[path]
            spend = valuer.spending.today(path) + float(split[which])
            rows.append(
                (path, MONEY, period, at, spend, span.mean, span.low, span.high, end.mean, end.low, end.high, span.n)
            )
    return NextDollars(rows, curve)


def marginals(valuer: Valuer, at: np.ndarray, luck: Sequence[int]) -> list[Interval]:
    """Give the marginal value of a present-value dollar in each amount, by central differences, its own cost taken off.

    Where a lever has less than a width to lose, the difference is taken from none of it.
    """

    spending, width = valuer.spending, WIDTH * valuer.spending.budget
    sides = []
    for which, (path, _) in enumerate(spending.cells):
        low, high = at.copy(), at.copy()
        low[which] = max(at[which] - width, -spending.today(path))
        high[which] = at[which] + width
        sides += [low, high]
    gains = valuer.gains(sides, luck)
    found = []
    for which in range(len(at)):
        low, high = sides[2 * which], sides[2 * which + 1]
        dollars = (high[which] - low[which]) * spending.worth_of_a_dollar(which)
        found.append(interval(over_worlds(gains[2 * which + 1] - gains[2 * which]) / dollars))
    return found


def over_worlds(differences: np.ndarray) -> np.ndarray:
    """Give one figure a replication of a world by itself, or one a world: float64, (worlds, replications) to (n,)."""
    import numpy as np

    return np.asarray(differences[0] if len(differences) == 1 else differences.mean(axis=1))


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

    def overspent(self) -> Interval:
        """Give the spending from which a further dollar loses: where the gain is greatest.

        Zero where no spending gains more than none; endless where the gain is greatest at the curve's end. The interval
        begins at zero where the greatest gain is not surely more than that of spending nothing.
        """
        from math import inf

        top, n = int(self.gains.mean(axis=0).argmax()), len(self.gains)
        if top in (0, len(self.spend) - 1):
            return Interval(inf if top else 0.0, n=n)
        middles = self.middles
        found = zero_between(Curves(middles, self.slopes), float(middles[top - 1]), float(middles[top]))
        surely = not paired(self.gains[:, top], self.gains[:, 0]).low <= 0.0
        return found if surely or not found.known else replace(found, low=0.0)

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


def follow(valuer: Valuer, best: np.ndarray, path: str, luck: Sequence[int]) -> Followed:
    """Simulate a lever from no money at all to twice the budget beyond today's, all else as in the best split."""
    import numpy as np

    spending = valuer.spending
    today = spending.today(path)
    spend = np.unique(np.append(np.linspace(0.0, today + FAR * spending.budget, POINTS), today))
    mine = np.array([each == path for each, _ in spending.cells])
    splits = [np.where(mine, money - today, best) for money in spend]
    gains = valuer.gains(splits, luck)
    each = np.stack([over_worlds(gain) for gain in gains], axis=1)
    dollar = sum(spending.worth_of_a_dollar(which) for which in range(len(best)) if mine[which])
    return Followed(spend, each, dollar)
