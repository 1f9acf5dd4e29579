"""Every finished run, written once: its figures in an SQLite ledger, its months in a Parquet file beside it.

A study takes from here what any study on this machine has computed before. Several processes may use it at once (SQLite's
write-ahead log); what is in it survives the death of whoever wrote it. It is a cache: what cannot be read is computed
again, what cannot be written is not kept, and beyond its size the runs not used for longest go first.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from loyaltysim.calibration.cache import cache_folder
from loyaltysim.core.records import Audit, PilotRecord, RunRecord, month_metrics
from loyaltysim.experiments.defaults import STORE_BYTES

if TYPE_CHECKING:
    import numpy as np

# A whole run as a Parquet file of its months, and as the packed text that holds what is neither month nor figure.


def pack_figures(record: RunRecord) -> np.ndarray:
    """Give a run's figures in the catalog's order, float64 (metrics,)."""
    import numpy as np

    from loyaltysim.mechanisms import catalog

    return np.array([record.figures[name] for name in catalog()])


def pack_record(path: Path, record: RunRecord) -> bytes:
    """Write a run's months as tidy rows (metric, month, value) and give the rest, as packed text. Raises OSError."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from loyaltysim.mechanisms import catalog

    names = month_metrics(catalog())
    count = len(record.months)
    metric = pa.DictionaryArray.from_arrays(np.repeat(np.arange(len(names), dtype=np.int32), count), pa.array(names))
    month = pa.array(np.tile(np.arange(count, dtype=np.int32), len(names)))
    value = pa.array(np.ascontiguousarray(record.months.T).ravel())
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        pq.write_table(pa.table({"metric": metric, "month": month, "value": value}), draft, compression="zstd")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return _rest(record)


def unpack_record(path: Path, figures: bytes, rest: bytes, strategy: str, replication: int) -> RunRecord | None:
    """Give a run back as it was, under the strategy's present name; None where its file is gone or torn."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from loyaltysim.mechanisms import catalog

    try:
        told = json.loads(zlib.decompress(rest))
        value = pq.read_table(path, columns=["value"], memory_map=False)["value"].to_numpy()
    except (OSError, ValueError, zlib.error, pa.ArrowException):
        return None
    columns = len(month_metrics(catalog()))
    if value.size % columns:
        return None
    months = np.ascontiguousarray(value.reshape(columns, -1).T)
    if _digest(months) != told["digest"]:
        return None
    named = dict(zip(catalog(), np.frombuffer(figures).tolist(), strict=True))
    return RunRecord(
        strategy, replication, months, named, told["seconds"], told["person_months"],
        audit=_audit(told["audit"]), pilot=PilotRecord(**told["pilot"]) if told["pilot"] else None,
    )  # fmt: skip


def _rest(record: RunRecord) -> bytes:
    audit = record.audit
    told = {
        "digest": _digest(record.months),
        "seconds": record.seconds,
        "person_months": int(record.person_months),
        "audit": asdict(audit) | {"figures": _plain(audit.figures)} if audit else None,
        "pilot": asdict(record.pilot) if record.pilot else None,
    }
    return zlib.compress(json.dumps(told).encode())


def _plain(figures: Mapping[str, np.ndarray]) -> dict[str, list[Any]]:
    return {name: [each.dtype.str, each.tolist()] for name, each in figures.items()}


def _audit(told: dict[str, Any] | None) -> Audit | None:
    import numpy as np

    if told is None:
        return None
    figures = {name: np.array(each, dtype) for name, (dtype, each) in told["figures"].items()}
    return Audit(tuple(told["names"]), tuple(told["stages"]), tuple(told["kinds"]), figures)


def _digest(months: np.ndarray) -> str:
    return hashlib.blake2b(months.tobytes(), digest_size=8).hexdigest()


PLACE, OFF = "LOYALTYSIM_RUNS", "off"
"""The environment's word for where the runs are kept, and what it says to keep none."""
SCHEMA = """
create table if not exists runs (
    key text primary key, figures blob not null, rest blob, bytes integer not null, used integer not null
) without rowid;
create index if not exists runs_by_use on runs (used, bytes);
"""
PATIENCE_S = 30.0
AT_ONCE = 500
USED_ANEW_S = 3600
TRIMMED_TO = 0.9
LOOK_EVERY = 64 * 2**20


