"""Results as the tables, pictures and sentences read them: one array a figure, in a fixed order."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.core.errors import RunError
from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import Audit, PilotRecord, RunRecord, month_metrics
from loyaltysim.results.out_of_core import AuditStore, SpillArray, SpilledPaths

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario


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
        """Return a recorded metric month by month: float64, (n, T + 1)."""
        return self.paths[strategy][:, :, self.columns.index(metric)]

    def by_strategy(self, metric: str) -> dict[str, np.ndarray]:
        """Return one figure of every strategy: float64, (n,) each."""
        return {name: self.figures[name][metric] for name in self.strategies}

    def unit(self, metric: str) -> str:
        """Return a metric's unit in the scenario's currency."""
        return self.catalog[metric].unit.replace("$", self.currency)


# Where the time of the runs went, if that was measured.


@dataclass(frozen=True)
class Profile:
    """Seconds of processor time, all runs together.

    `months`: for each month from 1 on, the seconds of each mechanism; `person_months`: what was simulated in them;
    `runs`: how many runs were measured.
    """

    months: tuple[dict[str, float], ...] = ()
    person_months: int = 0
    runs: int = 0

    @property
    def mechanisms(self) -> dict[str, float]:
        """Each mechanism's seconds over all months, in the order of the month."""
        names = list(dict.fromkeys(name for month in self.months for name in month))
        return {name: sum(month.get(name, 0.0) for month in self.months) for name in names}

    @property
    def total(self) -> float:
        """All seconds together."""
        return sum(self.mechanisms.values())


def add_profile(profile: Profile | None, record: RunRecord) -> Profile | None:
    """Return a profile with what was measured of one more run, if it was; None as long as none was measured."""
    if not record.profile:
        return profile
    known = profile or Profile()
    months = [dict(month) for month in known.months]
    months += [{} for _ in range(len(record.profile) - len(months))]
    for together, one in zip(months, record.profile, strict=False):
        for name, seconds in one.items():
            together[name] = together.get(name, 0.0) + seconds
    return Profile(tuple(months), known.person_months + record.person_months, known.runs + 1)


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
        self.person_months = 0
        self._catalog, self._folder = catalog, folder
        self._positions: dict[Key, int] = {}
        self._figures: list[np.ndarray] = []
        self._seconds: list[float] = []
        self._months: dict[str, SpillArray] = {}
        self._month_numbers: dict[Key, int] = {}
        self._audits: dict[str, AuditStore] = {}
        self._audit_numbers: dict[Key, int] = {}
        self._pilots: dict[Key, PilotRecord] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._positions

    def __iter__(self) -> Iterator[Key]:
        return iter(self._positions)

    def __len__(self) -> int:
        return len(self._positions)

    @property
    def seconds(self) -> float:
        """Processor time of all simulated months."""
        return math.fsum(self._seconds)

    def add(self, records: Iterable[RunRecord]) -> None:
        """Take runs in; one that is there already stays as it is. Raises OSError where a file cannot grow."""
        import numpy as np

        for record in records:
            key = record.strategy, record.replication
            if key in self._positions:
                continue
            if record.strategy not in self._months:
                rows, columns = record.months.shape
                self._months[record.strategy] = SpillArray(rows, columns, self._folder)
            self._month_numbers[key] = self._months[record.strategy].put(record.months)
            self._figures.append(np.array([record.figures.get(metric, np.nan) for metric in self._catalog]))
            self._seconds.append(record.seconds)
            self.person_months += int(record.person_months)
            self.profile = add_profile(self.profile, record)
            if record.audit:
                store = self._audits.setdefault(record.strategy, AuditStore(record.audit, self._folder))
                self._audit_numbers[key] = store.put(record.audit)
            if record.pilot:
                self._pilots[key] = record.pilot
            self._positions[key] = len(self._positions)

    def add_failure(self, strategy: str, replication: int, error: str) -> None:
        """Put down a run that failed, and why."""
        self.failures[strategy, replication] = RunFailure(strategy, replication, error)

    def common_replications(self, scenario: Scenario) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Return what can be compared: on common luck every strategy needs its run.

        Without failures this is all. A strategy none of whose runs ended is left out, then each replication in which a run
        of the others failed.

        Args:
            scenario: Whose strategies and replications are looked for.

        Returns:
            The strategies, and the numbers of the replications.

        Raises:
            RunError: Nothing is left, or a run is missing that did not fail.
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

    def figures(self, scenario: Scenario, metric: str) -> dict[str, np.ndarray]:
        """Return one figure of every strategy that can be compared: float64, (n,) each."""
        import numpy as np

        names, numbers = self.common_replications(scenario)
        which = list(self._catalog).index(metric)
        return {name: np.array([self._figures[self._positions[name, r]][which] for r in numbers]) for name in names}

    def results(self, scenario: Scenario) -> Results:
        """Return all that can be compared, in the scenario's order. Raises RunError as `common_replications` does."""
        import numpy as np

        names, numbers = self.common_replications(scenario)
        figures = {}
        for name in names:
            rows = [self._figures[self._positions[name, r]] for r in numbers]
            figures[name] = dict(zip(self._catalog, np.ascontiguousarray(np.stack(rows).T), strict=True))
        all_audited = all((name, r) in self._audit_numbers for name in names for r in numbers)
        pilots = {name: [self._pilots[name, r] for r in numbers if (name, r) in self._pilots] for name in names}
        return Results(
            title=scenario.title,
            start=str(scenario.start),
            currency=scenario.currency,
            discount_rate=scenario.discount_rate,
            strategies=names,
            catalog=self._catalog,
            columns=tuple(month_metrics(self._catalog)),
            figures=figures,
            paths={
                name: SpilledPaths(self._months[name], [self._month_numbers[name, r] for r in numbers])
                for name in names
            },
            audits={
                name: self._audits[name].select([self._audit_numbers[name, r] for r in numbers])
                for name in names
                if all_audited
            },
            pilots={name: found for name, found in pilots.items() if found},
            left_out=tuple(r for r in range(scenario.replications) if r not in set(numbers)),
        )


def build_results(records: Iterable[RunRecord], scenario: Scenario, catalog: Mapping[str, Metric]) -> Results:
    """Bring the records of all runs together, in the scenario's order whatever the order in which they ended.

    Args:
        records: Of every strategy in every replication.
        scenario: The scenario that was simulated.
        catalog: The metrics that its mechanisms report.

    Raises:
        RunError: A run is missing.
    """
    runs = RunAccumulator(catalog)
    runs.add(records)
    return runs.results(scenario)
