"""The line that a deciding command's page shows gives the same tables again, in the folder of its results."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from loyaltysim.commands import main
from loyaltysim.experiments.repeating import command_line
from tests.decisions.firm import written

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
    monkeypatch.setattr("loyaltysim.experiments.allocation.ROUNDS", 1)
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


def test_an_unfinished_folder_is_cured_by_its_own_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path)
    asked = ["--over", "desk.budget=0:400:2", "--executor", "in-process", "--out", "out"]
    assert CliRunner().invoke(main, ["sweep", "firm.yml", *asked]).exit_code == 0
    manifest = json.loads(Path("out/manifest.json").read_text())
    Path("out/manifest.json").write_text(json.dumps(manifest | {"status": "interrupted"}))
    for verb in ("report", "resume"):
        done = CliRunner().invoke(main, [verb, "out"])
        assert done.exit_code == 2
        assert f"give the command again, in this folder: {manifest['repeat']}" in done.output


def test_a_line_can_be_given_to_a_shell() -> None:
    options = {"over": ["a=1:2", "b"], "map": ("x", "y"), "by_year": True, "robust": None, "between": "", "budget": 2e4}
    assert command_line("verb", options) == (
        "loyaltysim verb scenario.yml --over a=1:2 --over b --map x y --by-year --budget 20000"
    )
    assert shlex.split(command_line("breakeven", {"between": "as today,the new"}))[-1] == "as today,the new"
