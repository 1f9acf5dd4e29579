"""months.parquet is read back to the bit, whole or in part, whatever its row groups."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from loyaltysim.results import months
from loyaltysim.results.months import read_months, write_months
from loyaltysim.results.results import Results
from tests.results.conftest import FAILED, MONTHS, NAMES


def written(results: Results, path: Path) -> Path:
    with (path / "months.parquet").open("wb") as file:
        write_months(results, file)
    return path / "months.parquet"


@pytest.mark.parametrize(("at_once", "groups"), [(100, 3), (3, 6), (2, 9)])
def test_every_month_comes_back_to_the_bit(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, groups: int
) -> None:
    monkeypatch.setattr(months, "REPLICATIONS_AT_ONCE", at_once)
    file = written(results, tmp_path)
    assert pq.ParquetFile(file).num_row_groups == groups
    found = read_months(file, NAMES, results.columns, results.numbers, MONTHS)
    assert list(found) == list(NAMES)
    for name in NAMES:
        assert np.asarray(found[name]).tobytes() == np.asarray(results.paths[name]).tobytes()


def test_a_part_is_read_in_the_order_asked(results: Results, tmp_path: Path) -> None:
    names, columns, numbers = (NAMES[2], NAMES[0]), ("left", "customers"), (1, 4)
    found = read_months(written(results, tmp_path), names, columns, numbers, MONTHS)
    for name in names:
        for place, number in enumerate(numbers):
            for column, metric in enumerate(columns):
                expected = results.path(name, metric)[results.numbers.index(number)]
                assert found[name][place][:, column].tobytes() == expected.tobytes()


def test_what_did_not_run_is_not_a_number(results: Results, tmp_path: Path) -> None:
    found = read_months(written(results, tmp_path), (*NAMES, "nobody"), ("left",), (1, FAILED), MONTHS)
    assert np.isnan(np.asarray(found["nobody"])).all()
    assert np.isnan(found[NAMES[0]][1]).all()
    assert np.isfinite(found[NAMES[0]][0]).all()


def test_rows_are_tidy_and_say_the_replications_that_are_left(results: Results, tmp_path: Path) -> None:
    frame = pd.read_parquet(written(results, tmp_path))
    assert list(frame.columns) == ["strategy", "replication", "month", "metric", "value"]
    assert sorted(frame.replication.unique()) == [0, 1, 3, 4, 5]
    assert list(frame.strategy.unique()) == list(NAMES)
    assert set(frame[frame.metric == "npv"].month) == {MONTHS}
    assert 1 not in set(frame[frame.metric == "cost_of_joining"].replication)  # nobody joined: a rate of nothing


def test_a_file_in_another_order_is_refused(results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(months, "REPLICATIONS_AT_ONCE", 2)
    parquet = pq.ParquetFile(written(results, tmp_path))
    groups = [parquet.read_row_group(number) for number in range(parquet.num_row_groups)]
    with pq.ParquetWriter(tmp_path / "twice.parquet", groups[0].schema) as writer:
        for group in (*groups, groups[0]):
            writer.write_table(group)
    with pytest.raises(ValueError, match="are not together"):
        read_months(tmp_path / "twice.parquet", NAMES, results.columns, results.numbers, MONTHS)
