"""Results as the tables, pictures and sentences read them, and how they come together from the runs of a study.

One array a figure, in a fixed order; what each month and touchpoint recorded lies in files without a name, so that
memory holds only what is being looked at, however many runs there are.
"""

from __future__ import annotations

import math
import tempfile
import threading
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from loyaltysim.core.errors import RunError
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import Audit, PilotRecord, RunRecord, month_metrics

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

IN_MEMORY = 8 * 2**20
"""Bytes that are held in memory before anything is written to a file."""
TOGETHER = 16
"""Tables that lie together, column by column, so that a column of all is read in few pieces."""


class SpillArray:
    """Tables of float64, all (rows, columns), numbered as they come; gone when nobody refers to it any more.

    `folder`: where the file is made (by default the system's place for such files). What it raises is an OSError.
    """

    def __init__(self, rows: int, columns: int, folder: Path | None = None) -> None:
        self.rows, self.columns = rows, columns
        place = None if folder is None else str(folder)
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=place)  # noqa: SIM115 - closed with the object
        self._lock = threading.RLock()
        self._blocks = 0
        self._last: list[np.ndarray] = []
        self._read: tuple[int, np.ndarray] | None = None
        weakref.finalize(self, self._file.close)

    def __len__(self) -> int:
        return self._blocks * TOGETHER + len(self._last)

    def put(self, table: np.ndarray) -> int:
        """Keep a table, and return its number."""

        with self._lock:
            self._last.append(np.array(table.T, dtype=np.float64, order="C"))
            if len(self._last) == TOGETHER:
                self._file.seek(self._blocks * self._block_size)
                self._file.write(np.stack(self._last, axis=1).tobytes())
                self._blocks, self._last = self._blocks + 1, []
            return len(self) - 1

    def table(self, number: int) -> np.ndarray:
        """Return a table: float64, (rows, columns)."""
        block, place = divmod(number, TOGETHER)
        with self._lock:
            found: np.ndarray = self._last[place] if block == self._blocks else self._block(block)[:, place]
            return found.T

    def column(self, numbers: Sequence[int], column: int) -> np.ndarray:
        """Return one column of some tables: float64, (tables, rows)."""

        whole = np.empty((len(self), self.rows))
        with self._lock:
            for block in range(self._blocks):
                self._file.seek(block * self._block_size + column * TOGETHER * self.rows * 8)
                piece = np.frombuffer(self._file.read(TOGETHER * self.rows * 8)).reshape(TOGETHER, self.rows)
                whole[block * TOGETHER : (block + 1) * TOGETHER] = piece
            for place, table in enumerate(self._last):
                whole[self._blocks * TOGETHER + place] = table[column]
        # with gaps, as in a table: sums have the same last bits
        found = np.empty((len(numbers), self.rows, 2))[:, :, 0]
        found[:] = whole[list(numbers)]
        return found

    @property
    def _block_size(self) -> int:
        return self.columns * TOGETHER * self.rows * 8

    def _block(self, block: int) -> np.ndarray:
        """Return a block, float64 (columns, tables, rows); the one read last is at hand."""

        if self._read is None or self._read[0] != block:
            self._file.seek(block * self._block_size)
            read = np.frombuffer(self._file.read(self._block_size)).reshape(self.columns, TOGETHER, self.rows)
            self._read = (block, read)
        return self._read[1]


class SpilledPaths:
    """One strategy's months as an array, float64 (n, T + 1, K), of which only what is asked for is in memory.

    `paths[r]` is a run, `paths[:, :, k]` a metric; anything else is taken from the whole array, which is then read.
    """

    def __init__(self, tables: SpillArray, numbers: Sequence[int]) -> None:
        self._tables, self._numbers = tables, tuple(numbers)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many runs, months and metrics there are."""
        return len(self._numbers), self._tables.rows, self._tables.columns

    def __getitem__(self, key: Any) -> np.ndarray:

        if isinstance(key, int):
            return self._tables.table(self._numbers[key])
        if isinstance(key, tuple) and len(key) == 3 and isinstance(key[2], int) and all(map(is_everything, key[:2])):
            return self._tables.column(self._numbers, key[2])
        return np.asarray(np.asarray(self)[key])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:

        whole = np.empty(self.shape)
        for row, number in enumerate(self._numbers):
            whole[row] = self._tables.table(number)
        return whole if dtype is None else whole.astype(dtype)


def is_everything(part: object) -> bool:
    """Return whether a part of an index is `:`; an array of indices is not compared."""
    return isinstance(part, slice) and part == slice(None)


class AuditStore:
    """The audits of a strategy as they come in: all of the same touchpoints and figures."""

    def __init__(self, first: Audit, folder: Path | None = None) -> None:
        self.first = first
        self._tables = SpillArray(len(first.names), len(first.figures), folder)

    def put(self, audit: Audit) -> int:
        """Keep an audit, and return its number."""

        assert (audit.names, tuple(audit.figures)) == (self.first.names, tuple(self.first.figures))
        return self._tables.put(np.stack(list(audit.figures.values()), axis=1))

    def select(self, numbers: Sequence[int]) -> AuditFigures:
        """Return some of the audits by their numbers, in that order."""
        return AuditFigures(self.first, self._tables, numbers)


class AuditFigures(Sequence[Audit]):
    """Audits in the order of the replications; only those that are looked at are in memory."""

    def __init__(self, first: Audit, tables: SpillArray, numbers: Sequence[int]) -> None:
        self._first, self._tables, self._numbers = first, tables, tuple(numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, key: int) -> Audit: ...

    @overload
    def __getitem__(self, key: slice) -> AuditFigures: ...

    def __getitem__(self, key: int | slice) -> Audit | AuditFigures:
        if isinstance(key, slice):
            return AuditFigures(self._first, self._tables, self._numbers[key])
        table = self._tables.table(self._numbers[key])
        return replace(self._first, figures=dict(zip(self._first.figures, table.T, strict=True)))

    def figure(self, name: str) -> np.ndarray:
        """Return a figure of all of them: float64, (n, touchpoints)."""
        return self._tables.column(self._numbers, list(self._first.figures).index(name))


def audit_figure(audits: Sequence[Audit], name: str) -> np.ndarray:
    """Return a figure of some audits: float64, (n, touchpoints)."""

    return (
        audits.figure(name) if isinstance(audits, AuditFigures) else np.array([audit.figures[name] for audit in audits])
    )


@dataclass(frozen=True, eq=False)
class Results:
    """All that a study's runs handed back.

    `figures[strategy][metric]`: float64, (n,), position r is replication r. `paths[strategy]`: float64, (n, T + 1, K),
    months 0..T, the K columns named by `columns`; an array, or what can be asked like one. `audits[strategy][r]`: the
    touchpoints; empty if none were scored. `pilots` likewise, of the strategies that had one. The first strategy is the
    reference. `left_out`: the replications in which a run failed; they count for no strategy, and have no position.
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

    `failures`: the runs that failed, by run. `profile`: where the time went, if that was measured. Holds a run's key
    when that run is there.
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

        Without failures this is all. A strategy none of whose runs ended is left out, then each replication in which a
        run of the others failed.

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

        names, numbers = self.common_replications(scenario)
        which = list(self._catalog).index(metric)
        return {name: np.array([self._figures[self._positions[name, r]][which] for r in numbers]) for name in names}

    def results(self, scenario: Scenario) -> Results:
        """Return all that can be compared, in the scenario's order. Raises RunError as `common_replications` does."""

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
