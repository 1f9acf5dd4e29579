"""A run from beginning to end in a small market: its folder, its manifest, and how it ends when it does not end well."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.execution import tasks
from loyaltysim.execution.progress import Progress
from loyaltysim.experiments.options import RunOptions, prepare_scenario
from loyaltysim.results.manifest import Manifest
from loyaltysim.scenario import Scenario
from loyaltysim.study import Study
from tests.support.run_script import CHECKOUT, script

STRATEGIES = {"as today": {}, "recovery": {"desk.budget": {"add": 300}}}
StudyOf = Callable[..., Study]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def study_of(small: Callable[..., Scenario]) -> StudyOf:
    """Give what runs a small scenario of two strategies."""

    def run(executor: str = "in-process", **asked: Any) -> Study:
        return ls.run(small(strategies=STRATEGIES, replications=4), executor=executor, **{"quiet": True} | asked)

    return run


def test_the_folder_holds_what_the_interface_promises(study_of: StudyOf) -> None:
    study = study_of()
    found = {str(path.relative_to(study.folder)) for path in study.folder.rglob("*") if path.is_file()}
    assert found == {
        "manifest.json", "scenario.yml", "audit.csv", "months.parquet", "summary.csv", "departures.csv", "complaints.csv",
        "money.csv", "duel.csv", "ranking.csv", "touchpoints.csv", "business.csv", "metrics.csv", "figures.parquet",
        "audits.parquet", "report.html", "report.xlsx", "figures/customers.png", "figures/money.png",
        "figures/waterfall.png", "figures/reasons.png", "figures/funnel.png", "figures/next_dollar.png",
        "figures/talk.png", "figures/touchpoints.png",
    }  # fmt: skip
    manifest = json.loads((study.folder / "manifest.json").read_text())
    assert manifest["status"] == "done"
    assert set(manifest["versions"]) == {"loyaltysim", "python", "mesa", "numpy", "numba"}
    assert manifest["person_months"] == 8 * 2_000 * 12
    speed = manifest["person_months"] / manifest["simulation_s"]
    assert manifest["person_months_per_second"] == pytest.approx(speed, rel=1e-3)
    assert [name for name in Manifest.__annotations__ if name in manifest] == list(manifest)
    assert {"seed", "replications", "scenario_sha256", "started", "duration_s"} <= set(manifest)


def test_the_study_says_the_same_as_its_files(study_of: StudyOf) -> None:
    study = study_of()
    for name in ("summary", "departures", "complaints", "money"):
        pd.testing.assert_frame_equal(
            getattr(study, name), pd.read_csv(study.folder / f"{name}.csv"), check_dtype=False
        )
    assert study.months[study.months.metric == "customers"].shape == (2 * 4 * 13, 5)
    assert study.answer in repr(study)
    assert str(study.folder) in repr(study)


def test_its_pictures_are_drawn_on_demand(study_of: StudyOf) -> None:
    study = study_of()
    assert study.plot.timeline().axes
    assert study.plot.customers()._repr_png_() == study.plot.timeline()._repr_png_()
    assert study.plot.money()._repr_png_() == (study.folder / "figures/money.png").read_bytes()


def test_two_runs_write_the_same_bytes(study_of: StudyOf) -> None:
    one, two = study_of(), study_of(executor="processes:2")
    assert one.folder != two.folder
    for path in one.folder.rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            assert path.read_bytes() == (two.folder / path.relative_to(one.folder)).read_bytes()


def test_progress_counts_every_run(study_of: StudyOf) -> None:
    heard: list[Progress] = []
    study_of(progress=heard.append)
    assert [step.done for step in heard if step.phase == "simulating"] == [2, 4, 6, 8]
    assert {step.total for step in heard if step.phase == "simulating"} == {8}
    phases = list(dict.fromkeys(step.phase for step in heard))
    assert phases == ["reading", "calibrating", "starting", "simulating", "writing"]


def raising(error: BaseException) -> Any:
    def fails(scenario: Any, replication: int, strategies: Sequence[str], profile: bool = False) -> Any:
        raise error

    return fails


def test_wrong_input_found_late_leaves_nothing(study_of: StudyOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "simulate_records", raising(InputError(Problem("wrong"))))
    with pytest.raises(InputError):
        study_of()
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("error", "seen", "status"),
    [
        (RunError("no luck"), RunError, "failed"),
        (MemoryError(), RunError, "failed"),
        (KeyboardInterrupt(), KeyboardInterrupt, "interrupted"),
    ],
)
def test_the_manifest_says_how_a_run_ended(
    study_of: StudyOf, monkeypatch: pytest.MonkeyPatch, error: BaseException, seen: type[BaseException], status: str
) -> None:
    monkeypatch.setattr(tasks, "simulate_records", raising(error))
    with pytest.raises(seen):
        study_of(out="out")
    assert json.loads(Path("out/manifest.json").read_text())["status"] == status
    assert not [path for path in Path("out").iterdir() if path.name.startswith(".")]


def ended(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("executor", ["in-process", "processes:2"])
def test_the_command_answers_and_says_where_the_files_lie(executor: str) -> None:
    # the script has no main guard: workers must not run it again
    done = ended(script(executor=executor, replications=30))
    assert (done.returncode, done.stderr) == (0, "")
    assert "recovery" in done.stdout.splitlines()[0].lower()
    assert "worth (NPV)" in done.stdout
    assert done.stdout.rstrip().endswith("Results are in out")


def test_a_full_disk_is_said_plainly_and_leaves_no_half_file() -> None:
    limit = "stand_ins.limit_files(120_000)"
    done = ended(script(before=limit, replications=60))
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    names = sorted(path.name for path in Path("out").iterdir())
    assert "months.parquet" not in names
    assert not [name for name in names if name.startswith(".")]
    assert json.loads(Path("out/manifest.json").read_text())["status"] == "failed"


def test_a_place_that_cannot_be_written_is_said_plainly() -> None:
    Path("file").write_text("")
    done = ended(script(out="file/below"))
    assert done.returncode == 1
    assert done.stderr.startswith("cannot make the folder file/below: file is a file, not a folder")


def test_a_market_too_large_for_memory_is_said_plainly() -> None:
    done = ended(script(before="tasks.simulate_records = stand_ins.hungry", executor="processes:2"))
    assert done.returncode == 1
    assert done.stderr.startswith("not enough memory for 300 people\n    take a smaller market")
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert manifest["status"] == "failed"
    assert manifest["error"].startswith("not enough memory for 300 people")


def test_who_leads_is_told_once_it_can_be(study_of: StudyOf) -> None:
    heard: list[Progress] = []
    study_of(progress=heard.append)
    told = [step.best for step in heard if step.phase == "simulating"]
    assert told[0] == ""
    assert all(best in ("as today leads so far", "recovery leads so far") for best in told[1:])


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["--help"], 0, ""),
        (["rum"], 2, "did you mean run?"),
        (["run", "--help"], 0, ""),
        (["run", "missing.yml"], 2, "there is no such file"),
        (["run", "x.yml", "--executor", "nonsense"], 2, "'nonsense' is not a place to compute"),
        (["check", "missing.yml"], 2, "there is no such file"),
        (["breakeven", "--help"], 0, ""),
        (["breakeven", "missing.yml"], 2, "there is no such file"),
        (["resume", "missing"], 2, "there is no such folder"),
        (["report", "missing"], 2, "there is no such folder"),
    ],
)
def test_help_and_wrong_input_are_answered_without_heavy_imports(arguments: list[str], status: int, told: str) -> None:
    heavy = ("numpy", "pandas", "scipy", "matplotlib", "pyarrow", "rich", "numba", "mesa")
    program = f"""
        import sys
        sys.path.insert(0, {str(CHECKOUT)!r})
        from loyaltysim.cli import main
        try:
            main({arguments!r})
        finally:
            print([name for name in {heavy!r} if name in sys.modules])
    """
    done = ended([sys.executable, "-c", textwrap.dedent(program)])
    assert (done.returncode, done.stdout.splitlines()[-1]) == (status, "[]"), done.stderr
    assert told in done.stderr


def test_help_is_there_at_once() -> None:
    program = f"""
        import sys, time
        sys.path.insert(0, {str(CHECKOUT)!r})
        from loyaltysim.cli import main
        try:
            main(["--help"])
        except SystemExit:
            print(time.process_time())
    """
    least = min(float(ended([sys.executable, "-c", textwrap.dedent(program)]).stdout.split()[-1]) for _ in range(3))
    assert least < 0.1


def test_a_scenario_of_python_takes_what_the_call_says(small: Callable[..., Scenario]) -> None:
    scenario = small()
    assert prepare_scenario(scenario, RunOptions(months=6)).months == 6
    assert prepare_scenario(scenario, RunOptions(months=6)).replications == scenario.replications
    assert prepare_scenario(scenario, RunOptions(overrides=["desk.budget=3"])).desk.budget == 3
    assert prepare_scenario(scenario, RunOptions(overrides="desk.budget+=3")).desk.budget == scenario.desk.budget + 3
    assert prepare_scenario(scenario, RunOptions()) is scenario
