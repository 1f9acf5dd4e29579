"""A run that fails is a row of failures.csv; the others are told, with a warning, and the failed ones can be tried again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.core.errors import RunError
from loyaltysim.execution import tasks
from loyaltysim.model import simulate
from loyaltysim.reporting.page.build import render_page
from loyaltysim.results.reader import read_source
from loyaltysim.study import Study
from tests.support.schedulers import scheduler

pytestmark = pytest.mark.machines

CHECKOUT = Path(__file__).parents[2]
THREE = {"as today": {}, "recovery": {"desk.budget": {"add": 300}}, "advertising": {"advertising.budget": {"add": 300}}}
StudyOf = Callable[..., Study]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fails_once(scenario: Any, replication: int, strategies: Sequence[str], profile: bool = False) -> list[Any]:
    """Simulate, but for recovery in replication 2."""
    if replication == 2 and "recovery" in strategies:
        raise ValueError("a number\nthat is none")
    return simulate(scenario, replication, strategies)


def dies_once(scenario: Any, replication: int, strategies: Sequence[str], profile: bool = False) -> list[Any]:
    """Simulate, but kill the worker at recovery in replication 2."""
    if replication == 2 and "recovery" in strategies:
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(scenario, replication, strategies)


def never_recovers(scenario: Any, replication: int, strategies: Sequence[str], profile: bool = False) -> list[Any]:
    """Simulate, but for recovery."""
    if "recovery" in strategies:
        raise ZeroDivisionError("division by zero")
    return simulate(scenario, replication, strategies)


def never(scenario: Any, replication: int, strategies: Sequence[str], profile: bool = False) -> list[Any]:
    """Fail, whatever is asked."""
    raise ZeroDivisionError("division by zero")


@pytest.fixture
def study_of(small: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> StudyOf:
    """Give what runs a small scenario of three strategies by a `simulate` that may fail."""

    def run(simulate_records: Any, executor: str = "in-process", out: str = "out") -> Study:
        monkeypatch.setattr(tasks, "simulate_records", simulate_records)
        spec = small(strategies=THREE, months=6, replications=4)
        return ls.run(spec, out=out, executor=executor, quiet=True)

    return run


def sound(scenario: Any, replication: int, strategies: Sequence[str], profile: bool = False) -> list[Any]:
    """Simulate."""
    return simulate(scenario, replication, strategies)


@pytest.mark.parametrize("executor", ["in-process", "processes:2"])
def test_a_failed_run_is_a_row_and_the_others_are_told(study_of: StudyOf, executor: str) -> None:
    study = study_of(fails_once, executor)
    assert study.failures.to_numpy().tolist() == [["recovery", 2, "ValueError: a number that is none"]]
    pd.testing.assert_frame_equal(pd.read_csv("out/failures.csv"), study.failures)
    assert study.warning.startswith("1 run failed and is left out: recovery in replication 2. ")
    assert "3 replications" in study.warning
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert [manifest[name] for name in ("status", "runs", "runs_failed", "left_out")] == ["done", 11, 1, [2]]
    assert sorted(study.months.replication.unique()) == sorted(study.frame.replication.unique()) == [0, 1, 3]
    assert set(study.summary.strategy) == {*THREE}


def test_what_is_told_is_what_the_other_replications_say(study_of: StudyOf) -> None:
    study, whole = study_of(fails_once), study_of(sound, out="whole")
    rest = [0, 1, 3]
    for name in THREE:
        for metric, figures in whole.results.figures[name].items():
            assert np.array_equal(study.results.figures[name][metric], figures[rest], equal_nan=True)
        for metric in whole.results.columns:
            assert np.array_equal(study.results.path(name, metric), whole.results.path(name, metric)[rest])


def test_the_report_warns_and_is_the_same_when_drawn_anew(study_of: StudyOf) -> None:
    study = study_of(fails_once)
    drawn = render_page(read_source(study.folder))
    assert drawn == (study.folder / "report.html").read_bytes()
    told = drawn.decode()
    assert "What is missing?" in told
    first_sheet = openpyxl.load_workbook("out/report.xlsx")["Answer"]
    assert any("failed" in str(cell) for row in first_sheet.iter_rows(values_only=True) for cell in row)
    assert "1 run failed and is left out: recovery in replication 2" in told
    assert "ValueError: a number that is none" in told
    study_of(sound, out="whole")
    assert "What is missing?" not in Path("whole/report.html").read_text()
    assert not Path("whole/failures.csv").exists()


def test_a_strategy_that_always_fails_is_left_out_and_the_others_compared(study_of: StudyOf) -> None:
    study = study_of(never_recovers)
    assert study.results.strategies == ("as today", "advertising")
    assert study.results.replications == 4
    assert "recovery in replications 0, 1, 2, 3 (none of its runs ended, so it is not compared)" in study.warning
    assert read_source(study.folder).results.strategies == study.results.strategies


def test_if_all_fail_the_study_has_failed(study_of: StudyOf) -> None:
    with pytest.raises(RunError, match="every run failed: ZeroDivisionError: division by zero"):
        study_of(never)
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert manifest["status"] == "failed"
    assert not Path("out/summary.csv").exists()


@pytest.mark.markets
def test_a_run_that_kills_its_worker_is_a_row(study_of: StudyOf) -> None:
    study = study_of(dies_once, "processes:2")
    assert study.failures[["strategy", "replication"]].to_numpy().tolist() == [["recovery", 2]]
    assert "a worker process died 3 times over the same task" in study.failures.error[0]
    assert study.results.numbers == (0, 1, 3)


@pytest.mark.markets
def test_a_failed_run_on_a_cluster_is_a_row(study_of: StudyOf, tmp_path: Path) -> None:
    with scheduler(tmp_path) as cluster:
        study = study_of(fails_once, cluster.where)
    assert study.failures.to_numpy().tolist() == [["recovery", 2, "ValueError: a number that is none"]]


PROGRAM = """
    import sys
    sys.path[:0] = [{checkout!r}]
    from loyaltysim.cli import main
    from loyaltysim.execution import tasks
    from tests.support import flaky
    tasks.simulate_records = flaky.simulate
    main(sys.argv[1:])
