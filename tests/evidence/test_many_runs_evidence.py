"""Ten thousand runs pass through `run`, and through a lab: what the driver holds in memory stays small."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.filing import Finding

pytestmark = pytest.mark.once

FEW, MANY, MOST_MB = 1_000, 10_000, 500
CHECKOUT = Path(__file__).parents[2]
PEAK = """
    import re, sys
    from pathlib import Path

    def peak_mb():
        told = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
        return round(int(told[1]) / 1024, 1)
"""
LAB = """
    import json, os

    sys.path.insert(0, os.getcwd())

    def main(runs, folder):
        from loyaltysim.execution.evaluator import Evaluator, Request
        from loyaltysim.execution.run_cache import SqliteCache
        from loyaltysim.scenario import Scenario
        from tests.conftest import SMALL

        plans = {"as today": {}, "recovery": {"desk.budget": {"add": 300}}}
        small = Scenario().replace({**SMALL, "months": 6, "strategies": plans}, source="test")
        requests = (Request(small.replace({"seed": seed}), tuple(plans), (0, 1, 2, 3, 4)) for seed in range(runs // 10))
        with Evaluator("processes:2", cache=SqliteCache(Path(folder))) as evaluator:
            worths = [float(answer.figures["recovery"]["npv"].mean()) for answer in evaluator.evaluate(requests)]
        with SqliteCache(Path(folder)) as ledger:
            kept = ledger.count()
        print(json.dumps({"answers": len(worths), "kept": kept, "peak_mb": peak_mb()}))

    if __name__ == "__main__":
        main(int(sys.argv[1]), sys.argv[2])
"""
RUN = """
    if __name__ == "__main__":
        from loyaltysim.cli import main
        try:
            main(sys.argv[1:])
        finally:
            print(f"{peak_mb()}", file=sys.stderr)
"""
SCENARIO = """
title: A very small market, very often
calibration: off
market: {people: 300, customers: 60, burn_in: 12}
months: 60
desk: {budget: 15}
advertising: {budget: 240, scale: 300}
strategies: {as today: {}, recovery: {desk.budget: {add: 50}}}
"""


def ended(place: Path, program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Let a process of its own carry out a program."""
    place.mkdir()
    (place / "program.py").write_text(textwrap.dedent(PEAK) + textwrap.dedent(program))
    command = [sys.executable, str(place / "program.py"), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=CHECKOUT, env=os.environ | environment
    )
    assert done.returncode == 0, done.stderr
    return done


def in_a_lab(runs: int, place: Path) -> dict[str, Any]:
    """Pass so many runs through a lab; gives what its driver says of its memory."""
    return dict(json.loads(ended(place, LAB, str(runs), str(place / "runs")).stdout))


def in_a_run(runs: int, place: Path) -> dict[str, Any]:
    """Let `loyaltysim run` make so many runs of 60 months, with every file that it writes; gives its driver's memory."""
    (place.parent / f"{place.name}.yml").write_text(SCENARIO)
    done = ended(
        place, RUN, "run", str(place.parent / f"{place.name}.yml"), "--replications", str(runs // 2), "--quiet",
        "--executor", "processes:2", "--out", str(place / "out"), LOYALTYSIM_RUNS="off",
    )  # fmt: skip
    manifest = json.loads((place / "out" / "manifest.json").read_text())
    took = {"seconds": manifest["duration_s"], "months_mb": round((place / "out/months.parquet").stat().st_size / 1e6)}
    return {"runs": manifest["runs"], "failed": manifest["runs_failed"], "peak_mb": float(done.stderr), **took}


@pytest.mark.evidence
def test_the_drivers_memory_does_not_grow_with_the_runs(file: Callable[[Finding], None], tmp_path: Path) -> None:
    lab, run = (
        {count: measured(count, tmp_path / f"{kind}{count}") for count in (FEW, MANY)}
        for kind, measured in (("lab", in_a_lab), ("run", in_a_run))
    )
    grown = run[MANY]["peak_mb"] - run[FEW]["peak_mb"]
    small = max(lab[MANY]["peak_mb"], run[MANY]["peak_mb"]) < MOST_MB
    complete = all(lab[count]["kept"] == run[count]["runs"] == count for count in (FEW, MANY))
    file(
        Finding(
            "many_runs",
            "The memory of a study's driver does not grow with its runs",
            f"the peak of `run`'s driver, which draws the report too, is {run[MANY]['peak_mb']:.0f} MB for {MANY:,} runs of 60 months "
            f"(below {MOST_MB} asked for) and {run[FEW]['peak_mb']:.0f} MB for {FEW:,}: {1_000 * grown / (MANY - FEW):.1f} kB a run, "
            f"its figures; that of a lab is {lab[MANY]['peak_mb']:.0f} and {lab[FEW]['peak_mb']:.0f} MB, each run in the ledger once",
            small and complete,
            {"first": 0},
            {
                "lab": {f"{count}": each for count, each in lab.items()},
                "run": {f"{count}": each for count, each in run.items()},
            },
        )
    )
    assert complete
    assert small
    assert lab[MANY]["peak_mb"] - lab[FEW]["peak_mb"] < 60
    assert grown < 150
