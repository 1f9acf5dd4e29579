"""A run from beginning to end on an invented firm: its folder, its manifest, and how it ends when it does not end well."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from invented_firm import CATALOG, FakeScenario, simulate

from loyaltysim.cli.run import pictures
from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.execution.progress import Progress
from loyaltysim.experiments.run import Backend, RunConfig, read_scenario, run_scenario
from loyaltysim.study import Study

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def text_of(scenario: Any) -> str:
    return f"title: {scenario.title}\n"


def machinery(simulate_one: Any = simulate) -> Backend:
    return Backend(simulate_one, CATALOG, text_of)


def study_of(**changes: Any) -> Study:
    return run_scenario(FakeScenario(), machinery(), RunConfig(executor="in-process", finish=pictures, **changes))


def test_the_folder_holds_what_the_interface_promises() -> None:
    study = study_of()
    found = {str(path.relative_to(study.folder)) for path in study.folder.rglob("*") if path.is_file()}
    assert found == {
        "manifest.json", "scenario.yml", "months.parquet", "summary.csv", "departures.csv", "complaints.csv",
        "money.csv", "duel.csv", "ranking.csv", "metrics.csv", "figures.parquet", "report.html", "report.xlsx", "figures/customers.png",
        "figures/money.png", "figures/waterfall.png", "figures/reasons.png", "figures/funnel.png",
        "figures/next_dollar.png",
    }  # fmt: skip
    manifest = json.loads((study.folder / "manifest.json").read_text())
    assert manifest["status"] == "done"
    assert set(manifest["versions"]) == {"loyaltysim", "python", "mesa", "numpy", "numba"}
    assert manifest["person_months"] == 8 * 50_000 * 24
    assert manifest["simulation_s"] == pytest.approx(0.08)
    assert manifest["person_months_per_second"] == round(manifest["person_months"] / 0.08)
    assert {"seed", "replications", "scenario_sha256", "started", "duration_s"} <= set(manifest)


def test_the_study_says_the_same_as_its_files() -> None:
    study = study_of()
    for name in ("summary", "departures", "complaints", "money"):
        pd.testing.assert_frame_equal(
            getattr(study, name), pd.read_csv(study.folder / f"{name}.csv"), check_dtype=False
        )
    assert study.months[study.months.metric == "customers"].shape == (2 * 4 * 25, 5)
    assert study.answer in repr(study)
    assert str(study.folder) in repr(study)


def test_its_pictures_are_drawn_on_demand() -> None:
    study = study_of()
    assert study.plot.timeline().axes
    assert study.plot.customers()._repr_png_() == study.plot.timeline()._repr_png_()
    assert study.plot.money()._repr_png_() == (study.folder / "figures/money.png").read_bytes()


def test_two_runs_write_the_same_bytes() -> None:
    one, two = study_of(), run_scenario(FakeScenario(), machinery(), RunConfig(executor="processes:2", finish=pictures))
    assert one.folder != two.folder
    for path in one.folder.rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            assert path.read_bytes() == (two.folder / path.relative_to(one.folder)).read_bytes()


def test_progress_counts_every_run() -> None:
    heard: list[Progress] = []
    study_of(progress=heard.append)
    assert [step.done for step in heard if step.phase == "simulating"] == [2, 4, 6, 8]
    assert {step.total for step in heard if step.phase == "simulating"} == {8}
    assert heard[0].phase == "starting"
    assert heard[-1].phase == "writing"


def raising(error: BaseException) -> Any:
    def fails(scenario: Any, replication: int, strategies: Sequence[str]) -> Any:
        raise error

    return fails


def test_wrong_input_found_late_leaves_nothing() -> None:
    with pytest.raises(InputError):
        run_scenario(FakeScenario(), machinery(raising(InputError(Problem("wrong")))), RunConfig(executor="in-process"))
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("error", "seen", "status"),
    [
        (RunError("no luck"), RunError, "failed"),
        (MemoryError(), RunError, "failed"),
        (KeyboardInterrupt(), KeyboardInterrupt, "interrupted"),
    ],
)
def test_the_manifest_says_how_a_run_ended(error: BaseException, seen: type[BaseException], status: str) -> None:
    with pytest.raises(seen):
        run_scenario(FakeScenario(), machinery(raising(error)), RunConfig(out="out", executor="in-process"))
    assert json.loads(Path("out/manifest.json").read_text())["status"] == status
    assert not [path for path in Path("out").iterdir() if path.name.startswith(".")]


SCRIPT = """
    import sys
    sys.path[:0] = [{checkout!r}, {here!r}]
    import invented_firm as fakes
    from loyaltysim.cli import main
    from loyaltysim.experiments import run as experiments

    def slow(scenario, replication, strategies):
        return fakes.slow_simulate(scenario, replication, strategies)

    def stand_in(scenario, order, **changes):
        spec = fakes.FakeScenario(replications={replications})
        made = experiments.Machinery({simulate}, fakes.CATALOG, lambda spec: "title: fake\\n")
        return experiments.carry_out(spec, made, order)

    {before}
    experiments.run = stand_in
    main(["run", "scenario.yml", "--executor", {executor!r}, "--out", {out!r}])