"""
SCENARIO = """
calibration: off
market: {people: 300, customers: 60, burn_in: 3}
months: 6
replications: 3
desk: {budget: 15}
advertising: {budget: 240, scale: 300}
strategies: {as today: {}, recovery: {desk.budget: {add: 50}}}
"""


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    Path("program.py").write_text(textwrap.dedent(PROGRAM.format(checkout=str(CHECKOUT))))
    return subprocess.run(
        [sys.executable, "program.py", *arguments, "--executor", "in-process"],
        capture_output=True, text=True, check=False, timeout=300, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.markets
def test_the_command_warns_and_resume_tries_only_the_failed_again(tmp_path: Path) -> None:
    Path("study.yml").write_text(SCENARIO)
    kept = {"LOYALTYSIM_RUNS": str(tmp_path / "runs"), "FLAKY_COUNT": str(tmp_path / "count")}
    done = command("run", "study.yml", "--out", "out", FLAKY="1", **kept)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Warning: 1 run failed and is left out: recovery in replication 1." in done.stderr
    assert "loyaltysim resume out" in done.stderr
    assert "Results are in out" in done.stdout
    assert command("resume", "out", "--quiet", FLAKY="1", **kept).returncode == 1
    Path("count").unlink()
    again = command("resume", "out", "--quiet", **kept)
    assert (again.returncode, again.stderr) == (0, "")
    assert Path("count").read_text() == "1 recovery\n"
    assert not Path("out/failures.csv").exists()
    whole = command(
        "run", "study.yml", "--out", "whole", "--quiet", LOYALTYSIM_RUNS="off", FLAKY_COUNT=str(tmp_path / "other")
    )
    assert whole.returncode == 0
    files = sorted(each.relative_to("whole") for each in Path("whole").rglob("*") if each.is_file())
    assert files == sorted(each.relative_to("out") for each in Path("out").rglob("*") if each.is_file())
    for name in files:
        assert name.name == "manifest.json" or (Path("whole") / name).read_bytes() == (Path("out") / name).read_bytes()
    assert command("resume", "out").returncode == 2
