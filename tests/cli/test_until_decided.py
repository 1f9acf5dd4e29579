"""Runs that end by a rule: what they refuse, and what they leave when they are interrupted and carried on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import loyaltysim as ls
from loyaltysim.cli import main
from loyaltysim.experiments.run import StoppingRule
from loyaltysim.results.run_folder import RunFolder
from tests.support.firm import FILE, call, tables, written

ALONE = FILE.replace("  advertise: {advertising.budget: {add: 500}}\n", "")
SETTLING = ("--until-decided", "--most-replications", 24)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOYALTYSIM_RUNS", str(tmp_path / "runs"))


def answer(*words: Any) -> Result:
    return CliRunner().invoke(main, [*(str(word) for word in words), "--executor", "in-process"])


def files_of(folder: Path) -> dict[str, bytes]:
    """Give every file's bytes, but of the manifest, which tells the time."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text()))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("undisturbed")
    done = answer("run", written(place), *SETTLING, "--out", place / "out")
    assert done.exit_code == 0, done.output
    return place / "out"


@pytest.mark.machines
def test_one_strategy_cannot_be_decided_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for more in ((), ("--precision", "50%")):
        done = answer("run", written(tmp_path, ALONE), *SETTLING, *more, "--out", out)
        assert done.exit_code == 2, done.output
        assert "there is only one strategy" in done.output
        assert "name two or more below `strategies`, or ask for --precision alone" in done.output
        assert not out.exists()


@pytest.mark.machines
def test_where_all_runs_of_the_others_failed_nothing_is_decided() -> None:
    for rule in (StoppingRule(until_decided=True), StoppingRule(share=0.5, until_decided=True)):
        found = rule.look({"as today": np.array([3.0, 3.1, 2.9])})
        assert (found.best, found.second, found.settled) == ("as today", "", False)


@pytest.mark.machines
def test_one_strategy_may_be_known_to_a_precision(tmp_path: Path) -> None:
    done = answer("run", written(tmp_path, ALONE), "--precision", "50%", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "settled after" in done.output


@pytest.mark.machines
def test_one_strategy_cannot_be_decided_by_resuming_and_the_folder_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert answer("run", written(tmp_path, ALONE), "--replications", 2, "--out", out).exit_code == 0
    rule = {"share": 0.0, "until_decided": True, "most": 24}
    (out / "manifest.json").write_text(json.dumps(manifest(out) | {"status": "interrupted", "stops_when": rule}))
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    done = answer("resume", out)
    assert done.exit_code == 2, done.output
    assert "there is only one strategy" in done.output
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before


class Killed(BaseException):
    """What no part of the program catches: the process is gone."""


def killed_at(monkeypatch: pytest.MonkeyPatch, name: str, which: int) -> None:
    """Let the process be gone when a file of this name is about to be written for the `which`-th time."""
    real, seen = RunFolder.write, [0]

    def write(folder: RunFolder, file: str, content: str | bytes) -> None:
        seen[0] += file == name
        if seen[0] >= which:
            raise Killed
        real(folder, file, content)

    monkeypatch.setattr(RunFolder, "write", write)


@pytest.mark.machines
@pytest.mark.parametrize(
    ("name", "which"),
    [("manifest.json", 2), ("scenario.yml", 2), ("manifest.json", 3), ("summary.csv", 1)],
    ids=["before the number is known", "before the scenario has it", "after the scenario has it", "in the tables"],
)
def test_a_settling_run_that_is_killed_is_resumed_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: Path, name: str, which: int
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        killed_at(patched, name, which)
        with pytest.raises(Killed):
            main(["run", str(written(tmp_path)), *map(str, SETTLING), "--executor", "in-process", "--out", str(out)])
    assert manifest(out)["status"] == "interrupted"
    done = answer("resume", out)
    assert done.exit_code == 0, done.output
    assert files_of(out) == files_of(undisturbed)
    keys = ("answer", "settled", "after_replications", "replications", "scenario_sha256", "stops_when")
    assert all(manifest(out)[key] == manifest(undisturbed)[key] for key in keys)
    text = (out / "scenario.yml").read_text()
    assert "firm.yml" in text
    assert "scenario.yml:" not in text
    assert answer("rerun", out).exit_code == 0


@pytest.mark.machines
def test_a_done_run_that_is_tried_again_and_killed_can_be_carried_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(undisturbed, out)
    count = manifest(out)["replications"]
    longer = {"share": 1e-9, "until_decided": False, "most": count + 2}
    (out / "manifest.json").write_text(json.dumps(manifest(out) | {"runs_failed": 1, "stops_when": longer}))
    with monkeypatch.context() as patched:
        killed_at(patched, "scenario.yml", 1)
        with pytest.raises(Killed):
            main(["resume", str(out), "--executor", "in-process"])
    assert (manifest(out)["status"], manifest(out)["replications"]) == ("interrupted", count + 2)
    assert f"replications: {count} " in (out / "scenario.yml").read_text()
    done = answer("resume", out)
    assert done.exit_code == 0, done.output
    assert f"replications: {count + 2} " in (out / "scenario.yml").read_text()


@pytest.mark.machines
def test_only_the_number_of_replications_may_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        killed_at(patched, "scenario.yml", 2)
        with pytest.raises(Killed):
            main(["run", str(written(tmp_path)), *map(str, SETTLING), "--executor", "in-process", "--out", str(out)])
    text = (out / "scenario.yml").read_text()
    (out / "scenario.yml").write_text(text.replace("months: 6 ", "months: 7 "))
    refused = answer("resume", out)
    assert refused.exit_code == 2
    assert "no longer the one of this run" in refused.output


@pytest.mark.usefixtures("elsewhere")
def test_a_run_until_decided_says_by_which_rule_and_can_be_repeated(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = call(
        "run", written(tmp_path), "--until-decided", "--most-replications", 24, "--executor", "in-process", "--out", out
    )
    assert done.exit_code == 0, done.output
    manifest = json.loads((out / "manifest.json").read_text())
    told = " ".join(done.output.split())
    assert manifest["settled"] is True
    assert f"settled after {manifest['after_replications']} replications" in told
    assert manifest["after_replications"] < 24
    duel = tables(out)["duel"]
    assert (duel.replications == manifest["after_replications"]).all()
    npv = duel[duel.measure == "npv"].iloc[0]
    assert npv.anytime_low > 0
    assert npv.anytime_low < npv.ci_low < npv.difference
    again = call("rerun", out, "--executor", "in-process")
    assert again.exit_code == 0, again.output


@pytest.mark.usefixtures("elsewhere")
def test_a_limit_that_is_hit_is_said(tmp_path: Path) -> None:
    study = ls.run(written(tmp_path), precision="0.001%", most_replications=8, executor="in-process", quiet=True)
    assert "not settled after 8 replications, the most allowed" in study.answer