def default_cache() -> RunCache | None:
    """Open the user's ledger; None where the environment says `LOYALTYSIM_RUNS=off`."""
    chosen = os.environ.get(PLACE)
    if chosen == OFF:
        return None
    return RunCache(Path(chosen) if chosen else cache_folder("runs"))


class RunCache:
    """The runs kept in a folder, at most `most_bytes` of them; a context manager."""

    def __init__(self, folder: Path, most_bytes: int = STORE_BYTES) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self._since_look = 0
        self._base = self._opened()

    def __enter__(self) -> RunCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the ledger no larger than it may be."""
        if self._base is not None:
            with suppress(sqlite3.Error):
                self.trim()
            self._base.close()
            self._base = None

    def figures(self, keys: Iterable[str]) -> dict[str, np.ndarray]:
        """Give the figures kept under some keys, float64 (metrics,) in the catalog's order; absent ones are left out."""
        import numpy as np

        return {key: np.frombuffer(blob) for key, blob, _ in self._rows(list(keys))}

    def keep_figures(self, found: Mapping[str, np.ndarray]) -> None:
        """Keep the figures of runs; a run that is there already stays as it is."""
        self._write([(key, figures.tobytes(), None) for key, figures in found.items()])

    def records(self, wanted: Mapping[str, tuple[str, int]]) -> dict[str, RunRecord]:
        """Give whole runs kept under some keys; `wanted`: by key the strategy's name and the replication."""
        found = {}
        for key, blob, rest in self._rows(list(wanted)):
            record = unpack_record(self._series(key), blob, rest, *wanted[key]) if rest else None
            if record is not None:
                found[key] = record
        return found

    def keep_records(self, found: Mapping[str, RunRecord]) -> None:
        """Keep whole runs, with their months: the Parquet file first, so that a row never promises what is not there."""
        if self._base is None:
            return
        rows = []
        for key, record in found.items():
            with suppress(OSError):
                rest = pack_record(self._series(key), record)
                rows.append((key, pack_figures(record).tobytes(), rest))
        self._write(rows)

    def count(self) -> int:
        """Count the runs that are kept."""
        return int(self._base.execute("select count(*) from runs").fetchone()[0]) if self._base else 0

    def trim(self) -> None:
        """Let the runs not used for longest go, if there are more bytes than there may be."""
        base = self._base
        if base is None:
            return
        total = base.execute("select coalesce(sum(bytes), 0) from runs").fetchone()[0]
        if total <= self.most_bytes:
            return
        gone = []
        for key, size in base.execute("select key, bytes from runs order by used").fetchall():
            if total <= TRIMMED_TO * self.most_bytes:
                break
            gone.append(key)
            total -= size
        for some in _some(gone):
            with base:
                base.execute(f"delete from runs where key in ({_marks(some)})", some)
            for key in some:
                with suppress(OSError):
                    self._series(key).unlink(missing_ok=True)

    def _opened(self) -> sqlite3.Connection | None:
        with suppress(OSError, sqlite3.Error):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                return self._connected()
            except sqlite3.OperationalError:  # locked for too long, or no room: it may be sound
                return None
            except sqlite3.DatabaseError:  # no ledger any more
                for file in self.folder.glob("ledger.sqlite*"):
                    file.unlink(missing_ok=True)
                return self._connected()
        return None

    def _connected(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.folder / "ledger.sqlite", timeout=PATIENCE_S, check_same_thread=False)
        try:
            base.execute("pragma journal_mode = wal")
            base.execute("pragma synchronous = normal")
            base.executescript(SCHEMA)
        except BaseException:
            base.close()
            raise
        return base

    def _rows(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes, bytes | None]]:
        if self._base is None:
            return
        now = int(time.time())
        with suppress(sqlite3.Error):
            for some in _some(keys):
                marks = _marks(some)
                rows = self._base.execute(f"select key, figures, rest, used from runs where key in ({marks})", some)
                found = rows.fetchall()
                stale = [key for key, _, _, used in found if used < now - USED_ANEW_S]
                if stale:
                    with self._base:
                        self._base.execute(f"update runs set used = ? where key in ({_marks(stale)})", [now, *stale])
                yield from ((key, blob, rest) for key, blob, rest, _ in found)

    def _write(self, rows: Sequence[tuple[str, bytes, bytes | None]]) -> None:
        """Write rows in one transaction; one with months replaces one without, and nothing else is replaced."""
        if self._base is None or not rows:
            return
        now = int(time.time())
        sized = [(key, blob, rest, self._size(key, blob, rest), now) for key, blob, rest in rows]
        with suppress(sqlite3.Error):
            with self._base:
                self._base.executemany(
                    "insert into runs values (?, ?, ?, ?, ?) on conflict (key) do update set "
                    "rest = excluded.rest, bytes = excluded.bytes, used = excluded.used "
                    "where runs.rest is null and excluded.rest is not null",
                    sized,
                )
            self._since_look += sum(size for _, _, _, size, _ in sized)
            if self._since_look > LOOK_EVERY:
                self._since_look = 0
                self.trim()

    def _size(self, key: str, blob: bytes, rest: bytes | None) -> int:
        return len(key) + len(blob) + (len(rest) + self._series(key).stat().st_size if rest else 0)

    def _series(self, key: str) -> Path:
        return self.folder / "series" / key[:2] / f"{key}.parquet"


