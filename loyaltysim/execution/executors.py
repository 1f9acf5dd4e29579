"""Where runs are computed: here, in worker processes, or on a cluster; any `concurrent.futures.Executor` will do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, TypeVar

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.threads import limit_threads, usable_processors
from loyaltysim.execution.process_pool import ONE_THREAD, Processes, WorkerLostError

__all__ = ["ONE_THREAD", "WorkerLostError", "check_place", "iterate_completed", "open_executor", "usable_processors"]

T = TypeVar("T")
Arguments = tuple[Any, ...]
PLACE = "processes"
"""Where replications are computed, unless told."""
WHERE = re.compile(r"(in-process|processes)(?::(\d+))?")
CLUSTER = re.compile(r"dask://(\[[0-9a-fA-F:.]+\]|[^\s:/?@\[\]]+):(\d{1,5})(\?allow-remote)?")
PLACES = "in-process, processes, or processes:N with N of 1 or more; or dask://HOST:PORT"
AHEAD = 2
"""Tasks that a worker may have: the one it computes, and the next."""
NO_WORK_MORE = (BrokenExecutor, CancelledError)
"""Errors of one's own executor by which it says that it takes no more work."""
MOST_AHEAD = 1_000
"""The same for one's own executor, whose workers cannot be counted."""


@dataclass(frozen=True)
class ExecutorPlace:
    """Where to compute: in this process, in so many worker processes (0: as many as it may use), or on a cluster.

    `host` and `port`: of the cluster's scheduler; `anywhere`: whether it may be on another machine without encryption.
    """

    kind: Literal["in-process", "processes", "dask"]
    workers: int = 0
    host: str = ""
    port: int = 0
    anywhere: bool = False


def parse_place(text: str) -> ExecutorPlace:
    """Read `in-process`, `processes`, `processes:N` or `dask://HOST:PORT`, the last perhaps with `?allow-remote`."""
    cluster = CLUSTER.fullmatch(text.strip())
    if cluster and 0 < int(cluster[2]) < 65_536:
        return ExecutorPlace("dask", host=cluster[1].strip("[]"), port=int(cluster[2]), anywhere=bool(cluster[3]))
    match = WHERE.fullmatch(text.strip())
    kind, number = match.groups() if match else ("", None)
    if kind == "in-process" and number is None:
        return ExecutorPlace("in-process")
    if kind == "processes" and (number is None or int(number) > 0):
        return ExecutorPlace("processes", int(number or 0))
    raise InputError(Problem(f"{text!r} is not a place to compute", where="--executor", cure=f"write {PLACES}"))


def check_place(where: str | Executor | None) -> None:
    """Refuse at once a place that is none, and a cluster that cannot be reached or may not be used.

    Raises InputError.
    """
    check_type(where)
    if not isinstance(where, str):
        return
    place = parse_place(where)
    if place.kind == "dask":
        from loyaltysim.execution import cluster

        with cluster.connected(place):
            pass


def check_type(where: object) -> None:
    """Refuse what is no place to compute and no executor. Raises InputError."""
    if where is not None and not isinstance(where, str | Executor):
        what = f"a value of type {type(where).__name__} is not a place to compute"
        cure = f"write {PLACES}; or give a concurrent.futures.Executor, which takes work by submit()"
        raise InputError(Problem(what, where="executor", cure=cure))


class InProcess(Executor):
    """An executor that computes a task at once, when it is submitted; `threads` as in `open_executor`."""

    workers = 1
    at_once = True

    def __init__(self, threads: int = 0) -> None:
        self.threads = threads

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Compute now; an exception stays in the future, Ctrl-C does not."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def open_executor(where: str | Executor | None, tasks: int, threads: int = 0) -> Iterator[Executor]:
    """Open the place to compute; on any other way out than the end, workers are ended at once.

    Args:
        where: A place as `parse_place` reads it, None for PLACE, or one's own executor, which is used as it is and left
            open.
        tasks: How many there will be at most: no more workers are started.
        threads: How many each task may use; 0 gives them the processors that the workers leave idle, one each at least.

    Raises:
        InputError: It is no place, or a cluster that cannot be used.
    """
    check_type(where)
    if isinstance(where, Executor):
        yield where
        return
    place = parse_place(where or PLACE)
    if place.kind == "dask":
        from loyaltysim.execution import cluster

        with cluster.connected(place, threads) as workers_there:
            yield workers_there
        return
    workers = min(place.workers or max(1, usable_processors() // max(1, threads)), tasks)
    if place.kind == "in-process" or (workers <= 1 and not place.workers) or tasks <= 1:
        yield InProcess(threads)
        return
    pool = Processes(workers, threads or max(1, usable_processors() // workers))
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        pool.end()
        raise


def free_slots(executor: Executor) -> list[int]:
    """Return how many tasks each worker has room for; a single number where work cannot be sent to one by name."""
    if hasattr(executor, "send"):
        return [AHEAD] * executor.workers  # type: ignore[attr-defined]
    return [1 if getattr(executor, "at_once", False) else MOST_AHEAD]


def submit_to(executor: Executor, worker: int, function: Callable[..., T], *arguments: Any) -> Future[T]:
    """Send a call to a worker by its number in `free_slots`; in one's own executor, to any.

    A task in one's own executor uses one thread: how many processors are left for it cannot be known.
    """
    threads: int = getattr(executor, "threads", 1)
    if hasattr(executor, "send"):
        sent: Future[T] = executor.send(worker, within, threads, function, *arguments)
        return sent
    return executor.submit(within, threads, function, *arguments)


def iterate_completed(
    executor: Executor,
    task: Callable[..., T],
    arguments: Iterable[Arguments],
    on_failure: Callable[[Any, Exception], Iterable[Arguments]] | None = None,
) -> Iterator[T]:
    """Submit a task for each tuple of arguments and give the results as they end, in whatever order.

    Args:
        executor: Where to compute; only so many tasks are sent ahead that no worker waits.
        task: The function, sent to workers by its name.
        arguments: Drawn when there is room for them.
        on_failure: Told of a task that raised, by its arguments; gives those of what is to be done in its place.
            Without it the error is raised.
    """
    free = free_slots(executor)
    in_flight: dict[Future[T], tuple[int, Arguments]] = {}
    waiting = iter(arguments)
    while True:
        while any(free) and (following := next(waiting, None)) is not None:
            worker = max(range(len(free)), key=free.__getitem__)
            free[worker] -= 1
            in_flight[submit_to(executor, worker, task, *following)] = worker, following
        if not in_flight:
            return
        for future in wait(in_flight, return_when=FIRST_COMPLETED).done:
            worker, sent = in_flight.pop(future)
            free[worker] += 1
            try:
                result = future.result()
            except Exception as error:
                if on_failure is None:
                    raise
                waiting = chain(on_failure(sent, error), waiting)
                continue
            yield result


def within(threads: int, function: Callable[..., T], *arguments: Any) -> T:
    """Call a function that may use so many threads."""
    with limit_threads(threads):
        return function(*arguments)
