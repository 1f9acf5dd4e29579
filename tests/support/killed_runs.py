"""A study of many short runs, killed without warning at some moment, then resumed: what is left, and what was computed."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loyaltysim.execution.executors import AHEAD

ROOT = Path(__file__).parents[2]
WORKERS = 2
STRATEGIES = {"as today": {}, "recovery": {"desk.budget": {"add": 300}}}
SCENARIO = """
calibration: off
market: {{people: 2000, customers: 400, burn_in: 12}}
months: 12
replications: {replications}
desk: {{budget: 80}}
advertising: {{budget: 1600, scale: 2000}}
strategies: {{as today: {{}}, recovery: {{desk.budget: {{add: 300}}}}}}
"""
PROGRAM = """
    import sys
    sys.path[:0] = [{root!r}]
    from loyaltysim.cli import main
    from loyaltysim.execution import tasks
    from tests.support import counted
    tasks.simulate_records = counted.simulate
    main(sys.argv[1:])
"""
MOST_IN_FLIGHT = WORKERS * AHEAD * len(STRATEGIES)


@dataclass(frozen=True)
class Scene:
    """A folder of its own for one study: its scenario, its ledger, its count of computed runs."""

    place: Path
    replications: int

    @property
    def out(self) -> Path:
        return self.place / "out"

    @property
    def runs(self) -> int:
        return len(STRATEGIES) * self.replications

    def computed(self) -> int:
        """Count the runs that were computed so far, in whatever process."""
        file = self.place / "counted"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def stored(self) -> int:
        """Count the runs that the ledger holds."""
        from loyaltysim.execution.run_cache import SqliteCache

        with SqliteCache(self.place / "runs") as ledger:
            return ledger.count()

    def begin(self, verb: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a verb of the command line on this scene."""
        command = [
            sys.executable,
            str(self.place / "program.py"),
            verb,
            *arguments,
            "--executor",
            f"processes:{WORKERS}",
        ]
        return subprocess.Popen(
            command, env=self._environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self) -> subprocess.Popen[str]:
        return self.begin("run", str(self.place / "study.yml"), "--out", str(self.out))

    def resumed(self) -> tuple[int, str]:
        """Resume the study and wait for its end; gives the exit status and what was said on standard error."""
        process = self.begin("resume", str(self.out), "--quiet")
        _, said = process.communicate(timeout=300)
        return process.returncode, said

    def _environment(self) -> Mapping[str, str]:
        own = {"LOYALTYSIM_RUNS": str(self.place / "runs"), "COUNTED_RUNS": str(self.place / "counted")}
        return dict(os.environ) | own


def scene(place: Path, replications: int) -> Scene:
    """Lay out a study in a folder."""
    place.mkdir(parents=True)
    (place / "study.yml").write_text(SCENARIO.format(replications=replications))
    (place / "program.py").write_text(textwrap.dedent(PROGRAM.format(root=str(ROOT))))
    return Scene(place, replications)


def killed_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kill a process after some seconds, with no chance to tidy up; gives whether it was still at work."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    return False


def killed_when(process: subprocess.Popen[str], here: Scene, computed: int) -> None:
    """Kill a process once so many runs are computed."""
    while here.computed() < computed and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    process.communicate()


def files_of(folder: Path) -> dict[str, bytes]:
    """Give every file's bytes, but of the manifest, which tells the time."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
