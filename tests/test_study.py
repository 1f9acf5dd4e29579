"""For scripts and notebooks: JSON on standard output, tidy frames, and Parquet that DuckDB reads as the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner

from loyaltysim.analysis.recommendation import compare_with_reference
from loyaltysim.cli import main
from loyaltysim.study import Study

PAGE = Path(__file__).parents[1] / "docs/results.md"
SCENARIO = """
title: a small market
calibration: off
months: 6
replications: 2
market: {people: 2_000, customers: 400, burn_in: 6}
strategies:
  as today: {}
  recovery: {desk.budget: {add: 400}}
"""


def test_json_is_all_that_stands_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "small.yml").write_text(SCENARIO)
    command = ["run", str(tmp_path / "small.yml"), "--out", str(tmp_path / "out"), "--executor", "in-process"]
    done = CliRunner().invoke(main, [*command, "--format", "json"])
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told) == ["answer", "table", "recommendation", "folder", "manifest"]
    assert told["folder"] == str(tmp_path / "out")
    assert told["manifest"] == json.loads((tmp_path / "out/manifest.json").read_text())
    assert told["answer"] == told["manifest"]["answer"]
    first, other = told["table"]
    assert (first["strategy"], other["strategy"]) == ("as today", "recovery")
    assert first["npv_difference"] is None
    summary = pd.read_csv(tmp_path / "out/summary.csv").set_index(["strategy", "metric"])
    row = summary.loc[("recovery", "npv")]
    assert other["npv"] == {"mean": row["mean"], "ci_low": row.ci_low, "ci_high": row.ci_high}
    assert other["npv_difference"]["mean"] == row.difference
    advice = told["recommendation"]
    assert {advice["best"], advice["runner_up"]} == {"as today", "recovery"}
    assert advice["lead"] == abs(row.difference)
    low, high = advice["interval_random"]
    assert low < advice["lead"] < high


def test_the_frame_is_tidy_and_is_the_file(study: Study) -> None:
    frame = study.frame
    results = study.results
    assert list(frame.columns) == ["strategy", "replication", "metric", "value"]
    assert len(frame) == len(results.strategies) * results.replications * len(results.catalog)
    wide = frame.pivot_table(index="replication", columns=["strategy", "metric"], values="value", observed=True)
    first, *others = results.strategies
    for name in others:
        gain = wide[name, "npv"] - wide[first, "npv"]
        assert gain.mean() == pytest.approx(compare_with_reference(results, name)[0].mean, rel=1e-12)
    kept = pd.read_parquet(study.folder / "figures.parquet")
    pd.testing.assert_frame_equal(frame, kept, check_dtype=False, check_categorical=False)


def test_months_are_read_by_the_documented_query(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    query = re.search(r"<!-- query: duckdb -->\s*```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert query
    monkeypatch.chdir(study.folder)
    found = duckdb.sql(query[1]).df()
    assert list(found.columns) == ["strategy", "year", "customers"]
    assert len(found) == len(study.results.strategies) * 2
    for row in found.itertuples():
        path = study.results.path(str(row.strategy), "customers")
        assert row.customers == pytest.approx(path[:, 12 * int(row.year)].mean(), rel=1e-12)


def test_the_page_names_every_file_of_a_run(study: Study) -> None:
    page = PAGE.read_text()
    for path in study.folder.rglob("*.*"):
        assert path.name in page or f"{path.parent.name}/*" in page, path
