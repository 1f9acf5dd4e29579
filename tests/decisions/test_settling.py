"""Runs that end by a rule: what they refuse, and what they leave when they are interrupted and carried on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from loyaltysim.commands import main
from loyaltysim.experiments.precision import Rule
from tests.decisions.firm import FILE, written

ALONE = FILE.replace("  advertise: {advertising.budget: {add: 500}}\n", "")
SETTLING = ("--until-decided", "--most-replications", 24)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOYALTYSIM_RUNS", str(tmp_path / "runs"))


def call(*words: Any) -> Result:
    return CliRunner().invoke(main, [*(str(word) for word in words), "--executor", "in-process"])


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text()))


def test_one_strategy_cannot_be_decided_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for more in ((), ("--precision", "50%")):
        done = call("run", written(tmp_path, ALONE), *SETTLING, *more, "--out", out)
        assert done.exit_code == 2, done.output
        assert "there is only one strategy" in done.output
        assert "name two or more below `strategies`, or ask for --precision alone" in done.output
        assert not out.exists()


def test_where_all_runs_of_the_others_failed_nothing_is_decided() -> None:
    for rule in (Rule(until_decided=True), Rule(share=0.5, until_decided=True)):
        found = rule.look({"as today": np.array([3.0, 3.1, 2.9])})
        assert (found.best, found.second, found.settled) == ("as today", "", False)


def test_one_strategy_may_be_known_to_a_precision(tmp_path: Path) -> None:
    done = call("run", written(tmp_path, ALONE), "--precision", "50%", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "settled after" in done.output


def test_one_strategy_cannot_be_decided_by_resuming_and_the_folder_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert call("run", written(tmp_path, ALONE), "--replications", 2, "--out", out).exit_code == 0
    rule = {"share": 0.0, "until_decided": True, "most": 24}
    (out / "manifest.json").write_text(json.dumps(manifest(out) | {"status": "interrupted", "stops_when": rule}))
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    done = call("resume", out)
    assert done.exit_code == 2, done.output
    assert "there is only one strategy" in done.output
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
