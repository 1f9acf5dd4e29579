"""A folder tells all that was found: results are read back to the bit, and everything is drawn anew from it alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import loyaltysim as ls
from loyaltysim.api import run
from loyaltysim.cli import main
from loyaltysim.core.records import PilotRecord
from loyaltysim.results.figures import write_figures
from loyaltysim.results.reader import read_source
from loyaltysim.results.results import Results
from loyaltysim.results.run_folder import RunFolder
from loyaltysim.study import Study
from tests.support.studies import HOSTILE

DRAWN = ("report.html", "report.xlsx", *(f"figures/{name}.png" for name in (
    "customers", "funnel", "money", "next_dollar", "reasons", "talk", "touchpoints", "waterfall",
)))  # fmt: skip


def same_bits(one: Results, other: Results) -> None:
    plain = ("title", "start", "currency", "discount_rate", "strategies", "columns", "replications", "months")
    assert [getattr(one, name) for name in plain] == [getattr(other, name) for name in plain]
    assert dict(one.catalog) == dict(other.catalog)
    for name in one.strategies:
        assert np.asarray(one.paths[name]).tobytes() == np.asarray(other.paths[name]).tobytes()
        assert list(one.figures[name]) == list(other.figures[name])
        for metric, values in one.figures[name].items():
            np.testing.assert_array_equal(values, other.figures[name][metric], strict=True)
    assert list(one.audits) == list(other.audits)
    for name, audits in one.audits.items():
        for ours, theirs in zip(audits, other.audits[name], strict=True):
            assert (ours.names, ours.stages, ours.kinds) == (theirs.names, theirs.stages, theirs.kinds)
            assert {key: each.tobytes() for key, each in ours.figures.items()} == {
                key: each.tobytes() for key, each in theirs.figures.items()
            }
    assert {name: list(each) for name, each in one.pilots.items()} == dict(other.pilots)


def test_results_are_read_back_to_the_bit(study: Study) -> None:
    found = read_source(study.folder).results
    assert found is not None
    same_bits(study.results, found)


def test_pilots_whose_interval_has_no_end_are_read_back_too(study: Study, tmp_path: Path) -> None:
    from dataclasses import replace

    endless = PilotRecord(1, 399, 0.0, -float("inf"), float("inf"), 0.1, 0.2, False)
    known = replace(endless, low=-0.125, high=0.375, rolled_out=True)
    results = replace(study.results, pilots={HOSTILE: [endless, known, endless]})
    shutil.copytree(study.folder, tmp_path / "copy")
    write_figures(results, RunFolder(tmp_path / "copy", []))
    found = read_source(tmp_path / "copy").results
    assert found is not None
    assert found.pilots == {HOSTILE: [endless, known, endless]}


def test_report_draws_the_same_bytes_from_the_files_alone(study: Study, tmp_path: Path) -> None:
    shutil.copytree(study.folder, tmp_path / "moved")
    before = {name: (tmp_path / "moved" / name).read_bytes() for name in DRAWN}
    for name in DRAWN:
        (tmp_path / "moved" / name).unlink()
    done = CliRunner().invoke(main, ["report", str(tmp_path / "moved")])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"The report is in {tmp_path / 'moved' / 'report.html'}\n"
    assert {name: (tmp_path / "moved" / name).read_bytes() for name in DRAWN} == before
    assert {str(path.relative_to(tmp_path / "moved")) for path in (tmp_path / "moved").rglob("*.*")} == {
        str(path.relative_to(study.folder)) for path in study.folder.rglob("*.*")
    }


def spoilt(folder: Path, how: str) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    if how in ("interrupted", "failed"):
        (folder / "manifest.json").write_text(json.dumps(manifest | {"status": how}))
    elif how == "no manifest":
        (folder / "manifest.json").unlink()
    elif how == "a torn manifest":
        (folder / "manifest.json").write_text('{"status": ')
    elif how == "a manifest of nothing":
        (folder / "manifest.json").write_text("[]")
    elif how == "an old version's":
        (folder / "figures.parquet").unlink()
    elif how == "a torn table":
        (folder / "figures.parquet").write_bytes((folder / "figures.parquet").read_bytes()[:999])
    elif how == "another table":
        text = (folder / "summary.csv").read_text()
        (folder / "summary.csv").write_text(text.replace("customers", "customer", 1))
    elif how == "a table less":
        (folder / "money.csv").unlink()
    elif how == "no months":
        (folder / "months.parquet").unlink()
    elif how == "a forgotten fact":
        del manifest["currency"]
        (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("interrupted", "is interrupted"),
        ("failed", "is failed"),
        ("no manifest", "holds no results: there is no manifest.json"),
        ("a torn manifest", "manifest.json cannot be read"),
        ("a manifest of nothing", "manifest.json cannot be read"),
        ("an old version's", "figures.parquet is missing"),
        ("a torn table", "cannot be read"),
        ("another table", "summary.csv cannot be read: it is no longer what the command wrote; put it back"),
        ("a table less", "money.csv cannot be read: it is missing"),
        ("no months", "cannot be read"),
        ("a forgotten fact", "does not say 'currency'"),
    ],
)
def test_a_folder_that_cannot_be_told_is_wrong_input_with_its_cure(
    study: Study, tmp_path: Path, how: str, said: str
) -> None:
    shutil.copytree(study.folder, tmp_path / "moved")
    for name in DRAWN:
        (tmp_path / "moved" / name).unlink()
    spoilt(tmp_path / "moved", how)
    done = CliRunner().invoke(main, ["report", str(tmp_path / "moved")])
    assert done.exit_code == 2
    assert said in done.stderr
    assert f"{tmp_path / 'moved'}: " in done.stderr
    finish = f"finish it: loyaltysim resume {tmp_path / 'moved'}"
    cure = finish if how in ("interrupted", "failed") else "loyaltysim run"
    assert cure in done.stderr.splitlines()[-1]
    assert not (tmp_path / "moved/report.html").exists()


def test_no_folder_is_wrong_input(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["report", str(tmp_path / "nowhere")])
    assert done.exit_code == 2
    assert f"{tmp_path / 'nowhere'}: there is no such folder" in done.stderr


def test_tables_of_a_command_that_decides_get_a_page_and_a_workbook(tmp_path: Path) -> None:
    manifest: dict[str, Any] = {
        "status": "done", "command": "breakeven", "title": "When?", "answer": "It turns at 462 $.", "seed": 1, "versions": {},
    }  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "breakeven.csv").write_text("path,value,best\nstated.acquisition_cost,462.5,<i>recovery</i>\n")
    (tmp_path / "points.csv").write_text("value,npv\n100,\n200,3.5\n")
    assert ls.report(tmp_path) == tmp_path / "report.html"
    page = (tmp_path / "report.html").read_text()
    assert "It turns at 462 $." in page
    assert "Where does the recommendation turn?" in page
    assert "&lt;i&gt;recovery&lt;/i&gt;" in page
    assert 'data-value="462.5"' in page
    assert "points.csv" in page
    assert (tmp_path / "report.xlsx").stat().st_size > 0
    assert not (tmp_path / "figures").exists()


def test_a_run_of_one_strategy_and_one_replication_is_told(small: Any, tmp_path: Path) -> None:
    found = run(small(replications=1, months=2), out=tmp_path / "out", executor="in-process")
    page = (found.folder / "report.html").read_text()
    assert "in the one replication run" in page
    assert not (found.folder / "figures/next_dollar.png").exists()
