"""The ledger gives back the bits that were put in, survives what files suffer, and stays within its size."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from loyaltysim.core.records import RunRecord
from loyaltysim.execution import run_cache
from loyaltysim.execution.run_cache import RunCache, SqliteCache, default_cache
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario

TRIED = {"desk.budget": {"add": 300}, "pilot": {"share": 0.3, "months": 4}}


@pytest.fixture(scope="module")
def record(small: Callable[..., Scenario]) -> RunRecord:
    return simulate(small(strategies={"tried": TRIED}), 3, ("tried",))[0]


def bits(record: RunRecord) -> tuple[object, ...]:
    audit = record.audit
    assert audit is not None
    return (
        record.strategy, record.replication, record.months.tobytes(), record.months.shape,
        {name: np.float64(value).tobytes() for name, value in record.figures.items()},
        record.seconds, record.person_months, record.pilot, audit.names, audit.stages, audit.kinds,
        {name: (each.dtype, each.tobytes()) for name, each in audit.figures.items()},
    )  # fmt: skip


def test_a_run_comes_back_as_it_was(record: RunRecord, tmp_path: Path) -> None:
    assert record.pilot is not None
    with SqliteCache(tmp_path) as ledger:
        ledger.keep_records({"a" * 32: record})
    with SqliteCache(tmp_path) as ledger:
        found = ledger.records({"a" * 32: ("tried", 3), "b" * 32: ("tried", 4)})
        assert list(found) == ["a" * 32]
        assert bits(found["a" * 32]) == bits(record)
        assert list(ledger.figures(["a" * 32])["a" * 32]) == pytest.approx(list(record.figures.values()), nan_ok=True)


def test_figures_alone_are_no_whole_run_until_its_months_come(record: RunRecord, tmp_path: Path) -> None:
    with SqliteCache(tmp_path) as ledger:
        ledger.keep_figures({"a" * 32: np.array(list(record.figures.values()))})
        assert ledger.records({"a" * 32: ("tried", 3)}) == {}
        ledger.keep_records({"a" * 32: record})
        ledger.keep_figures({"a" * 32: np.zeros(3)})
        assert bits(ledger.records({"a" * 32: ("tried", 3)})["a" * 32]) == bits(record)


@pytest.mark.parametrize("harm", ["gone", "torn", "other"])
def test_months_that_were_lost_are_computed_again(record: RunRecord, tmp_path: Path, harm: str) -> None:
    with SqliteCache(tmp_path) as ledger:
        ledger.keep_records({"a" * 32: record, "b" * 32: record})
        file = tmp_path / "series" / "aa" / f"{'a' * 32}.parquet"
        if harm == "gone":
            file.unlink()
        elif harm == "torn":
            file.write_bytes(file.read_bytes()[:-50])
        else:
            record.months[1, 1] += 1
            ledger.keep_records({"c" * 32: record})
            record.months[1, 1] -= 1
            (tmp_path / "series" / "cc" / f"{'c' * 32}.parquet").replace(file)
        assert list(ledger.records({"a" * 32: ("tried", 3), "b" * 32: ("tried", 3)})) == ["b" * 32]
        ledger.keep_records({"a" * 32: record})
        assert len(ledger.records({"a" * 32: ("tried", 3), "b" * 32: ("tried", 3)})) == 2


def test_a_ledger_that_is_none_any_more_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"this is no database" * 100)
    with SqliteCache(tmp_path) as ledger:
        ledger.keep_figures({"a": np.ones(2)})
        assert ledger.count() == 1


def test_where_nothing_can_be_kept_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with SqliteCache(tmp_path / "file" / "below") as ledger:
        ledger.keep_figures({"a": np.ones(2)})
        assert ledger.figures(["a"]) == {}
        assert ledger.count() == 0


def test_the_runs_used_longest_ago_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr(run_cache.time, "time", lambda: now)
    with SqliteCache(tmp_path) as ledger:
        for number in range(10):
            now += 10_000
            ledger.keep_figures({f"run {number}": np.full(100, float(number))})
        now += 10_000
        ledger.figures(["run 0"])
    with SqliteCache(tmp_path, most_bytes=5_000) as ledger:
        ledger.trim()
        assert sorted(ledger.figures([f"run {number}" for number in range(10)])) == ["run 0", "run 6", "run 7", "run 8", "run 9"]  # fmt: skip


def test_months_go_with_their_run(record: RunRecord, tmp_path: Path) -> None:
    with SqliteCache(tmp_path, most_bytes=1) as ledger:
        ledger.keep_records({"a" * 32: record})
    assert not list(tmp_path.rglob("*.parquet"))


def write_many(folder: Path, first: int) -> None:
    with SqliteCache(folder) as ledger:
        for number in range(first, first + 60):
            ledger.keep_figures({f"run {number}": np.full(5, float(number))})


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(tmp_path, first)) for first in (0, 30)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    with SqliteCache(tmp_path) as ledger:
        found = ledger.figures([f"run {number}" for number in range(90)])
    assert all((found[f"run {number}"] == number).all() for number in range(90))
    base = sqlite3.connect(tmp_path / "ledger.sqlite")
    assert base.execute("pragma journal_mode").fetchone() == ("wal",)
    base.close()


def test_the_environment_says_where_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(default_cache()) is RunCache
    monkeypatch.setenv("LOYALTYSIM_RUNS", str(tmp_path / "mine"))
    with default_cache() as ledger:
        assert isinstance(ledger, SqliteCache)
        assert ledger.folder == tmp_path / "mine"
    monkeypatch.delenv("LOYALTYSIM_RUNS")
    monkeypatch.setenv("LOYALTYSIM_CACHE", str(tmp_path))
    with default_cache() as ledger:
        assert isinstance(ledger, SqliteCache)
        assert ledger.folder == tmp_path / "runs"
