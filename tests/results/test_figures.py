"""figures.parquet, audits.parquet and pilots.parquet are read back to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loyaltysim.results import figures
from loyaltysim.results.figures import (  # fmt: skip
    AUDITS,
    FIGURES,
    PILOTS,
    figures_frame,
    read_audits,
    read_figures,
    read_pilots,
    write_figures,
)
from loyaltysim.results.results import Results
from loyaltysim.results.run_folder import RunFolder
from tests.results.conftest import NAMES


@pytest.mark.parametrize("rows", [2**20, 7])
def test_every_figure_comes_back_to_the_bit(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(figures, "ROWS_AT_ONCE", rows)
    write_figures(results, RunFolder(tmp_path, []))
    found = read_figures(tmp_path / FIGURES, NAMES, results.catalog, results.numbers)
    for name in NAMES:
        assert list(found[name]) == list(results.catalog)
        for metric, values in results.figures[name].items():
            np.testing.assert_array_equal(found[name][metric], values, strict=True)
            assert (np.signbit(found[name][metric]) == np.signbit(values)).all() or np.isnan(values).any()
    assert np.isnan(found[NAMES[0]]["cost_of_joining"]).sum() == 1


@pytest.mark.parametrize("rows", [2**20, 3])
def test_audits_come_back_to_the_bit(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(figures, "ROWS_AT_ONCE", rows)
    monkeypatch.setattr(figures, "FEWER_ROWS", rows)
    write_figures(results, RunFolder(tmp_path, []))
    found = read_audits(tmp_path / AUDITS, NAMES)
    for name in NAMES:
        for theirs, ours in zip(found[name], results.audits[name], strict=True):
            assert (theirs.names, theirs.stages, theirs.kinds) == (ours.names, ours.stages, ours.kinds)
            assert {k: v.tobytes() for k, v in theirs.figures.items()} == {
                k: v.tobytes() for k, v in ours.figures.items()
            }


def test_pilots_come_back_with_ends_that_are_infinite(results: Results, tmp_path: Path) -> None:
    write_figures(results, RunFolder(tmp_path, []))
    found = read_pilots(tmp_path / PILOTS, NAMES)
    assert found == dict(results.pilots)
    assert [pilot.rolled_out for pilot in found[NAMES[1]]] == [False, True, True, False, True]


def test_what_there_is_none_of_has_no_file(results: Results, tmp_path: Path) -> None:
    write_figures(replace(results, audits={}, pilots={}), RunFolder(tmp_path, []))
    assert sorted(path.name for path in tmp_path.iterdir()) == [FIGURES, "metrics.csv"]
    assert read_audits(tmp_path / AUDITS, NAMES) == read_pilots(tmp_path / PILOTS, NAMES) == {}


def test_the_tidy_frame_says_the_same(results: Results) -> None:
    frame = figures_frame(results)
    rows = frame[(frame.strategy == NAMES[2]) & (frame.metric == "npv")]
    assert list(rows.replication) == list(results.numbers)
    assert list(rows.value) == list(results.figures[NAMES[2]]["npv"])
