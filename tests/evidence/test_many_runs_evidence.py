"""Ten thousand runs pass through a lab, and what its driver holds in memory does not grow with their number."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.filing import Finding

FEW, MANY, MOST_MB = 1_000, 10_000, 500
PROGRAM = """
    import json, os, resource, sys
    from pathlib import Path

    sys.path.insert(0, os.getcwd())

    def main(runs, folder):
        from loyaltysim.experiments.lab import Ask, Lab
        from loyaltysim.experiments.ledger import Ledger
        from loyaltysim.scenario import Scenario
        from tests.conftest import SMALL

        plans = {"as today": {}, "recovery": {"desk.budget": {"add": 300}}}
        small = Scenario().replaced({**SMALL, "months": 6, "strategies": plans}, source="test")
        asks = (Ask(small.replaced({"seed": seed}), tuple(plans), (0, 1, 2, 3, 4)) for seed in range(runs // 10))
        with Lab("processes:2", store=lambda: Ledger(Path(folder))) as lab:
            worths = [float(answer.figures["recovery"]["npv"].mean()) for answer in lab.answers(asks)]
        with Ledger(Path(folder)) as ledger:
            kept = ledger.count()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"answers": len(worths), "kept": kept, "peak_mb": round(peak, 1)}))

    if __name__ == "__main__":
        main(int(sys.argv[1]), sys.argv[2])
"""


def measured(runs: int, place: Path) -> dict[str, Any]:
    """Let a process of its own pass so many runs through a lab; gives what it says of its memory."""
    place.mkdir()
    (place / "program.py").write_text(textwrap.dedent(PROGRAM))
    command = [sys.executable, str(place / "program.py"), str(runs), str(place / "runs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.evidence
def test_the_drivers_memory_does_not_grow_with_the_runs(file: Callable[[Finding], None], tmp_path: Path) -> None:
    few, many = measured(FEW, tmp_path / "few"), measured(MANY, tmp_path / "many")
    passed = many["peak_mb"] < MOST_MB and many["kept"] == MANY and few["kept"] == FEW
    file(
        Finding(
            "many_runs",
            "The memory of a study's driver does not grow with its runs",
            f"the driver's peak is {many['peak_mb']:.0f} MB after {MANY:,} runs (below {MOST_MB} asked for) and "
            f"{few['peak_mb']:.0f} MB after {FEW:,}; every run is in the ledger once",
            passed,
            {"first": 0},
            {"few": few, "many": many},
        )
    )
    assert passed
    assert many["peak_mb"] - few["peak_mb"] < 60
