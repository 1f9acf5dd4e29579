"""Under which key a run is known: all that it depends on, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from loyaltysim.core.fingerprint import environment_fingerprint
from loyaltysim.scenario.data_files import NETWORK_PATH
from loyaltysim.scenario.study_settings import settings_outside

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario


RunKey = tuple[str, int]
"""A run of a scenario: its strategy and its replication."""


def scenario_keys(scenario: Scenario) -> dict[RunKey, str]:
    """Return the key of every run of a solved scenario, strategy by strategy."""
    world = world_key(scenario)
    plans = {name: plan_key(scenario, name) for name in scenario.strategies}
    return {
        (name, replication): run_key(world, plan, replication)
        for name, plan in plans.items()
        for replication in range(scenario.replications)
    }


def world_key(scenario: Scenario) -> str:
    """Give the digest of all that the runs of a solved scenario share: every value, its luck, the program and the machine."""
    left_out = {*settings_outside("run"), NETWORK_PATH}  # of an own network the content counts, not where it lies
    values = {path: value for path, value in scenario.flat().items() if path not in left_out}
    values["network"] = scenario.network_sha256
    return _digest(json.dumps(values, sort_keys=True), environment_fingerprint())


def plan_key(scenario: Scenario, strategy: str) -> str:
    """Return the digest of what a strategy does: its levers month by month, and its pilot; not what it is called.

    A lever that a strategy sets to what it is anyway is no part of it.
    """
    pilot = scenario.strategies[scenario.strategy_name(strategy)].pilot
    plan = {
        path: values for path, values in scenario.plan(strategy).items() if not _stays(scenario.value_at(path), values)
    }
    return _digest(json.dumps([sorted(plan.items()), pilot.to_plain() if pilot else None]))


def _stays(today: object, values: Sequence[float]) -> bool:
    return isinstance(today, float) and all(value == today for value in values)


def run_key(world: str, plan: str, replication: int) -> str:
    """Return the key of one run, from those of its world and its plan."""
    return _digest(world, plan, str(replication))


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
