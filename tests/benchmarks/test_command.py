"""`python -m benchmarks`, the real command, at tiny sizes: what it measures, never how fast."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bars import BARS
from benchmarks.months import MODELS, NETWORKS, name_of
from benchmarks.plan import FULL, QUICK

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
UNITS = {"ns/person-month", "times", "s", "1/s", "MB", "GB/s", "bytes/person", ""}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("bench") / "performance.json"
    done = run("--quick", "--out", str(path))
    assert done.returncode == 0, done.stderr
    written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert all(figure["what"] in done.stdout for name, figure in written["figures"].items() if "month." not in name)
    return written


def test_every_bar_has_its_figure(record: dict[str, Any]) -> None:
    assert {bar["figure"] for bar in record["bars"]} == {bar.figure for bar in BARS}


def test_every_contestant_is_there_at_every_size(record: dict[str, Any]) -> None:
    players = {"whole": ("engine",), "core": ("engine", "numpy", "twin")}
    wanted = {
        name_of(model, network, player, people)
        for model in MODELS
        for network in NETWORKS
        for player in players[model]
        for people in getattr(QUICK, player)
    }
    assert {name for name in record["figures"] if name.startswith("month.")} == wanted


def test_figures_have_units_and_an_ordered_spread(record: dict[str, Any]) -> None:
    for name, figure in record["figures"].items():
        assert figure["unit"] in UNITS, name
        assert 0 <= figure["min"] <= figure["median"] <= figure["max"], name
        assert figure["min"] in figure["samples"], name


def test_the_machine_its_load_and_its_yardstick_are_recorded(record: dict[str, Any]) -> None:
    assert record["quick"]
    assert record["machine"]["processors"] >= 1
    assert record["load"]["before"] >= 0
    assert {"triad.before", "triad.after"} <= set(record["figures"])


def test_both_plans_compare_at_sizes_that_they_measure() -> None:
    for plan in (FULL, QUICK):
        assert plan.paired in set(plan.engine) & set(plan.numpy) & set(plan.twin)
        assert plan.big in plan.engine
        assert list(plan.engine) == sorted(plan.engine)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--repeats", "0"), "a median needs at least 1"),
        (("--only", "nothing"), "invalid choice"),
        (("--quick", "--write-page"), "--write-page needs everything at full size"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
