"""More than two strategies, ranked fairly: each against the best of the others, with intervals that hold together.

Multiple comparisons with the best (Hsu 1984), from paired differences on common luck that are bounded all at once by
Bonferroni's inequality (Yang and Nelson 1991): no equal spreads and no independence are assumed. Below that, what a
choice is worth over several worlds: in the worst of them, and by its greatest regret.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from loyaltysim.core.lazy import np
from loyaltysim.stats.intervals import ALPHA, Interval, interval, paired
from loyaltysim.stats.sequential import pair_level, rank_by_mean

WORST = 0.05
TENTH = 0.1


def simultaneous_pairs(figures: Mapping[str, np.ndarray], alpha: float = ALPHA) -> dict[tuple[str, str], Interval]:
    """Return every pair's mean difference (first less second), all intervals holding together at level 1 - alpha.

    Pairs stand in the order of the means, so that no difference is negative.
    """
    level = pair_level(figures, alpha)
    return {
        (one, other): interval(figures[one] - figures[other], level)
        for one, other in combinations(rank_by_mean(figures), 2)
    }


def multiple_comparison_with_best(figures: Mapping[str, np.ndarray], alpha: float = ALPHA) -> dict[str, Interval]:
    """Return each strategy's mean less that of the best of the others, with simultaneous intervals, the best first.

    An interval that ends at or below zero means that the strategy is surely not the best; one that begins at or above
    zero, that it surely is. Ends are drawn to zero from the other side (Hsu's constrained intervals).
    """
    pairs = simultaneous_pairs(figures, alpha)
    both = pairs | {(other, one): -span for (one, other), span in pairs.items()}
    found = {}
    for name in rank_by_mean(figures):
        gaps = [both[name, other] for other in figures if other != name]
        if not gaps:
            continue
        mean, n = min(gap.mean for gap in gaps), gaps[0].n
        if not all(gap.known for gap in gaps):
            found[name] = Interval(mean, n=n)
            continue
        low, high = min(gap.low for gap in gaps), min(gap.high for gap in gaps)
        found[name] = Interval(mean, min(low, 0.0), max(high, 0.0), n) if low <= 0.0 else Interval(mean, 0.0, high, n)
    return found


def mean_of_worst(figures: np.ndarray, share: float = WORST) -> float:
    """Return the mean of the worst `share` of the figures (the expected shortfall), the last of them counted in part.

    With so few figures that the share is less than one of them, it is the single worst.
    """
    present = np.asarray(figures)[np.isfinite(figures)]
    return float(lower_tail(present, share)) if len(present) else float("nan")


def lower_tail(figures: np.ndarray, share: float) -> np.ndarray:
    """Return the mean of the lowest `share` along the last axis, as `mean_of_worst` counts it."""
    weights = tail_weights(figures.shape[-1], share)
    lowest: np.ndarray = np.sort(figures, axis=-1) @ weights / weights.sum()
    return lowest


def tail_weights(count: int, share: float) -> np.ndarray:
    """Return how much each of `count` figures in rising order counts in the lowest `share`: one at least, the last in
    part.
    """
    return np.asarray(np.clip(max(share * count, 1.0) - np.arange(count), 0.0, 1.0))


def world_means(figures: np.ndarray) -> np.ndarray:
    """Return one figure a replication of a world by itself, or one a world: float64, (worlds, replications) to (n,).

    Replications of one world share it, so they are no further worlds.
    """
    return np.asarray(figures[0] if len(figures) == 1 else figures.mean(axis=1))


def worst_tenth_mean(gains: np.ndarray, share: float = TENTH) -> Interval:
    """Return the mean over the worst share of the worlds, float64 (worlds, replications), with the interval of their
    luck.

    Which worlds are the worst is told by their means here; it is not in the interval that others may be.
    """
    order = gains.mean(axis=1).argsort(kind="stable")
    weights = tail_weights(len(gains), share)
    return interval(weights @ gains[order] / weights.sum())


def greatest_regret(gains: np.ndarray, which: int) -> Interval:
    """Return what a split loses at most against the best in a world: `gains` (splits, worlds, replications), with its
    luck's interval.

    Each world's best is told by its mean here. No regret is below zero.
    """
    means = gains.mean(axis=2)
    world = int((means.max(axis=0) - means[which]).argmax())
    span = paired(gains[int(means[:, world].argmax()), world], gains[which, world])
    return Interval(span.mean, max(span.low, 0.0), span.high, span.n) if span.known else span
