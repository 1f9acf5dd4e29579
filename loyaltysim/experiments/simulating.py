"""Every run of a scenario: taken from an earlier study or computed, whatever becomes of single ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import LoyaltysimError, RunError, describe_error
from loyaltysim.execution import executors
from loyaltysim.execution.progress import LeadingStrategy, Progress, is_memory_error
from loyaltysim.execution.run_cache import missing_runs, open_no_cache
from loyaltysim.results.results import RunAccumulator, RunFailure

if TYPE_CHECKING:
    from loyaltysim.core.records import RunRecord
    from loyaltysim.experiments.run import Machinery, Order

Task = tuple[Any, int, tuple[str, ...]]
"""A scenario, a replication and some strategies."""


def simulated(spec: Any, machinery: Machinery, order: Order, runs: RunAccumulator) -> int:
    """Take in every run of a scenario that is not among `runs` yet; gives how many of these an earlier study had made.

    A run that fails is put down as such, and the others go on; if all fail, the first one's error is raised. What is wrong
    with the input or with the place to compute is raised at once.
    """
    names, count = tuple(spec.strategies), spec.replications
    watch = _Watch(order, len(names) * count, runs, LeadingStrategy(len(names)))
    lost = _Lost(runs)
    with (
        executors.open_executor(order.executor, count, order.threads or 0) as pool,
        (machinery.kept if executors.is_bitwise_reproducible(pool) else open_no_cache)(spec) as kept,
    ):
        known = len(runs)
        for record in kept.found(runs):
            runs.take([record])
            watch.hear([record])
        reused = len(runs) - known
        watch.tell("starting", len(runs))
        there = {*runs, *runs.failures}
        tasks: Iterator[Task] = ((spec, r, wanted) for r, wanted in missing_runs(there, names, count).items())
        for done in executors.iterate_completed(pool, machinery.simulate, tasks, lost.tried_singly):
            kept.keep(done)
            runs.take(done)
            watch.hear(done)
            watch.tell("simulating", known + reused)
    if lost.first and not len(runs):
        raise RunError(f"every run failed: {describe_error(lost.first)}") from lost.first
    return reused


class _Lost:
    """Puts down the runs that fail. A task of several strategies is tried again, one by one: most of them are sound."""

    def __init__(self, runs: RunAccumulator) -> None:
        self._runs = runs
        self.first: Exception | None = None

    def tried_singly(self, task: Task, error: Exception) -> list[Task]:
        """Give what to try in a failed task's place; raises the error again where it is no single run's."""
        spec, replication, names = task
        of_all = isinstance(error, LoyaltysimError) and not isinstance(error, executors.WorkerLostError)
        too_large = is_memory_error(error) and not len(self._runs)
        if of_all or too_large or isinstance(error, executors.NO_WORK_MORE):
            raise error
        self.first = self.first or error
        if len(names) > 1:
            return [(spec, replication, (name,)) for name in names]
        told = RunFailure(names[0], replication, " ".join(describe_error(error).split()))
        self._runs.failures[names[0], replication] = told
        return []


@dataclass
class _Watch:
    """Tells how far a study is, of so many runs."""

    order: Order
    total: int
    runs: RunAccumulator
    leading: LeadingStrategy

    def __post_init__(self) -> None:
        self._began, self._best = perf_counter(), ""

    def hear(self, records: list[RunRecord]) -> None:
        """Hear of further runs."""
        self._best = self.leading.after(records)

    def tell(self, phase: Any, reused: int) -> None:
        """Tell the listener."""
        done = len(self.runs) + len(self.runs.failures)
        seconds = perf_counter() - self._began if phase == "simulating" else 0.0
        self.order.progress(Progress(phase, done, self.total, seconds, reused, self._best))
