"""Results as the tables, pictures and sentences read them: one array a figure, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loyaltysim.core.declare import Metric
from loyaltysim.core.errors import RunError
from loyaltysim.core.record import Audit, PilotRecord, RunRecord, month_metrics

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Results:
    """All that a study's runs handed back.

    `figures[strategy][metric]`: float64, (n,), position r is replication r. `paths[strategy]`: float64, (n, T + 1, K),
    months 0..T, the K columns named by `columns`. `audits[strategy][r]`: the touchpoints; empty if none were scored. `pilots` likewise, of the strategies that had one. The first strategy is the reference.
    """

    title: str
    start: str
    currency: str
    discount_rate: float
    strategies: tuple[str, ...]
    catalog: Mapping[str, Metric]
    columns: tuple[str, ...]
    figures: Mapping[str, Mapping[str, np.ndarray]]
    paths: Mapping[str, np.ndarray]
    audits: Mapping[str, Sequence[Audit]] = field(default_factory=dict)
    pilots: Mapping[str, Sequence[PilotRecord]] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """The strategy that all others are compared with."""
        return self.strategies[0]

    @property
    def replications(self) -> int:
        """How many replications each strategy has."""
        return int(self.paths[self.reference].shape[0])

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


def collect(records: Iterable[RunRecord], scenario: Any, catalog: Mapping[str, Metric]) -> Results:
    """Bring the records of all tasks together, in the scenario's order whatever the order in which they ended."""
    import numpy as np

    found = {(record.strategy, record.replication): record for record in records}
    names, count = tuple(scenario.strategies), scenario.replications
    missing = [(name, r) for name in names for r in range(count) if (name, r) not in found]
    if missing:
        raise RunError(f"the runs handed back no record of {missing[0][0]!r}, replication {missing[0][1]}")
    rows = {name: [found[name, r] for r in range(count)] for name in names}
    return Results(
        title=scenario.title,
        start=str(scenario.start),
        currency=scenario.currency,
        discount_rate=scenario.discount_rate,
        strategies=names,
        catalog=catalog,
        columns=tuple(month_metrics(catalog)),
        figures={
            name: {metric: np.array([row.figures.get(metric, np.nan) for row in rows[name]]) for metric in catalog}
            for name in names
        },
        paths={name: np.stack([row.months for row in rows[name]]) for name in names},
        audits=_audits(rows),
        pilots=_pilots(rows),
    )


def _pilots(rows: Mapping[str, Sequence[RunRecord]]) -> dict[str, list[PilotRecord]]:
    """Give how the pilots ended, by strategy; strategies without one are left out."""
    found = {name: [record.pilot for record in records if record.pilot] for name, records in rows.items()}
    return {name: pilots for name, pilots in found.items() if pilots}


def _audits(rows: Mapping[str, Sequence[RunRecord]]) -> dict[str, list[Audit]]:
    """Give the audits by strategy; nothing at all where a run has none."""
    found = {name: [record.audit for record in records if record.audit] for name, records in rows.items()}
    return found if all(len(found[name]) == len(rows[name]) for name in rows) else {}


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
            "replication": np.tile(np.repeat(np.arange(count), len(metrics)), len(names)),
            "metric": pd.Categorical.from_codes(np.tile(np.arange(len(metrics)), len(names) * count), metrics),
            "value": np.array(values).transpose(0, 2, 1).ravel(),
        }
    )
