"""What the next dollar in each lever is worth, and from where on it is worth nothing: the overspending point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, nan

from loyaltysim.core.lazy import np
from loyaltysim.experiments.decision import Row
from loyaltysim.experiments.optimise.budget import MONEY, BudgetSplit, SplitValuer
from loyaltysim.stats.intervals import Interval, interval, paired
from loyaltysim.stats.ranking import world_means
from loyaltysim.stats.roots import Curves, zero_between

CURVE = [
    "lever",
    "unit",
    "spend",
    "gain",
    "ci_low",
    "ci_high",
    "next_spend",
    "marginal",
    "marginal_ci_low",
    "marginal_ci_high",
]
NEXT = [
    "lever",
    "unit",
    "period",
    "at",
    "spend",
    "marginal",
    "ci_low",
    "ci_high",
    "overspent_from",
    "overspent_ci_low",
    "overspent_ci_high",
    "replications",
]
"""`marginal`: present value gained for each further $ (its own cost taken off): 0.4 means that 1 $ brings back 1.40 $.
"""
WIDTH, LEAST, SAME = 0.1, 0.025, 0.01
"""Half a central difference, as a share of the budget: at most, and below which it is taken from no spending at all;
and how far apart two spendings are at least that tell a lever's curve."""
BEYOND = (1 / 32, 1 / 8, 1 / 4, 1 / 2, 1.0, 2.0)
"""Where a curve has points beyond today's spending, as shares of the budget: a lever's best may be a small part of it.
"""
CLOSE, ROUNDS = 1 / 8, 3
"""How near the points beside the greatest gain shall be, as a share of the budget, and how often they are halved for
it."""


@dataclass(frozen=True)
class MarginalReturns:
    """Rows of the two tables: the next dollar in each amount (NEXT), and each lever's curve (CURVE)."""

    rows: list[Row]
    curve: list[Row]


def estimate_marginal_returns(valuer: SplitValuer, best: np.ndarray, replications: Sequence[int]) -> MarginalReturns:
    """Take central differences at today's levers and at the best split, and follow each lever's curve.

    Curves change one lever at a time, all others as in the best split, in every year alike.

    Args:
        valuer: Values splits.
        best: The split, $/month in each amount, (k,).
        replications: Their numbers, the same for everything that is compared.
    """
    rows: list[Row] = []
    curve: list[Row] = []
    today = np.zeros(len(best))
    slopes = {"today": marginals(valuer, today, replications), "best": marginals(valuer, best, replications)}
    ends = {}
    for path, response in follow_curves(valuer, best, replications).items():
        curve += response.rows(path)
        ends[path] = response.overspending_point()
    for point, split in (("today", today), ("best", best)):
        for index, (path, period) in enumerate(valuer.spending.cells):
            span, end = slopes[point][index], ends[path]
            spend = valuer.spending.today(path) + float(split[index])
            rows.append(
                (path, MONEY, period, point, spend, span.mean, span.low, span.high, end.mean, end.low, end.high, span.n)
            )
    return MarginalReturns(rows, curve)


def marginals(valuer: SplitValuer, at: np.ndarray, replications: Sequence[int]) -> list[Interval]:
    """Return the marginal value of a present-value dollar in each amount, by central differences, its own cost taken
    off."""
    spending = valuer.spending
    sides = []
    for index, (path, _) in enumerate(spending.cells):
        today = spending.today(path)
        for end in spendings_beside(today + float(at[index]), spending.budget):
            split = at.copy()
            split[index] = end - today
            sides.append(split)
    gains = valuer.gains(sides, replications)
    values = []
    for index in range(len(at)):
        low, high = sides[2 * index], sides[2 * index + 1]
        dollars = (high[index] - low[index]) * spending.worth_of_a_dollar(index)
        values.append(interval(world_means(gains[2 * index + 1] - gains[2 * index]) / dollars))
    return values


def spendings_beside(spend: float, budget: float) -> tuple[float, float]:
    """Return the spendings between which the marginal value at a spending is taken, as far below it as above.

    Of what hardly spends, from none: the difference of two spendings too near each other is all luck.
    """
    width = WIDTH * budget
    if spend < LEAST * budget:
        return 0.0, spend + width
    width = min(width, spend)
    return spend - width, spend + width


def follow_curves(valuer: SplitValuer, best: np.ndarray, replications: Sequence[int]) -> dict[str, ResponseCurve]:
    """Simulate each lever from no money at all to twice the budget beyond today's, all else as in the best split.

    Points are where `first_points` has them, and then half-way beside the greatest gain until they are near enough.
    """
    spending = valuer.spending
    known: dict[str, dict[float, np.ndarray]] = {path: {} for path in spending.levers}
    wanted = {path: first_points(spending, best, path) for path in spending.levers}
    curves: dict[str, ResponseCurve] = {}
    for _ in range(1 + ROUNDS):
        asked = [(path, spend) for path, spends in wanted.items() for spend in spends]
        if not asked:
            break
        gains = valuer.gains([spend_on(spending, best, path, spend) for path, spend in asked], replications)
        for (path, spend), gain in zip(asked, gains, strict=True):
            known[path][spend] = world_means(gain)
        for path, spends in wanted.items():
            if spends:
                at = sorted(known[path])
                each = np.stack([known[path][spend] for spend in at], axis=1)
                curves[path] = ResponseCurve(np.array(at), each, dollar_value(spending, path))
        wanted = {path: curve.refinements(CLOSE * spending.budget) for path, curve in curves.items()}
    return curves


