"""CSV tables are read back equal; metrics.csv gives back the catalog."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from loyaltysim.results.results import Results
from loyaltysim.results.tables import csv_text, metrics_table, read_metrics, read_table


def test_a_table_comes_back_with_every_digit_and_what_is_absent(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "strategy": ['a, "b"', "two\nlines", "NA", "ü ☎"],
            "count": [1, 2, 3, 10**15],
            "mean": [0.1 + 0.2, 1e-300, float("nan"), -1.5],
        }
    )
    (tmp_path / "table.csv").write_text(csv_text(frame))
    pd.testing.assert_frame_equal(read_table(tmp_path / "table.csv"), frame, check_exact=True)


def test_text_that_a_spreadsheet_would_run_stays_quoted(tmp_path: Path) -> None:
    names = ["=1+1", "+1", "-1", "@x", "\tx", "'=1"]
    (tmp_path / "table.csv").write_text(csv_text(pd.DataFrame({"strategy": names})))
    assert list(read_table(tmp_path / "table.csv").strategy) == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'=1"]


def test_the_catalog_comes_back(results: Results, tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text(csv_text(metrics_table(results.catalog)))
    found = read_metrics(tmp_path / "metrics.csv")
    assert list(found) == list(results.catalog)
    for name, metric in results.catalog.items():
        quoted = "'" if metric.doc.startswith("=") else ""
        assert found[name].doc == quoted + metric.doc
        for part in ("unit", "over", "better", "of", "annual", "account", "headline", "name"):
            assert getattr(found[name], part) == getattr(metric, part)
