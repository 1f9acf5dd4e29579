"""What a whole run costs: a long horizon of a big market, its threads, and many replications of a small one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.batched import PROCESSES, batch
from benchmarks.measuring import Figures, alternately, figure, ratio, timed
from benchmarks.plan import Plan
from benchmarks.speed_settings import SMALL_WORLD, UNIFORM, core, whole
from loyaltysim.core.threads import limit_threads
from loyaltysim.execution.executors import Processes
from loyaltysim.model import LoyaltyModel, simulate
from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import stationary_start

A_TASK = 5


def horizon(plan: Plan) -> Figures:
    """Measure the whole model over the whole horizon in a big market, on two threads if the engine has them, and on one."""
    scenario = whole(plan.big, SMALL_WORLD, plan.months)
    start = stationary_start(scenario, scenario.seed, 0)
    played: dict[int, LoyaltyModel] = {}
    processor: dict[int, list[float]] = {1: [], 2: []}

    def runner(threads: int) -> Callable[[], float]:
        def play() -> None:
            with limit_threads(threads):
                model = LoyaltyModel(scenario, start=start)
                while model.running:
                    model.step()
                played[threads] = model

        def seconds() -> float:
            spent, wall = timed(play)
            processor[threads].append(spent)
            return wall

        return seconds

    walls = alternately({str(threads): runner(threads) for threads in (1, 2)}, plan.repeats)
    of = f"{plan.big:,} people x {plan.months} months, whole model, small world"
    figures: Figures = {}
    for threads in (1, 2):
        on = "one thread" if threads == 1 else f"{threads} threads"
        figures[f"horizon.{threads}"] = figure(f"{of}, wall, {on}", "s", walls[str(threads)])
        figures[f"horizon.{threads}.processor"] = figure(f"{of}, processor, {on}", "s", processor[threads])
    figures["horizon"] = figures.pop("horizon.2")
    what = f"{of}, wall: one thread against two"
    figures["two_threads"] = ratio(what, figures["horizon.1"], figures["horizon"])
    bits = _equal(played[1], played[2])
    figures["two_threads_equal_bits"] = figure(f"{of}: same bits on one thread and on two (1: yes)", "", bits)
    return figures


def _equal(one: LoyaltyModel, other: LoyaltyModel) -> float:
    pairs = [(one.record, other.record)]
    for name, table in one.world.tables.items():
        pairs += [(column, other.world.tables[name].__dict__[key]) for key, column in _columns(table).items()]
    return float(all(np.array_equal(a.view(np.uint8), b.view(np.uint8)) for a, b in pairs))


def _columns(table: Any) -> dict[str, Any]:
    return {name: table.__dict__[name] for name in table.columns}


def replications(plan: Plan) -> Figures:
    """Measure replications of a small market's core: the engine in two processes, and `mesa.batch_run` of the twin in two."""
    scenario = core(plan.small, UNIFORM, plan.months)
    walls: list[float] = []

    def engine() -> float:
        processor, wall = _engine_batch(scenario, plan.engine_replications)
        walls.append(wall / plan.engine_replications)
        return processor / plan.engine_replications

    def twin() -> float:
        return batch(scenario.flat(), plan.months, plan.twin_replications) / plan.twin_replications

    of = f"{plan.small:,} people x {plan.months} months, core, {PROCESSES} processes"
    spent = alternately({"engine": engine, "twin": twin}, plan.repeats)
    ours = figure(f"a replication of {of}: engine", "s", spent["engine"])
    theirs = figure(f"a replication of {of}: batch_run of the twin", "s", spent["twin"])
    return {
        "replications_faster": ratio(f"{of}: engine against batch_run of the twin", theirs, ours),
        "replication.engine": ours,
        "replication.twin": theirs,
        "replications_a_second": figure(f"replications of {of}, wall: engine", "1/s", [1 / wall for wall in walls]),
    }


def _engine_batch(scenario: Scenario, number: int) -> tuple[float, float]:
    """Simulate so many replications; gives the processor seconds of workers and parent, and the wall seconds.

    The workers are up, and have loaded the kernels, before the clocks are started: an experiment does that once.
    """
    groups = [range(first, min(first + A_TASK, number)) for first in range(0, number, A_TASK)]
    with Processes(PROCESSES) as pool:
        list(pool.map(_some_replications, [scenario] * 4 * PROCESSES, [range(A_TASK)] * 4 * PROCESSES))
        wall, processor = time.perf_counter(), time.process_time()
        workers = sum(pool.map(_some_replications, [scenario] * len(groups), groups))
        return workers + time.process_time() - processor, time.perf_counter() - wall


def _some_replications(scenario: Scenario, which: range) -> float:
    begun = time.process_time()
    for replication in which:
        simulate(scenario, replication, list(scenario.strategies))
    return time.process_time() - begun