def first_points(spending: BudgetSplit, best: np.ndarray, path: str) -> list[float]:
    """Return the spendings at which a lever's curve begins: none, the best split's and beside it, today's, and a grid.

    A curve moves all years alike, so that a split by years has there its mean over the years in place of its own
    spending. Points so near an earlier one that their difference would be all luck are left out.
    """
    budget, today = spending.budget, spending.today(path)
    mine = [float(amount) for (each, _), amount in zip(spending.cells, best, strict=True) if each == path]
    own = today + sum(mine) / len(mine)
    points = [0.0]
    for spend in (own, *(spendings_beside(own, budget) if len(mine) == 1 else ()), today):
        add_point(points, spend, SAME * budget)
    for spend in (today / 2, *(today + share * budget for share in BEYOND)):
        add_point(points, spend, min(max((spend - today) / 2, LEAST * budget), WIDTH * budget))
    return sorted(points)


def add_point(points: list[float], spend: float, apart: float) -> None:
    """Add a spending that is at least so far from all the others."""
    if min(abs(spend - point) for point in points) >= apart:
        points.append(spend)


def spend_on(spending: BudgetSplit, best: np.ndarray, path: str, spend: float) -> np.ndarray:
    """Return the best split, but with this spending of one lever all told, in every year."""
    mine = np.array([each == path for each, _ in spending.cells])
    return np.where(mine, spend - spending.today(path), best)


def dollar_value(spending: BudgetSplit, path: str) -> float:
    """Return the present value of 1 $ a month in a lever, in every year."""
    return sum(spending.worth_of_a_dollar(index) for index, (each, _) in enumerate(spending.cells) if each == path)


@dataclass(frozen=True, eq=False)
class ResponseCurve:
    """A lever's curve: `spend` (m,) all told, `gains` (n, m) in each replication, `dollar` the worth of 1 $ a month."""

    spend: np.ndarray
    gains: np.ndarray
    dollar: float

    @property
    def middles(self) -> np.ndarray:
        """The spendings half-way between points: float64 (m - 1,)."""
        return (self.spend[1:] + self.spend[:-1]) / 2

    @property
    def slopes(self) -> np.ndarray:
        """The marginal value of a dollar between points: float64 (n, m - 1)."""
        return np.diff(self.gains, axis=1) / np.diff(self.spend) / self.dollar

    @property
    def top(self) -> int:
        """Which point has the greatest mean gain."""
        return int(self.gains.mean(axis=0).argmax())

    def refinements(self, gap: float) -> list[float]:
        """Return the spendings half-way between the greatest gain and the points beside it, where those are farther
        than `gap`."""
        neighbours = [
            (self.spend[i], self.spend[i + 1]) for i in (self.top - 1, self.top) if 0 <= i < len(self.spend) - 1
        ]
        return [float(low + high) / 2 for low, high in neighbours if high - low > gap]

    def overspending_point(self) -> Interval:
        """Return the spending from which a further dollar loses: where the gain is greatest.

        Zero where no spending gains more than none, with an interval to the first that surely gains less; endless where
        the gain is greatest at the curve's end. The interval begins at zero where the greatest gain is not surely more
        than that of spending nothing.
        """
        top, n = self.top, len(self.gains)
        if top == 0:
            return Interval(0.0, 0.0, self.first_loss(), n) if n > 1 else Interval(0.0, n=n)
        if top == len(self.spend) - 1:
            return Interval(inf, n=n)
        middles = self.middles
        point = zero_between(Curves(middles, self.slopes), float(middles[top - 1]), float(middles[top]))
        is_sure = not paired(self.gains[:, top], self.gains[:, 0]).low <= 0.0
        return point if is_sure or not point.known else replace(point, low=0.0)

    def first_loss(self) -> float:
        """Return the first spending that surely gains less than none; endless where there is none such."""
        last = range(1, len(self.spend))
        return next((float(self.spend[i]) for i in last if paired(self.gains[:, i], self.gains[:, 0]).high < 0.0), inf)

    def rows(self, path: str) -> list[Row]:
        """Return the curve's rows; the marginal value is that of the money up to the next point."""
        rows: list[Row] = []
        for i, spend in enumerate(self.spend):
            gain = interval(self.gains[:, i])
            last = i + 1 == len(self.spend)
            slope = Interval() if last else interval(self.slopes[:, i])
            after = nan if last else float(self.spend[i + 1])
            rows.append(
                (path, MONEY, float(spend), gain.mean, gain.low, gain.high, after, slope.mean, slope.low, slope.high)
            )
        return rows
