"""The line that a deciding command's page shows gives the same tables again, in the folder of its results."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from loyaltysim.cli import main
from loyaltysim.results.manifest import repeat_command
from tests.support.firm import written

ASKED = {
    "breakeven": ["--over", "market.margin_mean=20:4000", "--between", "advertise,as today", "--map",
                  "market.margin_mean=20:4000:2", "advertising.scale=500:2000:2"],
    "sweep": ["--design", "own.csv", "--replications", "7"],
    "sensitivity": ["--points", "9", "--trajectories", "2", "--most-points", "50", "--set", "desk.budget+=10"],
    "optimise": ["--budget", "1000.5", "--levers", "advertising.budget,winback.budget", "--by-year", "--at-most",
                 "advertising.budget=900"],
}  # fmt: skip


@pytest.mark.parametrize("verb", ASKED)
def test_the_line_on_the_page_gives_the_same_again(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("loyaltysim.experiments.optimise.search.Search.global_search.__defaults__", (1,))
    (tmp_path / "own.csv").write_text("market.margin_mean,desk.budget\n20,0\n4_000,100\n")
    here = ["--executor", "in-process", "--out"]
    done = CliRunner().invoke(main, [verb, str(written(tmp_path)), *ASKED[verb], *here, "out"])
    assert done.exit_code == 0, done.output
    line = json.loads(Path("out/manifest.json").read_text())["repeat"]
    assert line in Path("out/report.html").read_text().replace("&#39;", "'")
    monkeypatch.chdir(tmp_path / "out")
    again = CliRunner().invoke(main, [*shlex.split(line)[1:], *here, "again"])
    assert again.exit_code == 0, again.output
    for table in Path().glob("*.csv"):
        assert (Path("again") / table.name).read_bytes() == table.read_bytes(), table.name


@pytest.mark.parametrize("verb", ASKED)
def test_an_interrupted_command_is_finished_in_its_folder(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("loyaltysim.experiments.optimise.search.Search.global_search.__defaults__", (1,))
    (tmp_path / "own.csv").write_text("market.margin_mean,desk.budget\n20,0\n4_000,100\n")
    asked = [verb, str(written(tmp_path)), *ASKED[verb], "--executor", "in-process", "--out"]
    assert CliRunner().invoke(main, [*asked, "undisturbed"]).exit_code == 0
    undisturbed = {file.name: file.read_bytes() for file in Path("undisturbed").glob("*.csv")}
    manifest = json.loads(Path("undisturbed/manifest.json").read_text())
    here = Path("here")
    here.mkdir()
    (here / "scenario.yml").write_bytes(Path("undisturbed/scenario.yml").read_bytes())
    (here / ".winners.csv.1.part").write_text("half")
    told = {key: value for key, value in manifest.items() if key not in ("answer", "notes", "files", "duration_s")}
    (here / "manifest.json").write_text(json.dumps(told | {"status": "interrupted"}))
    unfinished = CliRunner().invoke(main, ["report", "here"])
    assert (unfinished.exit_code, "finish it: loyaltysim resume here" in unfinished.output) == (2, True)
    done = CliRunner().invoke(main, ["resume", "here", "--executor", "in-process"])
    assert done.exit_code == 0, done.output
    assert {file.name: file.read_bytes() for file in here.glob("*.csv")} == undisturbed
    after = json.loads((here / "manifest.json").read_text())
    changing = ("started", "duration_s")
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in manifest.items() if k not in changing
    }
    assert (here / "report.html").exists()
    assert not list(here.glob(".*.part"))
    again = CliRunner().invoke(main, ["resume", "here"])
    assert (again.exit_code, f"this {verb} is done: there is nothing to finish" in again.output) == (2, True)


def test_a_line_can_be_given_to_a_shell() -> None:
    options = {"over": ["a=1:2", "b"], "map": ("x", "y"), "by_year": True, "robust": None, "between": "", "budget": 2e4}
    assert repeat_command("verb", options) == (
        "loyaltysim verb scenario.yml --over a=1:2 --over b --map x y --by-year --budget 20000"
    )
    assert shlex.split(repeat_command("breakeven", {"between": "as today,the new"}))[-1] == "as today,the new"
