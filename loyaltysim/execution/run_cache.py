"""Every finished run, written once: its figures in an SQLite file, its months in a Parquet file beside it.

A study takes from here what any study on this machine has computed before. Several processes may use it at once
(SQLite's write-ahead log); what is in it survives the death of whoever wrote it. It is a cache: what cannot be read is
computed again, what cannot be written is not kept, and beyond its size the runs not used for longest go first.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.calibration import cache_folder
from loyaltysim.core.fingerprint import environment_fingerprint
from loyaltysim.core.lazy import np, pa, pq
from loyaltysim.core.records import Audit, PilotRecord, RunRecord, month_metrics
from loyaltysim.mechanisms import catalog
from loyaltysim.scenario.data_files import NETWORK_PATH
from loyaltysim.scenario.study_settings import settings_outside

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario


PLACE, OFF = "LOYALTYSIM_RUNS", "off"
"""The environment's word for where the runs are kept, and what it says to keep none."""
RunKey = tuple[str, int]
"""A run of a scenario: its strategy and its replication."""
RECORDS_AT_ONCE = 100
"""Whole runs that are read at once."""


def default_cache() -> RunCache:
    """Open the user's cache of runs; one that keeps none where the environment says `LOYALTYSIM_RUNS=off`."""
    chosen = os.environ.get(PLACE)
    if chosen == OFF:
        return RunCache()
    return SqliteCache(Path(chosen) if chosen else cache_folder("runs"))


class RunCache:
    """Runs known by their keys (`scenario_keys`): figures, and whole records; this one finds nothing and keeps nothing.

    A context manager.
    """

    def __enter__(self) -> RunCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files."""

    def figures(self, keys: Iterable[str]) -> dict[str, np.ndarray]:
        """Return the figures under some keys, float64 (metrics,) in the catalog's order; absent ones are left out."""
        return {}

    def keep_figures(self, figures: Mapping[str, np.ndarray]) -> None:
        """Keep the figures of runs, by key; a run that is there already stays as it is."""

    def records(self, wanted: Mapping[str, RunKey]) -> dict[str, RunRecord]:
        """Return the whole runs under some keys; `wanted`: by key the strategy's present name and the replication."""
        return {}

    def keep_records(self, records: Mapping[str, RunRecord]) -> None:
        """Keep whole runs, by key, with their months."""

    def iterate_records(self, keys: Mapping[RunKey, str]) -> Iterator[RunRecord]:
        """Yield the whole runs of a scenario that are there, few in memory at once.

        Args:
            keys: By strategy and replication.
        """
        wanted = iter(keys.items())
        while some := dict(islice(wanted, RECORDS_AT_ONCE)):
            found = self.records({key: run for run, key in some.items()})
            for (name, replication), key in some.items():
                if key in found:  # two strategies may do the same
                    yield replace(found[key], strategy=name, replication=replication)


SCHEMA = """
create table if not exists runs (
    key text primary key, figures blob not null, rest blob, bytes integer not null, used integer not null
) without rowid;
create index if not exists runs_by_use on runs (used, bytes);
"""
STORE_BYTES = 2 * 2**30
"""How much is kept of finished runs before those not used for longest go."""
PATIENCE_S = 30.0
"""How long another process may hold the database."""
AT_ONCE = 500
"""Keys in one statement."""
USED_ANEW_S = 3600
"""After how long it is written down that a run was used again."""
TRIMMED_TO = 0.9
"""The share of the size that is left when it was too large."""
LOOK_EVERY = 64 * 2**20
"""Bytes written between two looks at the size."""


class SqliteCache(RunCache):
    """The runs kept in a folder, at most `most_bytes` of them; a context manager."""

    def __init__(self, folder: Path, most_bytes: int = STORE_BYTES) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self._since_look = 0
        self._base = self._open()

    def close(self) -> None:
        """Leave the cache no larger than it may be."""
        if self._base is not None:
            with suppress(sqlite3.Error):
                self.trim()
            self._base.close()
            self._base = None

    def figures(self, keys: Iterable[str]) -> dict[str, np.ndarray]:
        """Return the figures under some keys, float64 (metrics,) in the catalog's order; absent ones are left out."""

        return {key: np.frombuffer(blob) for key, blob, _ in self._rows(list(keys))}

    def keep_figures(self, figures: Mapping[str, np.ndarray]) -> None:
        """Keep the figures of runs; a run that is there already stays as it is."""
        self._write([(key, each.tobytes(), None) for key, each in figures.items()])

    def records(self, wanted: Mapping[str, RunKey]) -> dict[str, RunRecord]:
        """Return the whole runs under some keys; `wanted`: by key the strategy's present name and the replication."""
        found = {}
        for key, blob, rest in self._rows(list(wanted)):
            record = unpack_record(self._months_file(key), blob, rest, *wanted[key]) if rest else None
            if record is not None:
                found[key] = record
        return found

    def keep_records(self, records: Mapping[str, RunRecord]) -> None:
        """Keep whole runs, with their months: the Parquet file first, so that no row promises what is not there."""
        if self._base is None:
            return
        rows = []
        for key, record in records.items():
            with suppress(OSError):
                rest = pack_record(self._months_file(key), record)
                rows.append((key, pack_figures(record).tobytes(), rest))
        self._write(rows)

    def count(self) -> int:
        """Return how many runs are kept."""
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
        for some in split_keys(gone):
            with base:
                base.execute(f"delete from runs where key in ({placeholders(some)})", some)
            for key in some:
                with suppress(OSError):
                    self._months_file(key).unlink(missing_ok=True)

    def _open(self) -> sqlite3.Connection | None:
        with suppress(OSError, sqlite3.Error):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                return self._connect()
            except sqlite3.OperationalError:  # locked for too long, or no room: it may be sound
                return None
            except sqlite3.DatabaseError:  # no database any more
                for file in self.folder.glob("ledger.sqlite*"):
                    file.unlink(missing_ok=True)
                return self._connect()
        return None

    def _connect(self) -> sqlite3.Connection:
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
            for some in split_keys(keys):
                marks = placeholders(some)
                rows = self._base.execute(f"select key, figures, rest, used from runs where key in ({marks})", some)
                found = rows.fetchall()
                stale = [key for key, _, _, used in found if used < now - USED_ANEW_S]
                if stale:
                    with self._base:
                        self._base.execute(
                            f"update runs set used = ? where key in ({placeholders(stale)})", [now, *stale]
                        )
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
        return len(key) + len(blob) + (len(rest) + self._months_file(key).stat().st_size if rest else 0)

    def _months_file(self, key: str) -> Path:
        return self.folder / "series" / key[:2] / f"{key}.parquet"


