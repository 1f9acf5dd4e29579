"""`loyaltysim run --profile` lists every mechanism, and its shares are shares of the whole."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import reduce
from pathlib import Path

import numpy as np
import pytest

from loyaltysim.core.records import RunRecord
from loyaltysim.mechanisms import MONTH
from loyaltysim.results.results import Profile, add_profile

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yml"
SMALL = """title: a small market
extends: baseline.yml
calibration: off
market: {people: 2000, customers: 400, burn_in: 2}
reviews: off
strategies: {as today: {}}
"""


@pytest.mark.parametrize("executor", ["in-process", "processes:2"])
def test_every_mechanism_that_is_on_is_listed_and_shares_add_up(tmp_path: Path, executor: str) -> None:
    (tmp_path / "baseline.yml").write_bytes(BASELINE.read_bytes())
    (tmp_path / "small.yml").write_text(SMALL)
    command = [
        "run",
        "small.yml",
        "--profile",
        "--months",
        "6",
        "--replications",
        "2",
        "--quiet",
        "--out",
        "out",
        "--executor",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "loyaltysim", *command, executor],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Processor time of 6 months in 2 runs" in done.stdout
    rows = re.findall(r"^ *(\w+) +([\d.]+) +([\d.]+)% +([\d.]+) *$", done.stdout, re.MULTILINE)
    listed = {name: float(share) for name, _, share, _ in rows}
    assert listed.pop("all") == 100
    assert set(listed) == {mechanism.key for mechanism in MONTH} - {"reviews"}
    assert sum(listed.values()) == pytest.approx(100, abs=0.05 * len(listed))
    assert "median" in done.stdout


def record(*months: dict[str, float]) -> RunRecord:
    return RunRecord("as today", 0, np.zeros((3, 1)), {}, 0.0, 200, tuple(months))


def test_runs_are_added_up_month_by_month() -> None:
    runs = [record({"desk": 1.0, "staff": 2.0}, {"desk": 3.0}), record({"desk": 10.0}, {"staff": 20.0})]
    profile = reduce(add_profile, runs, None)
    assert profile is not None
    assert profile == Profile(({"desk": 11.0, "staff": 2.0}, {"desk": 3.0, "staff": 20.0}), 400, 2)
    assert profile.mechanisms == {"desk": 14.0, "staff": 22.0}
    assert profile.total == 36.0


def test_without_measurements_there_is_no_profile() -> None:
    assert add_profile(None, record()) is None
