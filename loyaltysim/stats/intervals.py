"""How sure a result is: means and intervals over replications, paired differences, and picking the best fairly.

Every function takes one figure a replication, float64, (n,). Figures that are not finite (a rate of nothing) count as
absent. With fewer than two figures there is no interval: its ends are NaN, and so are empty cells later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import hypot, nan, sqrt

from loyaltysim.core.lazy import np

ALPHA = 0.05
SURE = 1.959964
"""Standard errors on either side of an estimate that make its 95 % interval."""
MOST_REPLICATIONS = 10_000


@dataclass(frozen=True)
class Interval:
    """A mean and the ends of its interval, from `n` figures; NaN where there is none."""

    mean: float = nan
    low: float = nan
    high: float = nan
    n: int = 0

    def __neg__(self) -> Interval:
        """Return the interval of the same figure with the other sign."""
        return Interval(-self.mean, -self.high, -self.low, self.n)

    @property
    def known(self) -> bool:
        """Whether there is an interval at all."""
        return self.low == self.low and self.high == self.high

    @property
    def holds_zero(self) -> bool:
        """Whether zero lies inside or on the edge; an unknown interval holds everything."""
        return not self.known or self.low <= 0.0 <= self.high


@dataclass(frozen=True)
class Comparison:
    """The best strategy against the runner-up, its interval widened (Holm) for having picked them among all pairs."""

    best: str
    second: str
    difference: Interval
    wins: int
    alpha: float
    needed: int | None

    @property
    def decided(self) -> bool:
        """Whether the interval of the difference leaves zero out."""
        return not self.difference.holds_zero


def student_t(alpha: float, freedom: int) -> float:
    """Return the two-sided critical value of Student's t at level 1 - alpha."""
    from scipy.special import stdtrit  # scipy.stats takes seconds to import

    return float(stdtrit(freedom, 1.0 - alpha / 2.0))


def interval(figures: np.ndarray, alpha: float = ALPHA) -> Interval:
    """Return the mean and its Student interval at level 1 - alpha."""
    present = np.asarray(figures, dtype=np.float64)
    present = present[np.isfinite(present)]
    n = len(present)
    if n == 0:
        return Interval()
    mean = float(np.mean(present))
    if n == 1:
        return Interval(mean, n=1)
    half = student_t(alpha, n - 1) * float(np.std(present, ddof=1)) / sqrt(n)
    return Interval(mean, mean - half, mean + half, n)


def share_interval(shares: np.ndarray, alpha: float = ALPHA) -> Interval:
    """Return the interval of a mean share, its ends kept within 0 and 1."""
    span = interval(shares, alpha)
    return Interval(span.mean, max(span.low, 0.0), min(span.high, 1.0), span.n) if span.known else span


def wilson(hits: int, n: int, alpha: float = ALPHA) -> Interval:
    """Return the share of hits among n with Wilson's interval; an unknown one for n = 0."""
    if n == 0:
        return Interval()
    z, share = student_t(alpha, 10**9), hits / n
    middle, spread = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = ((middle + sign * spread) / (1 + z * z / n) for sign in (-1, 1))
    return Interval(share, max(0.0, low), min(1.0, high), n)


def wilson_corrected(hits: int, n: int) -> Interval:
    """Return the share of hits among n >= 1 with Wilson's 95 % interval, corrected for continuity."""

    def least(some: int) -> float:
        share, square = some / n, SURE * SURE
        root = SURE * sqrt(square - 2 - 1 / n + 4 * share * (n - some + 1))
        return max(0.0, (2 * some + square - 1 - root) / (2 * (n + square))) if some else 0.0

    return Interval(hits / n, least(hits), 1 - least(n - hits), n)


def difference_of_shares(ours: np.ndarray, theirs: np.ndarray) -> Interval:
    """Return the difference of two shares, ours less theirs, with Newcombe's 95 % interval.

    It is the hybrid of the two Wilson intervals with continuity correction, which holds also for few people and rare
    events, where everyone of a small arm may have stayed. Source: Newcombe 1998, Statistics in Medicine 17, 873-890,
    method 11.

    Args:
        ours: 1 for a hit and 0 for none; float64 (n,).
        theirs: Likewise; float64 (m,).

    Returns:
        The interval; 0 with the ends -1 and 1 where one of them is nobody.
    """
    n = ours.size + theirs.size
    if min(ours.size, theirs.size) == 0:
        return Interval(0.0, -1.0, 1.0, n)
    mine, other = float(ours.mean()), float(theirs.mean())
    one, two = (wilson_corrected(int(arm.sum()), arm.size) for arm in (ours, theirs))
    gap = mine - other
    return Interval(
        gap, gap - hypot(mine - one.low, two.high - other), gap + hypot(one.high - mine, other - two.low), n
    )