"""


def script(**parts: Any) -> list[str]:
    parts = {
        "before": "",
        "replications": 3,
        "executor": "in-process",
        "out": "out",
        "simulate": "fakes.simulate",
    } | parts
    text = textwrap.dedent(SCRIPT).format(checkout=str(CHECKOUT), here=str(HERE), **parts)
    Path("script.py").write_text(text)
    return [sys.executable, "script.py"]


def ended(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("executor", ["in-process", "processes:2"])
def test_the_command_answers_and_says_where_the_files_lie(executor: str) -> None:
    # the script has no main guard: workers must not run it again
    done = ended(script(executor=executor, replications=30))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Recovery earns ")
    assert "worth (NPV)" in done.stdout
    assert done.stdout.rstrip().endswith("Results are in out")


def test_a_full_disk_is_said_plainly_and_leaves_no_half_file() -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
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
    hungry = """
    import numpy as np
    from types import SimpleNamespace
    fakes.FakeScenario.market = SimpleNamespace(people=100_000_000)
    """
    done = ended(
        script(
            before=hungry.replace("\n    ", "; ").strip("; \n"),
            simulate="fakes.hungry_simulate",
            executor="processes:2",
        )
    )
    assert done.returncode == 1
    assert done.stderr.startswith("not enough memory for 100,000,000 people\n    take a smaller market")
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert manifest["status"] == "failed"
    assert manifest["error"].startswith("not enough memory for 100,000,000 people")


def test_who_leads_is_told_once_it_can_be() -> None:
    heard: list[Progress] = []
    study_of(progress=heard.append)
    told = [step.best for step in heard if step.phase == "simulating"]
    assert told == ["", "recovery leads so far", "recovery leads so far", "recovery leads so far"]


def test_help_and_wrong_places_answer_without_heavy_imports() -> None:
    heavy = ("numpy", "pandas", "scipy", "matplotlib", "pyarrow", "rich", "numba", "mesa")
    program = f"""
        import sys
        sys.path.insert(0, {str(CHECKOUT)!r})
        from loyaltysim.cli import main
        for arguments in (["--help"], ["x.yml", "--executor", "cloud"], ["x.yml"]):
            try:
                main(["run", *arguments])
            except SystemExit as end:
                print(end.code, [name for name in {heavy!r} if name in sys.modules])
    """
    done = ended([sys.executable, "-c", textwrap.dedent(program)])
    assert [line for line in done.stdout.splitlines() if line[:1].isdigit()] == ["0 []", "2 []", "2 []"]
    assert "'cloud' is not a place to compute" in done.stderr


class Replaceable(FakeScenario):
    def replace(self, changes: dict[str, Any], source: str) -> FakeScenario:
        return dataclasses.replace(self, **changes)


def test_a_scenario_of_python_takes_what_the_call_says() -> None:
    asked = {"replications": None, "months": 6, "seed": None, "overrides": ()}
    assert read_scenario(Replaceable(), **asked).months == 6
    assert read_scenario(Replaceable(), **asked).replications == 4
    with pytest.raises(InputError, match=r"scenario\.replace\("):
        read_scenario(Replaceable(), **asked | {"overrides": ("desk.budget=3",)})
