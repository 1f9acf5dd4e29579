"""Results as the tables, pictures and sentences read them: one array a figure, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import Audit, PilotRecord
from loyaltysim.report.scratch import Paths

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Results:
    """All that a study's runs handed back.

    `figures[strategy][metric]`: float64, (n,), position r is replication r. `paths[strategy]`: float64, (n, T + 1, K),
    months 0..T, the K columns named by `columns`; an array, or what can be asked like one. `audits[strategy][r]`: the
    touchpoints; empty if none were scored. `pilots` likewise, of the strategies that had one. The first strategy is the reference.
    `left_out`: the replications in which a run failed; they count for no strategy, and have no position.
    """

    title: str
    start: str
    currency: str
    discount_rate: float
    strategies: tuple[str, ...]
    catalog: Mapping[str, Metric]
    columns: tuple[str, ...]
    figures: Mapping[str, Mapping[str, np.ndarray]]
    paths: Mapping[str, np.ndarray | Paths]
    audits: Mapping[str, Sequence[Audit]] = field(default_factory=dict)
    pilots: Mapping[str, Sequence[PilotRecord]] = field(default_factory=dict)
    left_out: Sequence[int] = ()

    @property
    def reference(self) -> str:
        """The strategy that all others are compared with."""
        return self.strategies[0]

    @property
    def replications(self) -> int:
        """How many replications each strategy has."""
        return int(self.paths[self.reference].shape[0])

    @property
    def numbers(self) -> tuple[int, ...]:
        """The number of the replication at each position: 0, 1, 2, ... but for those left out."""
        gone = {*self.left_out}
        return tuple(r for r in range(self.replications + len(gone)) if r not in gone)

    @property
    def months(self) -> int:
        """The horizon T."""
        return int(self.paths[self.reference].shape[1]) - 1

    def path(self, strategy: str, metric: str) -> np.ndarray:
        """Give a recorded metric month by month: float64, (n, T + 1)."""
        return self.paths[strategy][:, :, self.columns.index(metric)]

    def by_strategy(self, metric: str) -> dict[str, np.ndarray]:
        """Give one figure of every strategy: float64, (n,) each."""
        return {name: self.figures[name][metric] for name in self.strategies}

    def unit(self, metric: str) -> str:
        """Give a metric's unit in the scenario's currency."""
        return self.catalog[metric].unit.replace("$", self.currency)


def frame_of(results: Results) -> pd.DataFrame:
    """Lay out every figure of every replication: strategy, replication, metric, value; NaN for a rate of nothing."""
    import numpy as np
    import pandas as pd

    names, metrics, count = list(results.strategies), list(results.catalog), results.replications
    values = [[results.figures[name][metric] for metric in metrics] for name in names]
    size = count * len(metrics)
    return pd.DataFrame(
        {
            "strategy": pd.Categorical.from_codes(np.repeat(np.arange(len(names)), size), names),
            "replication": np.tile(np.repeat(np.array(results.numbers, np.int64), len(metrics)), len(names)),
            "metric": pd.Categorical.from_codes(np.tile(np.arange(len(metrics)), len(names) * count), metrics),
            "value": np.array(values).transpose(0, 2, 1).ravel(),
        }
    )
