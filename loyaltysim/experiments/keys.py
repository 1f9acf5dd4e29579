"""Under which key a run is known: all that it depends on, and nothing else."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Sequence
from functools import cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

OF_THE_STUDY = ("title", "question", "lesson", "start", "replications", "currency", "calibration")
"""What changes no run: texts, how often, and which calendar month is the first (the plan says it month by month)."""
FILES_PATH = "market.network.path"
"""Of an own network the content counts, not where it lies."""


def world_key(scenario: Scenario) -> str:
    """Give the digest of all that the runs of a solved scenario share: every value, its luck, the program and the machine."""
    values = {path: value for path, value in scenario.flat().items() if path not in (*OF_THE_STUDY, FILES_PATH)}
    values["network"] = scenario.network_sha256
    return _digest(json.dumps(values, sort_keys=True), makings())


def plan_key(scenario: Scenario, strategy: str) -> str:
    """Give the digest of what a strategy does: its levers month by month, and its pilot; not what it is called.

    A lever that a strategy sets to what it is anyway is no part of it.
    """
    pilot = scenario.strategies[scenario.strategy_name(strategy)].pilot
    plan = {
        path: values for path, values in scenario.plan(strategy).items() if not _stays(_today(scenario, path), values)
    }
    return _digest(json.dumps([sorted(plan.items()), pilot.plain() if pilot else None]))


def _today(scenario: Scenario, path: str) -> object:
    return reduce(getattr, path.split("."), scenario)


def _stays(today: object, values: Sequence[float]) -> bool:
    return isinstance(today, float) and all(value == today for value in values)


def run_key(world: str, plan: str, replication: int) -> str:
    """Give the key of one run, from those of its world and its plan."""
    return _digest(world, plan, str(replication))


@cache
def makings() -> str:
    """Give the digest of what a run's bits depend on beside the scenario: this program, its arithmetic, this machine."""
    from importlib.metadata import version

    packages = [f"{name} {version(name)}" for name in ("numpy", "numba", "llvmlite")]
    return _digest(program(), *packages, platform.python_version(), machine())


@cache
def machine() -> str:
    """Name the machine as far as it bears on a result's last bits: `Linux x86_64 skylake`."""
    from llvmlite import binding

    return f"{platform.system()} {platform.machine()} {binding.get_host_cpu_name()}"


@cache
def program() -> str:
    """Give the version of loyaltysim with the digest of those of its sources that simulate."""
    from loyaltysim import __version__

    digest = hashlib.blake2b(digest_size=8)
    for file in _sources():
        digest.update(file.read_bytes())
    return f"{__version__}+{digest.hexdigest()}"


def _sources() -> Iterator[Path]:
    package = Path(__file__).parent.parent
    for room in ("core", "kernels", "mechanisms", "scenario", "calibration"):
        yield from sorted((package / room).glob("*.py"))
    yield from (package / f"{name}.py" for name in ("engine", "arms", "pilot", "model"))


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
