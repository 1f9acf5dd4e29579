"""What a split of money is worth over several worlds: on their mean, in the worst of them, and by its greatest regret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.report.ranking import tail_weights
from loyaltysim.report.statistics import Interval, interval, paired

if TYPE_CHECKING:
    import numpy as np

TENTH = 0.1


def over_worlds(figures: np.ndarray) -> np.ndarray:
    """Give one figure a replication of a world by itself, or one a world: float64, (worlds, replications) to (n,).

    Replications of one world share it, so they are no further worlds.
    """
    import numpy as np

    return np.asarray(figures[0] if len(figures) == 1 else figures.mean(axis=1))


def in_the_worst(gains: np.ndarray, share: float = TENTH) -> Interval:
    """Give the mean over the worst share of the worlds, float64 (worlds, replications), with the interval of their luck.

    Which worlds are the worst is told by their means here; it is not in the interval that others may be.
    """
    order = gains.mean(axis=1).argsort(kind="stable")
    weights = tail_weights(len(gains), share)
    return interval(weights @ gains[order] / weights.sum())


def greatest_regret(gains: np.ndarray, which: int) -> Interval:
    """Give what a split loses at most against the best in a world: `gains` (splits, worlds, replications), with its luck's interval.

    Each world's best is told by its mean here. No regret is below zero.
    """
    means = gains.mean(axis=2)
    world = int((means.max(axis=0) - means[which]).argmax())
    span = paired(gains[int(means[:, world].argmax()), world], gains[which, world])
    return Interval(span.mean, max(span.low, 0.0), span.high, span.n) if span.known else span
