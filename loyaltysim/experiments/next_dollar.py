"""What the next dollar in each lever is worth, and from which spending on it is worth nothing: the overspending point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyaltysim.experiments.spending import MONEY, Spending, Valuer
from loyaltysim.experiments.spending_curve import Followed
from loyaltysim.stats.intervals import Interval, interval
from loyaltysim.stats.ranking import world_means

if TYPE_CHECKING:
    import numpy as np

NEXT = (
    "lever", "unit", "period", "at", "spend", "marginal", "ci_low", "ci_high", "overspent_from", "overspent_ci_low",
    "overspent_ci_high", "replications",
)  # fmt: skip
"""`marginal`: present value gained for each further $ (its own cost taken off): 0.4 means that 1 $ brings back 1.40 $."""
WIDTH, LEAST, SAME = 0.1, 0.025, 0.01
"""Half a central difference, as a share of the budget: at most, and below which it is taken from no spending at all; and
how far apart two spendings are at least that tell a lever's curve."""
BEYOND = (1 / 32, 1 / 8, 1 / 4, 1 / 2, 1.0, 2.0)
"""Where a curve has points beyond today's spending, as shares of the budget: a lever's best may be a small part of it."""
CLOSE, ROUNDS = 1 / 8, 3
"""How near the points beside the greatest gain shall be, as a share of the budget, and how often they are halved for it."""


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
    for path, drawn in follow(valuer, best, luck).items():
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
    """Give the marginal value of a present-value dollar in each amount, by central differences, its own cost taken off."""
    spending = valuer.spending
    sides = []
    for which, (path, _) in enumerate(spending.cells):
        today = spending.today(path)
        for end in beside(today + float(at[which]), spending.budget):
            split = at.copy()
            split[which] = end - today
            sides.append(split)
    gains = valuer.gains(sides, luck)
    found = []
    for which in range(len(at)):
        low, high = sides[2 * which], sides[2 * which + 1]
        dollars = (high[which] - low[which]) * spending.worth_of_a_dollar(which)
        found.append(interval(world_means(gains[2 * which + 1] - gains[2 * which]) / dollars))
    return found


def beside(spend: float, budget: float) -> tuple[float, float]:
    """Give the spendings between which the marginal value at a spending is taken, as far below it as above.

    Of what hardly spends, from none: the difference of two spendings too near each other is all luck.
    """
    width = WIDTH * budget
    if spend < LEAST * budget:
        return 0.0, spend + width
    width = min(width, spend)
    return spend - width, spend + width


def follow(valuer: Valuer, best: np.ndarray, luck: Sequence[int]) -> dict[str, Followed]:
    """Simulate each lever from no money at all to twice the budget beyond today's, all else as in the best split.

    Points are where `first_points` has them, and then half-way beside the greatest gain until they are near enough.
    """
    import numpy as np

    spending = valuer.spending
    known: dict[str, dict[float, np.ndarray]] = {path: {} for path in spending.levers}
    wanted = {path: first_points(spending, best, path) for path in spending.levers}
    curves: dict[str, Followed] = {}
    for _ in range(1 + ROUNDS):
        asked = [(path, spend) for path, spends in wanted.items() for spend in spends]
        if not asked:
            break
        gains = valuer.gains([_moved(spending, best, path, spend) for path, spend in asked], luck)
        for (path, spend), gain in zip(asked, gains, strict=True):
            known[path][spend] = world_means(gain)
        for path, spends in wanted.items():
            if spends:
                at = sorted(known[path])
                each = np.stack([known[path][spend] for spend in at], axis=1)
                curves[path] = Followed(np.array(at), each, _dollar(spending, path))
        wanted = {path: curve.closer(CLOSE * spending.budget) for path, curve in curves.items()}
    return curves


def first_points(spending: Spending, best: np.ndarray, path: str) -> list[float]:
    """Give the spendings at which a lever's curve begins: none, the best split's and beside it, today's, and a grid.

    A curve moves all years alike, so that a split by years has there its mean over the years in place of its own spending.
    Points so near an earlier one that their difference would be all luck are left out.
    """
    budget, today = spending.budget, spending.today(path)
    mine = [float(amount) for (each, _), amount in zip(spending.cells, best, strict=True) if each == path]
    own = today + sum(mine) / len(mine)
    points = [0.0]
    for spend in (own, *(beside(own, budget) if len(mine) == 1 else ()), today):
        _add(points, spend, SAME * budget)
    for spend in (today / 2, *(today + share * budget for share in BEYOND)):
        _add(points, spend, min(max((spend - today) / 2, LEAST * budget), WIDTH * budget))
    return sorted(points)


def _add(points: list[float], spend: float, apart: float) -> None:
    """Add a spending that is at least so far from all the others."""
    if min(abs(spend - point) for point in points) >= apart:
        points.append(spend)


def _moved(spending: Spending, best: np.ndarray, path: str, spend: float) -> np.ndarray:
    """Give the best split, but with this spending of one lever all told, in every year."""
    import numpy as np

    mine = np.array([each == path for each, _ in spending.cells])
    return np.where(mine, spend - spending.today(path), best)


def _dollar(spending: Spending, path: str) -> float:
    """Give the present value of 1 $ a month in a lever, in every year."""
    return sum(spending.worth_of_a_dollar(which) for which, (each, _) in enumerate(spending.cells) if each == path)