def split_keys(keys: Sequence[str]) -> Iterator[list[str]]:
    """Yield the keys in pieces that a statement of SQLite can hold."""
    for first in range(0, len(keys), AT_ONCE):
        yield list(keys[first : first + AT_ONCE])


def placeholders(keys: Sequence[str]) -> str:
    """Return a question mark a key, as a statement of SQLite wants them."""
    return ",".join("?" * len(keys))


def pack_figures(record: RunRecord) -> np.ndarray:
    """Return a run's figures in the catalog's order, float64 (metrics,)."""

    return np.array([record.figures[name] for name in catalog()])


def pack_record(path: Path, record: RunRecord) -> bytes:
    """Write a run's months as tidy rows (metric, month, value) and return the rest, as packed text. Raises OSError."""

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
    audit = record.audit
    typed = {name: [each.dtype.str, each.tolist()] for name, each in audit.figures.items()} if audit else {}
    told = {
        "digest": months_digest(record.months),
        "seconds": record.seconds,
        "person_months": int(record.person_months),
        "audit": asdict(audit) | {"figures": typed} if audit else None,
        "pilot": asdict(record.pilot) if record.pilot else None,
    }
    return zlib.compress(json.dumps(told).encode())


def unpack_record(path: Path, figures: bytes, rest: bytes, strategy: str, replication: int) -> RunRecord | None:
    """Return a run as it was, under the strategy's present name; None where its file is gone or torn."""

    try:
        told = json.loads(zlib.decompress(rest))
        value = pq.read_table(path, columns=["value"], memory_map=False)["value"].to_numpy()
    except (OSError, ValueError, zlib.error, pa.ArrowException):
        return None
    columns = len(month_metrics(catalog()))
    if value.size % columns:
        return None
    months = np.ascontiguousarray(value.reshape(columns, -1).T)
    if months_digest(months) != told["digest"]:
        return None
    named = dict(zip(catalog(), np.frombuffer(figures).tolist(), strict=True))
    return RunRecord(
        strategy=strategy,
        replication=replication,
        months=months,
        figures=named,
        seconds=told["seconds"],
        person_months=told["person_months"],
        audit=unpack_audit(told["audit"]) if told["audit"] else None,
        pilot=PilotRecord(**told["pilot"]) if told["pilot"] else None,
    )


def unpack_audit(told: dict[str, Any]) -> Audit:
    """Return the touchpoints of a run from what JSON held of them."""

    figures = {name: np.array(each, dtype) for name, (dtype, each) in told["figures"].items()}
    return Audit(tuple(told["names"]), tuple(told["stages"]), tuple(told["kinds"]), figures)


def months_digest(months: np.ndarray) -> str:
    """Return a digest of a run's months, by which a file of another run is noticed."""
    return hashlib.blake2b(months.tobytes(), digest_size=8).hexdigest()


def scenario_keys(scenario: Scenario) -> dict[RunKey, str]:
    """Return the key of every run of a solved scenario, strategy by strategy."""
    world = world_key(scenario)
    plans = {name: plan_key(scenario, name) for name in scenario.strategies}
    return {
        (name, replication): run_key(world, plan, replication)
        for name, plan in plans.items()
        for replication in range(scenario.replications)
    }


def world_key(scenario: Scenario) -> str:
    """Return the digest of all that the runs of a solved scenario share: every value, its luck, the program and the
    machine."""
    left_out = {*settings_outside("run"), NETWORK_PATH}  # of an own network the content counts, not where it lies
    values = {path: value for path, value in scenario.flat().items() if path not in left_out}
    values["network"] = scenario.network_sha256
    return _digest(json.dumps(values, sort_keys=True), environment_fingerprint())


def plan_key(scenario: Scenario, strategy: str) -> str:
    """Return the digest of what a strategy does: its levers month by month, and its pilot; not what it is called.

    A lever that a strategy sets to what it is anyway is no part of it.
    """
    pilot = scenario.strategies[scenario.strategy_name(strategy)].pilot
    today = {path: scenario.value_at(path) for path in scenario.plan(strategy)}
    plan = {
        path: values
        for path, values in scenario.plan(strategy).items()
        if not isinstance(today[path], float) or any(value != today[path] for value in values)
    }
    return _digest(json.dumps([sorted(plan.items()), pilot.to_plain() if pilot else None]))


def run_key(world: str, plan: str, replication: int) -> str:
    """Return the key of one run, from those of its world and its plan."""
    return _digest(world, plan, str(replication))


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
