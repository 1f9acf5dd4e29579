"""`loyaltysim run --profile` lists every mechanism, and its shares are shares of the whole."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from loyaltysim.mechanisms import MONTH

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