def _some(keys: Sequence[str]) -> Iterator[list[str]]:
    for first in range(0, len(keys), AT_ONCE):
        yield list(keys[first : first + AT_ONCE])


def _marks(keys: Sequence[str]) -> str:
    return ",".join("?" * len(keys))


# The runs of one scenario that earlier studies have made, and where its own are put for later ones.


RECORDS_AT_ONCE = 100
"""Runs that are read from the ledger at once."""


class NullStudyCache:
    """Keeps nothing, and finds nothing."""

    def found(self, known: Container[tuple[str, int]] = ()) -> Iterator[RunRecord]:
        """Give the runs that are kept, but for those (by strategy and replication) that are known."""
        yield from ()

    def keep(self, records: Sequence[RunRecord]) -> None:
        """Keep runs that have just ended."""


class StudyCache(NullStudyCache):
    """The runs of a solved scenario in the user's ledger."""

    def __init__(self, spec: Any, ledger: RunCache) -> None:
        from loyaltysim.execution import run_keys

        self._ledger = ledger
        world = run_keys.world_key(spec)
        plans = {name: run_keys.plan_key(spec, name) for name in spec.strategies}
        self._keys = {
            (name, replication): run_keys.run_key(world, plan, replication)
            for name, plan in plans.items()
            for replication in range(spec.replications)
        }

    def found(self, known: Container[tuple[str, int]] = ()) -> Iterator[RunRecord]:
        """Give the runs that are kept, but for those (by strategy and replication) that are known; few are in memory at once."""
        from dataclasses import replace

        wanted = ((run, key) for run, key in self._keys.items() if run not in known)
        while some := dict(islice(wanted, RECORDS_AT_ONCE)):
            there = self._ledger.records({key: run for run, key in some.items()})
            for (name, replication), key in some.items():
                if key in there:  # two strategies may do the same
                    yield replace(there[key], strategy=name, replication=replication)

    def keep(self, records: Sequence[RunRecord]) -> None:
        """Keep runs that have just ended."""
        self._ledger.keep_records({self._keys[each.strategy, each.replication]: each for each in records})


def open_no_cache(spec: Any) -> AbstractContextManager[NullStudyCache]:
    """Compute every run, and keep none."""
    return nullcontext(NullStudyCache())


@contextmanager
def open_cache(spec: Any) -> Iterator[NullStudyCache]:
    """Open the user's ledger for a solved scenario."""

    opened = default_cache()
    if opened is None:
        yield NullStudyCache()
        return
    with opened:
        yield StudyCache(spec, opened)


def missing_runs(
    there: Container[tuple[str, int]], names: Sequence[str], replications: int
) -> dict[int, tuple[str, ...]]:  # fmt: skip
    """Give the strategies that each replication still lacks; replications that lack none are left out."""
    lacking = {r: tuple(name for name in names if (name, r) not in there) for r in range(replications)}
    return {replication: wanted for replication, wanted in lacking.items() if wanted}
