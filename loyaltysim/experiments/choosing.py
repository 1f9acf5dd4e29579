"""What is recommended of a search: the split that it found, or no spending at all, by luck that the search never met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.experiments.allocation import Search
from loyaltysim.experiments.spending import Valuer
from loyaltysim.report.split_words import HARDLY
from loyaltysim.stats.intervals import Interval, interval
from loyaltysim.stats.ranking import greatest_regret, world_means, worst_tenth_mean

if TYPE_CHECKING:
    import numpy as np

FOUND, NONE, BY_MEAN = range(3)
"""Positions among the candidates: the split that the search found, no spending, the one that is best on the mean."""


@dataclass(frozen=True, eq=False)
class Choice:
    """Splits valued on other luck than the search's: `gains` (splits, worlds, replications), in the order of candidates."""

    splits: Sequence[np.ndarray]
    gains: np.ndarray
    which: int
    how: str | None

    @property
    def split(self) -> np.ndarray:
        """The split that is recommended."""
        return self.splits[self.which]

    def mean(self, which: int) -> Interval:
        """Give what a candidate earns on the mean: of a world's replications, or of the worlds."""
        return interval(world_means(self.gains[which]))

    def sought(self, which: int) -> Interval:
        """Give the figure of a candidate by which the search went."""
        if self.how == "worst":
            return worst_tenth_mean(self.gains[which])
        return greatest_regret(self.gains, which) if self.how == "regret" else self.mean(which)


def choose(search: Search, valuer: Valuer, luck: Sequence[int], how: str | None) -> Choice:
    """Value the best split of a search on fresh luck, and take it if its score there is above that of spending nothing.

    Only these two are chosen between, so that the fresh luck hardly flatters what is told of the split. Beside them are
    valued the best on the mean, and for a regret the best of each world: what it is told by.
    """
    import numpy as np

    values = np.stack(search.values)
    best, none = search.best(), np.zeros(search.space.size)
    by_mean = search.splits[int(values.mean(axis=(1, 2)).argmax())]
    rivals = [search.splits[which] for which in dict.fromkeys(values.mean(axis=2).argmax(axis=0))]
    splits = [best, none, by_mean, *(rivals if how == "regret" else ())]
    gains = valuer.gains(splits, luck)
    scores = search.score(gains)
    hardly = best.sum() < HARDLY * search.space.budget * len(set(search.space.groups))
    return Choice(splits, gains, NONE if hardly or scores[FOUND] <= scores[NONE] else FOUND, how)
