"""Results as the tables, pictures and sentences read them: one array a figure, in a fixed order."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import RunError
from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import Audit, PilotRecord, RunRecord, month_metrics
from loyaltysim.results.out_of_core import AuditFigures, AuditStore, SpillArray, SpilledPaths
from loyaltysim.results.profile import Profile, add_run

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
    paths: Mapping[str, np.ndarray | SpilledPaths]
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


def figures_frame(results: Results) -> pd.DataFrame:
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


# The runs of a study as they come in, whatever their order, and the results that they make together.

Key = tuple[str, int]
"""A run: its strategy and its replication."""


@dataclass(frozen=True)
class RunFailure:
    """A run that did not come to its end, and why, in words."""

    strategy: str
    replication: int
    error: str


class RunAccumulator(Collection[Key]):
    """Holds a few kilobytes of each run, its figures; its months and touchpoints go to scratch files in `folder`.

    `failures`: the runs that failed, by run. `profile`: where the time went, if that was measured. Holds a run's key when that run is there.
    """

    def __init__(self, catalog: Mapping[str, Metric], folder: Path | None = None) -> None:
        self.failures: dict[Key, RunFailure] = {}
        self.profile: Profile | None = None
        self._catalog, self._folder = catalog, folder
        self._months: dict[str, SpillArray] = {}
        self._numbers: dict[Key, int] = {}
        self._places: dict[Key, int] = {}
        self._figures: list[np.ndarray] = []
        self._audits: dict[str, AuditStore] = {}
        self._audited: dict[Key, int] = {}
        self._pilots: dict[Key, PilotRecord] = {}
        self._seconds: list[float] = []
        self.person_months = 0

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Any:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def seconds(self) -> float:
        """Processor time of all simulated months."""
        return math.fsum(self._seconds)

    def take(self, records: Iterable[RunRecord]) -> None:
        """Take runs in; one that is there already stays as it is. Raises OSError where a file cannot grow."""
        for record in records:
            key = record.strategy, record.replication
            if key not in self._places:
                self._take(key, record)

    def _take(self, key: Key, record: RunRecord) -> None:
        import numpy as np

        if record.strategy not in self._months:
            rows, columns = record.months.shape
            self._months[record.strategy] = SpillArray(rows, columns, self._folder)
        self._numbers[key] = self._months[record.strategy].put(record.months)
        self._figures.append(np.array([record.figures.get(metric, np.nan) for metric in self._catalog]))
        self._seconds.append(record.seconds)
        self.person_months += int(record.person_months)
        self.profile = add_run(self.profile, record)
        if record.audit:
            filed = self._audits.setdefault(record.strategy, AuditStore(record.audit, self._folder))
            self._audited[key] = filed.put(record.audit)
        if record.pilot:
            self._pilots[key] = record.pilot
        self._places[key] = len(self._places)

    def compared(self, scenario: Any) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Give the strategies and the replications that can be compared: on common luck every strategy needs its run.

        Without failures these are all. A strategy none of whose runs ended is left out, then each replication in which a run
        of the others failed. Raises RunError where nothing is left, or where a run is missing that did not fail.
        """
        names, count = tuple(scenario.strategies), scenario.replications
        missing = [(name, r) for r in range(count) for name in names if (name, r) not in self]
        unheard = next((key for key in missing if key not in self.failures), None)
        if unheard:
            raise RunError(f"the runs handed back no record of {unheard[0]!r}, replication {unheard[1]}")
        left = tuple(name for name in names if any((name, r) in self for r in range(count)))
        whole = tuple(r for r in range(count) if left and all((name, r) in self for name in left))
        if not whole:
            raise RunError(f"in no replication did every strategy come to its end: {self.failures[missing[0]].error}")
        return left, whole

    def figures(self, scenario: Any, metric: str) -> dict[str, np.ndarray]:
        """Give one figure of every strategy that can be compared: float64, (n,) each."""
        import numpy as np

        names, numbers = self.compared(scenario)
        which = list(self._catalog).index(metric)
        return {name: np.array([self._figures[self._places[name, r]][which] for r in numbers]) for name in names}

    def results(self, scenario: Any) -> Results:
        """Bring all that can be compared together, in the scenario's order. Raises RunError as `compared` does."""
        names, numbers = self.compared(scenario)
        places = {name: [self._places[name, r] for r in numbers] for name in names}
        return Results(
            title=scenario.title,
            start=str(scenario.start),
            currency=scenario.currency,
            discount_rate=scenario.discount_rate,
            strategies=names,
            catalog=self._catalog,
            columns=tuple(month_metrics(self._catalog)),
            figures={name: self._by_metric(places[name]) for name in names},
            paths={name: SpilledPaths(self._months[name], [self._numbers[name, r] for r in numbers]) for name in names},
            audits=self._audits_of(names, numbers),
            pilots=self._piloted(names, numbers),
            left_out=tuple(r for r in range(scenario.replications) if r not in set(numbers)),
        )

    def _by_metric(self, places: Sequence[int]) -> dict[str, np.ndarray]:
        import numpy as np

        block = np.ascontiguousarray(np.stack([self._figures[place] for place in places]).T)
        return dict(zip(self._catalog, block, strict=True))

    def _audits_of(self, names: Sequence[str], numbers: Sequence[int]) -> dict[str, AuditFigures]:
        """Give the audits by strategy; nothing at all where a run has none."""
        if not all((name, r) in self._audited for name in names for r in numbers):
            return {}
        return {name: self._audits[name].chosen([self._audited[name, r] for r in numbers]) for name in names}

    def _piloted(self, names: Sequence[str], numbers: Sequence[int]) -> dict[str, list[PilotRecord]]:
        """Give how the pilots ended, by strategy; strategies without one are left out."""
        found = {name: [self._pilots[name, r] for r in numbers if (name, r) in self._pilots] for name in names}
        return {name: pilots for name, pilots in found.items() if pilots}


def build_results(records: Iterable[RunRecord], scenario: Any, catalog: Mapping[str, Metric]) -> Results:
    """Bring the records of all runs together, in the scenario's order whatever the order in which they ended."""
    gathered = RunAccumulator(catalog)
    gathered.take(records)
    return gathered.results(scenario)