def paired(ours: np.ndarray, theirs: np.ndarray, alpha: float = ALPHA) -> Interval:
    """Return the mean difference and its interval; position r of both is the same replication, on the same luck."""
    return interval(ours - theirs, alpha)


def ratio_interval(top: np.ndarray, bottom: np.ndarray, alpha: float = ALPHA) -> Interval:
    """Return mean(top) / mean(bottom) with Fieller's interval, paired by replication.

    Empty unless the mean of `bottom` is above zero, and surely so: a ratio whose denominator may be zero or of either
    sign says nothing. With one replication there is the ratio and no interval.
    """
    both = np.isfinite(top) & np.isfinite(bottom)
    top, bottom = top[both], bottom[both]
    n = len(top)
    under = interval(bottom, alpha)
    if n == 0 or under.mean <= 0.0 or (under.known and under.low <= 0.0):
        return Interval()
    x, y = float(np.mean(top)), under.mean
    if n == 1:
        return Interval(x / y, n=1)
    spread = np.cov(top, bottom) * student_t(alpha, n - 1) ** 2 / n
    a, half_b, c = y * y - spread[1, 1], x * y - spread[0, 1], x * x - spread[0, 0]
    root = sqrt(max(half_b * half_b - a * c, 0.0))
    return Interval(x / y, float((half_b - root) / a), float((half_b + root) / a), n)


def p_value(differences: np.ndarray) -> float:
    """Return the two-sided p of the paired t test that the mean difference is zero; NaN with fewer than two figures."""
    from scipy.special import stdtr

    n = len(differences)
    if n < 2:
        return nan
    mean, error = float(np.mean(differences)), float(np.std(differences, ddof=1)) / sqrt(n)
    if error == 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return float(2.0 * stdtr(n - 1, -abs(mean) / error))


def holm_alpha(p_values: Sequence[float], which: int, alpha: float = ALPHA) -> float:
    """Return the level at which Holm's step-down judges one of several p values.

    The smallest p is judged at alpha / m, the next at alpha / (m - 1), and so on until one fails; all after it are
    judged at the level at which that one failed, so that an interval at this level holds zero exactly when Holm's
    procedure keeps the hypothesis.
    """
    order = sorted(range(len(p_values)), key=lambda i: (p_values[i], i != which))
    for step, i in enumerate(order):
        level = alpha / (len(p_values) - step)
        if i == which or not p_values[i] <= level:
            return level
    raise IndexError(which)


def replications_to_decide(differences: np.ndarray, alpha: float = ALPHA) -> int | None:
    """Return the fewest replications whose half-width is below the mean difference seen here; None beyond 10,000."""
    mean, deviation = abs(float(np.mean(differences))), float(np.std(differences, ddof=1))

    def decides(n: int) -> bool:
        return student_t(alpha, n - 1) * deviation / sqrt(n) < mean

    if not decides(MOST_REPLICATIONS):
        return None
    low, high = 1, MOST_REPLICATIONS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if decides(middle) else (middle, high)
    return high


def compare_best(figures: Mapping[str, np.ndarray], alpha: float = ALPHA) -> Comparison:
    """Compare the strategy of the highest mean with the runner-up; at least two strategies, ties in their order."""
    ranked = sorted(figures, key=lambda name: -float(np.mean(figures[name])))
    best, second = ranked[:2]
    gain = figures[best] - figures[second]
    wins = int(np.sum(gain > 0))
    if len(gain) < 2:
        return Comparison(best, second, interval(gain), wins, alpha, None)
    pairs = list(combinations(ranked, 2))
    p_values = [p_value(figures[one] - figures[other]) for one, other in pairs]
    level = holm_alpha(p_values, pairs.index((best, second)), alpha)
    span = interval(gain, level)
    needed = replications_to_decide(gain, level) if span.holds_zero else None
    return Comparison(best, second, span, wins, level, needed)
