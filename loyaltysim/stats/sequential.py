"""Intervals that hold at every look: a study may go on until it is settled, and still be believed at 95 %.

The rule is the anytime-valid t test for normal figures of unknown spread: a mixture over effect sizes, integrated over
the scale by its right-Haar measure (Lai 1976; Lindon, Ham, Tingley and Bojinov 2022; Wang and Ramdas 2025). It suits
paired differences on common luck, which are nearly normal with a spread that nobody knows beforehand. It asks for no
number of looks and no largest size to be fixed beforehand; the price is an interval half as wide again as that of one
look, or a little more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import exp, inf, log, sqrt

from loyaltysim.core.lazy import np
from loyaltysim.stats.intervals import ALPHA, Interval

FIRST_LOOK = 8
"""Replications before the first look: from fewer, figures do not show how they are spread."""
MIXTURE = 2.0
"""How many replications the mixture's prior counts for: intervals are narrowest, for their kind, at about 60 of them.
"""


def sequential_interval(figures: np.ndarray, alpha: float = ALPHA) -> Interval:
    """Return the mean and its time-uniform interval at level 1 - alpha.

    Over all n at once it leaves out the true mean with a chance of at most alpha, whatever made the study stop. Too few
    figures give endless ends; figures that are all alike give an interval of no width.
    """
    present = np.asarray(figures, dtype=np.float64)
    present = present[np.isfinite(present)]
    n = len(present)
    if n < 2:
        return Interval(float(present[0]), n=1) if n else Interval()
    mean, error = float(np.mean(present)), float(np.std(present, ddof=1)) / sqrt(n)
    half = 0.0 if error == 0.0 else error * sequential_t(n, alpha)
    return Interval(mean, mean - half, mean + half, n)


def sequential_t(n: int, alpha: float = ALPHA) -> float:
    """Return how many standard errors wide, to either side, the time-uniform interval is after n figures (n >= 2)."""
    shrunk = MIXTURE / (MIXTURE + n)
    bar = (2.0 * log(1.0 / alpha) - log(shrunk)) / n
    ratio = exp(bar)
    if ratio * shrunk >= 1.0:
        return inf
    return sqrt((n - 1) * (ratio - 1.0) / (1.0 - ratio * shrunk))


@dataclass(frozen=True)
class SequentialVerdict:
    """Where a study stands at a look: best and runner-up by mean, their difference, and whether it is settled."""

    best: str
    second: str
    difference: Interval
    settled: bool


def is_decided(figures: Mapping[str, np.ndarray], alpha: float = ALPHA) -> SequentialVerdict:
    """Tell whether the best is surely better than every other at this look; two strategies at least.

    Each pair is judged at alpha over the number of pairs (Bonferroni): which pairs matter is seen from the same
    figures.
    """
    best, second = rank_by_mean(figures)[:2]
    level = pair_level(figures, alpha)
    gaps = {other: sequential_interval(figures[best] - figures[other], level) for other in figures if other != best}
    return SequentialVerdict(best, second, gaps[second], all(gap.low > 0.0 for gap in gaps.values()))


def is_precise(figures: Mapping[str, np.ndarray], share: float, alpha: float = ALPHA) -> SequentialVerdict:
    """Tell whether the deciding difference is known to within `share` of the best strategy's mean, either way.

    With one strategy the figure itself must be known to within `share` of its own mean.
    """
    names = rank_by_mean(figures)
    size = share * abs(float(np.mean(figures[names[0]])))
    if len(names) == 1:
        own = sequential_interval(figures[names[0]], alpha)
        return SequentialVerdict(names[0], "", own, own.high - own.mean <= size)
    gap = sequential_interval(figures[names[0]] - figures[names[1]], pair_level(figures, alpha))
    return SequentialVerdict(names[0], names[1], gap, gap.high - gap.mean <= size)


def rank_by_mean(figures: Mapping[str, np.ndarray]) -> list[str]:
    """Name the strategies by their means, the highest first; ties in their own order."""
    return sorted(figures, key=lambda name: -float(np.mean(figures[name])))


def pair_level(figures: Mapping[str, np.ndarray], alpha: float = ALPHA) -> float:
    """Return the level at which each pair of strategies is judged, so that all pairs hold together."""
    return alpha / max(1, len(list(combinations(figures, 2))))


def look_schedule(most: int, first: int = FIRST_LOOK) -> Iterator[int]:
    """Yield how many replications there are at each look: from `first`, a quarter more each time, up to `most`."""
    count = min(first, most)
    while count < most:
        yield count
        count = min(most, count + max(4, count // 4))
    yield most
