"""Where a difference turns its sign: a curve through simulated points, and the interval of its zero.

On common luck each replication draws a curve of its own over the same points. The curve between points is linear in the
figures (a least-squares polynomial near the zero, straight lines elsewhere), so at every x the mean of the
replications' curves has a Student interval. The values of x whose interval holds zero are the interval of the zero:
Fieller's theorem, or inverse regression by inverting the test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from loyaltysim.core.lazy import np
from loyaltysim.stats.intervals import ALPHA, Interval, student_t

Drawn: TypeAlias = "Callable[[np.ndarray], np.ndarray]"
"""Gives each replication's curve at some x: (k,) to (n, k)."""
FINE = 2_000
HIGHEST_DEGREE = 3


@dataclass(frozen=True, eq=False)
class Curves:
    """Replications' curves over points: `x` (m,) rising, `y` (n, m); `geometric`: distances are ratios."""

    x: np.ndarray
    y: np.ndarray
    geometric: bool = False

    def scaled(self, x: np.ndarray) -> np.ndarray:
        """Return x on the scale on which the curve is drawn."""
        return np.log(x) if self.geometric else np.asarray(x, dtype=float)

    def between(self, low: float, high: float) -> np.ndarray:
        """Return many x from low to high, evenly on that scale."""
        return np.geomspace(low, high, FINE) if self.geometric else np.linspace(low, high, FINE)

    def straight(self, at: np.ndarray) -> np.ndarray:
        """Return each replication's broken line at some x: (n, k)."""
        known, wanted = self.scaled(self.x), self.scaled(at)
        return np.array([np.interp(wanted, known, row) for row in self.y])

    def smooth(self, at: np.ndarray, low: float, high: float) -> np.ndarray:
        """Return each replication's least-squares polynomial through the points from low to high at some x: (n, k)."""
        inside = (self.x >= low) & (self.x <= high)
        points, degree = self.scaled(self.x[inside]), min(HIGHEST_DEGREE, max(1, int(inside.sum()) - 2))
        middle, half = (points[0] + points[-1]) / 2, (points[-1] - points[0]) / 2
        design = np.vander((points - middle) / half, degree + 1)
        wanted = np.vander((self.scaled(at) - middle) / half, degree + 1)
        return np.asarray(self.y[:, inside] @ np.linalg.pinv(design).T @ wanted.T)


def zero_between(curves: Curves, low: float, high: float) -> Interval:
    """Return where the mean curve is zero between the points low and high, at whose ends its sign differs.

    The ends of the interval are endless where the curves' range ends before the sign is sure.
    """
    drawn: Drawn = smooth_within(curves, *choose_window(curves, low, high))
    inside = curves.between(low, high)
    mean = drawn(inside).mean(axis=0)
    turns = np.flatnonzero(np.diff(np.sign(mean)) != 0)
    if not len(turns):  # the smooth curve misses the zero that the points show
        drawn = curves.straight
        mean = drawn(inside).mean(axis=0)
        turns = np.flatnonzero(np.diff(np.sign(mean)) != 0)[:1]
    best = interpolate_zero(inside, mean, int(turns[len(turns) // 2]))
    if len(curves.y) < 2:
        return Interval(best, n=len(curves.y))
    low, high = (find_end(curves, drawn, best, float(curves.x[side])) for side in (0, -1))
    return Interval(best, low, high, len(curves.y))


def choose_window(curves: Curves, low: float, high: float) -> tuple[float, float]:
    """Return the points next to the bracket: what the smooth curve is drawn through."""
    before, after = curves.x[curves.x < low], curves.x[curves.x > high]
    few = int(np.sum((curves.x >= low) & (curves.x <= high))) < 5
    return (float(before[-1]) if few and len(before) else low), (float(after[0]) if few and len(after) else high)


def smooth_within(curves: Curves, low: float, high: float) -> Drawn:
    """Draw each replication's curve as a polynomial from low to high, and as a broken line elsewhere."""

    def drawn(at: np.ndarray) -> np.ndarray:
        return np.where((at >= low) & (at <= high), curves.smooth(at, low, high), curves.straight(at))

    return drawn


def interpolate_zero(x: np.ndarray, y: np.ndarray, left: int) -> float:
    """Return where the straight line between two neighbouring points is 0."""
    share = y[left] / (y[left] - y[left + 1]) if y[left] != y[left + 1] else 0.5
    return float(x[left] + share * (x[left + 1] - x[left]))


def find_end(curves: Curves, drawn: Drawn, best: float, edge: float) -> float:
    """Walk from the zero toward an edge until zero leaves the interval of the curves' mean; endless if it never
    does.
    """
    if edge == best:
        return float(np.copysign(np.inf, edge - curves.x.mean()))
    path = curves.between(best, edge)
    y = drawn(path)
    error = y.std(axis=0, ddof=1) / np.sqrt(len(y))
    outside = np.abs(y.mean(axis=0)) - student_t(ALPHA, len(y) - 1) * error
    sure = np.flatnonzero(outside > 0)
    if not len(sure):
        return float(np.copysign(np.inf, edge - best))
    first = int(sure[0])
    return float(path[0]) if first == 0 else interpolate_zero(path, outside, first - 1)
