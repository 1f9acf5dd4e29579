"""Where replications are computed: here, or in worker processes; any `concurrent.futures.Executor` will do.

A task is one replication with all its strategies. Workers are started by a context of their own that never touches the
program's start method, does not run the user's main script again, leaves signals to the parent, and ends by itself
when the parent is gone.
"""

from __future__ import annotations

import multiprocessing.connection
import multiprocessing.context
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any, Literal, TypeVar

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.threads import at_most, usable_processors
from loyaltysim.experiments.defaults import PLACE

T = TypeVar("T")
ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PARENTS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals by which a group of processes is ended: the parent heeds them, and ends its workers."""
WHERE = re.compile(r"(in-process|processes)(?::(\d+))?")


class WorkerLostError(RunError):
    """A task was given up because workers died over it, again and again."""


@dataclass(frozen=True)
class Place:
    """Where to compute: in this process, or in so many worker processes (0: as many as it may use)."""

    kind: Literal["in-process", "processes"]
    workers: int = 0


def parse(text: str) -> Place:
    """Read `in-process`, `processes` or `processes:N`."""
    match = WHERE.fullmatch(text.strip())
    kind, number = match.groups() if match else ("", None)
    if kind == "in-process" and number is None:
        return Place("in-process")
    if kind == "processes" and (number is None or int(number) > 0):
        return Place("processes", int(number or 0))
    cure = "write in-process, processes, or processes:N with N of 1 or more"
    raise InputError(Problem(f"{text!r} is not a place to compute", where="--executor", cure=cure))


class InProcess(Executor):
    """An executor that computes a task at once, when it is submitted; `threads` as in `opened`."""

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


class Processes(ProcessPoolExecutor):
    """Worker processes that are deaf to Ctrl-C and its like, and can be ended at once; each uses so many threads."""

    def __init__(self, workers: int, threads: int = 1) -> None:
        self.workers, self.threads = workers, threads
        self._context = _Context()
        with _interrupts_held_back():  # the first pool starts the standard library's tracker of semaphores
            super().__init__(workers, mp_context=self._context, initializer=_begin_worker)

    def end(self) -> None:
        """Drop what waits and end the workers without waiting for their tasks."""
        self.shutdown(wait=False, cancel_futures=True)
        for process in self._context.started:
            process.kill()  # they are deaf to SIGTERM


class _Worker(SpawnProcess):
    """A worker that neither hears signals meant for the parent nor imports the user's main script (which may lack a main guard)."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - the standard library's name
        with _interrupts_held_back(), _without_main_script():
            return SpawnProcess._Popen(process_obj)


class _Context(SpawnContext):
    """A spawn context that remembers the processes it started."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[multiprocessing.context.SpawnProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        process = _Worker(*args, **kwargs)
        self.started.append(process)
        return process


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Block the parent's signals in this thread for a moment: a child inherits the block, here they only come later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, PARENTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_main_script() -> Iterator[None]:
    """Hide the main script while a child is prepared, so that the child does not run it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin_worker() -> None:
    """Make a fresh worker's libraries one-threaded, before NumPy or Numba are imported, deaf, and mortal with its parent."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    for number in PARENTS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """Wait until the parent is gone, however it went, and end: else a worker would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


@contextmanager
def opened(where: str | Executor | None, tasks: int, threads: int = 0) -> Iterator[Executor]:
    """Open the place to compute so many tasks; one's own executor is used as it is and left open.

    `threads`: how many each task may use; 0 gives them the processors that the workers leave idle, one each at least.
    Raises RunError when a worker dies. On any other way out than the end, workers are ended at once.
    """
    if isinstance(where, Executor):
        yield where
        return
    place = parse(where or PLACE)
    workers = min(place.workers or max(1, usable_processors() // max(1, threads)), tasks)
    if place.kind == "in-process" or (workers == 1 and not place.workers) or tasks == 1:
        yield InProcess(threads)
        return
    pool = Processes(workers, threads or max(1, usable_processors() // workers))
    try:
        yield pool
        pool.shutdown()
    except BrokenProcessPool as broken:
        pool.end()
        raise RunError(
            f"a worker process died before its replication was done (out of memory, or ended from outside); "
            f"{workers} workers were running\n    try fewer, --executor processes:1, or a smaller market"
        ) from broken
    except BaseException:
        pool.end()
        raise


def completed(executor: Executor, task: Callable[..., T], arguments: Iterable[tuple[Any, ...]]) -> Iterator[T]:
    """Submit a task for each tuple of arguments and give the results as they end, in whatever order.

    A task in one's own executor uses one thread: how many processors are left for it cannot be known.
    """
    waiting: set[Future[T]] = set()
    threads: int = getattr(executor, "threads", 1)
    for each in arguments:
        waiting.add(executor.submit(_within, threads, task, *each))
        ready = {future for future in waiting if future.done()}
        waiting -= ready
        for future in ready:
            yield future.result()
    for future in as_completed(waiting):
        yield future.result()


def _within(threads: int, task: Callable[..., T], *arguments: Any) -> T:
    with at_most(threads):
        return task(*arguments)
