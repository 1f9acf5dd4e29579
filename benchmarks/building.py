"""What a market takes up: bytes a person, and a network's building."""

from __future__ import annotations

import json
import time
from typing import Any

from benchmarks.measuring import Figures, figure, run_python
from benchmarks.plan import Plan
from benchmarks.speed_settings import SMALL_WORLD, UNIFORM
from loyaltysim.core.random_streams import static_key
from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import build_network

PARTS = {"columns": "columns", "world": "columns and network", "peak": "most that a process grew by to run it"}


def build(people: int, network: str) -> tuple[Any, Any]:
    """Build the baseline's network for so many people."""
    size = {"market.people": people, "market.customers": people // 5, "market.network.kind": network}
    scenario = Scenario().replace({**size, "calibration": "off"}, source="benchmark")
    return build_network(scenario.mechanism("market"), static_key(scenario.seed, 0, "market", "network"))


def network(plan: Plan) -> Figures:
    """Measure the building of a big small world: processor time, and the memory it holds and takes."""
    build(1_000, SMALL_WORLD)
    seconds = []
    for _ in range(plan.repeats):
        begun = time.process_time()
        build(plan.big, SMALL_WORLD)
        seconds.append(time.process_time() - begun)
    found = _probed("network_memory", plan.big, SMALL_WORLD)
    of = f"small world of {plan.big:,} people, k = 12"
    return {
        "network.seconds": figure(f"{of}: building it", "s", seconds),
        "network.held": figure(f"{of}: held", "MB", found["held"]),
        "network.peak": figure(f"{of}: at most while building it", "MB", found["peak"]),
    }


def memory(plan: Plan) -> Figures:
    """Measure a market's bytes a person: its columns, its whole state, and the most a fresh process grew by."""
    figures: Figures = {}
    for size, people in (("big", plan.big), ("huge", plan.engine[-1])):
        for kind, word in ((UNIFORM, "uniform mixing"), (SMALL_WORLD, "small world, k = 12")):
            for part, bytes_a_person in _probed("market_memory", people, kind).items():
                what = f"{people:,} people, {word}: {PARTS[part]}"
                figures[f"memory.{part}.{kind}.{size}"] = figure(what, "bytes/person", bytes_a_person)
    return figures


def _probed(what: str, people: int, kind: str) -> dict[str, float]:
    found: dict[str, float] = json.loads(run_python("-m", "benchmarks.probe", what, str(people), kind))
    return found
