"""`loyaltysim run` until its question is decided, on a small firm: by which rule it ended is told and can be repeated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import loyaltysim as ls
from tests.support.firm import call, tables, written

pytestmark = pytest.mark.usefixtures("elsewhere")


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


def test_a_limit_that_is_hit_is_said(tmp_path: Path) -> None:
    study = ls.run(written(tmp_path), precision="0.001%", most_replications=8, executor="in-process", quiet=True)
    assert "not settled after 8 replications, the most allowed" in study.answer
