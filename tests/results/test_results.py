"""Months kept in a scratch file come back to the bit, and what a driver holds of a run is small."""

from __future__ import annotations

import gc
import tracemalloc
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import Audit, RunRecord
from loyaltysim.results import results as out_of_core
from loyaltysim.results.results import (
    TOGETHER,
    Profile,
    RunAccumulator,
    SpillArray,
    SpilledPaths,
    add_profile,
    audit_figure,
)

ROWS, COLUMNS = 7, 5


@pytest.mark.parametrize("count", [1, TOGETHER - 1, TOGETHER, 3 * TOGETHER + 2])
@pytest.mark.parametrize("in_memory", [0, 2**20])
def test_tables_come_back_to_the_bit(
    count: int, in_memory: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out_of_core, "IN_MEMORY", in_memory or 1)
    tables = np.random.default_rng(1).normal(size=(count, ROWS, COLUMNS))
    tables[0, 0, 0], tables[-1, -1, -1] = np.nan, -0.0
    kept = SpillArray(ROWS, COLUMNS, tmp_path)
    assert [kept.put(table) for table in tables] == list(range(count))
    order = list(reversed(range(count)))
    paths, expected = SpilledPaths(kept, order), tables[order]
    assert paths.shape == expected.shape
    assert np.asarray(paths).tobytes() == expected.tobytes()
    assert np.array_equal(paths[0], expected[0], equal_nan=True)
    assert np.array_equal(paths[:, :, 2], expected[:, :, 2], equal_nan=True)
    if count > 1:
        few = np.array([1, 0])
        assert np.array_equal(paths[few, :, 2], expected[few, :, 2], equal_nan=True)
    some = np.array([1, 3])
    assert np.array_equal(paths[:, some, :], expected[:, some, :], equal_nan=True)
    factor = np.linspace(1.0, 0.5, ROWS)
    assert (paths[:, :, 1] @ factor).tobytes() == (expected[:, :, 1] @ factor).tobytes()


def test_the_file_has_no_name_and_goes_with_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out_of_core, "IN_MEMORY", 1)
    kept = SpillArray(ROWS, COLUMNS, tmp_path)
    for _ in range(TOGETHER):
        kept.put(np.ones((ROWS, COLUMNS)))
    assert not list(tmp_path.iterdir())
    file = kept._file
    del kept
    gc.collect()
    assert file.closed


class Spec:
    title, start, currency, discount_rate, replications = "x", "2027-01", "$", 0.1, 3
    strategies: Any = {"a": None, "b": None}


def catalog() -> dict[str, Metric]:
    found = {name: Metric(name, "$") for name in ("npv", "net")}
    for name, metric in found.items():
        metric.__set_name__(Spec, name)
    return found


def record(strategy: str, replication: int, months: int = 61) -> RunRecord:
    table = np.full((months, 2), float(replication))
    audit = Audit(("till", "desk"), ("buy", "ask"), ("human", "human"), {"gap": np.array([replication, 1.0])})
    return RunRecord(strategy, replication, table, {"npv": float(replication), "net": 0.0}, 0.5, 10, audit=audit)


def test_a_driver_holds_little_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out_of_core, "IN_MEMORY", 2**16)
    months = 2_000  # 32 kB a run
    runs = RunAccumulator(catalog(), tmp_path)
    runs.add(record("a", r, months) for r in range(100))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        runs.add(record("a", r, months) for r in range(100, 1_100))
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(runs) == 1_100
    assert grown < 2_000 * 1_000  # 2 kB a run, a sixteenth of its months


def test_a_run_counts_once_and_in_the_scenarios_order() -> None:
    runs = RunAccumulator(catalog())
    runs.add(record(name, r) for r in (2, 0, 1, 1) for name in ("b", "a"))
    results = runs.results(Spec)
    assert (len(runs), runs.seconds, runs.person_months) == (6, 3.0, 60)
    assert results.strategies == ("a", "b")
    assert results.figures["b"]["npv"].tolist() == [0.0, 1.0, 2.0]
    assert results.path("a", "net")[:, 5].tolist() == [0.0, 1.0, 2.0]
    assert audit_figure(results.audits["a"], "gap").tolist() == [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]
    assert [audit.figures["gap"][0] for audit in results.audits["a"][1:]] == [1.0, 2.0]


def test_a_replication_counts_where_every_strategy_has_its_run() -> None:
    runs = RunAccumulator(catalog())
    runs.add(record(name, r) for name in ("a", "b") for r in range(3) if (name, r) != ("b", 1))
    runs.add_failure("b", 1, "why")
    results = runs.results(Spec)
    assert (results.numbers, tuple(results.left_out), results.replications) == ((0, 2), (1,), 2)
    assert runs.figures(Spec, "npv")["a"].tolist() == [0.0, 2.0]


def timed(*months: dict[str, float]) -> RunRecord:
    return RunRecord("as today", 0, np.zeros((3, 1)), {}, 0.0, 200, tuple(months))


def test_runs_are_added_up_month_by_month() -> None:
    runs = [timed({"desk": 1.0, "staff": 2.0}, {"desk": 3.0}), timed({"desk": 10.0}, {"staff": 20.0})]
    profile = reduce(add_profile, runs, None)
    assert profile is not None
    assert profile == Profile(({"desk": 11.0, "staff": 2.0}, {"desk": 3.0, "staff": 20.0}), 400, 2)
    assert profile.mechanisms == {"desk": 14.0, "staff": 22.0}
    assert profile.total == 36.0


def test_without_measurements_there_is_no_profile() -> None:
    assert add_profile(None, timed()) is None
