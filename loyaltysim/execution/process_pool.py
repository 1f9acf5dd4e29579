"""Worker processes, each with a queue of its own: work goes where its market's start is, and survives a worker's death.

Workers are started by a context of their own that never touches the program's start method, does not run the user's
main script again, leaves signals to the parent, and ends by itself when the parent is gone. When one dies, another
takes its place and its tasks; a task over which workers die again and again is given up.
"""

from __future__ import annotations

import multiprocessing.connection
import multiprocessing.context
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any, TypeVar

from loyaltysim.core.errors import RunError

MOST_DEATHS = 3
"""How many workers may die over one task before it is given up."""
T = TypeVar("T")
ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PARENTS = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
"""Signals by which a group of processes is ended: the parent heeds them, and ends its workers."""


class WorkerLostError(RunError):
    """A task was given up because workers died over it, again and again."""

    def __init__(self, what: str = f"a worker process died {MOST_DEATHS} times over the same task") -> None:
        super().__init__(
            f"{what} (out of memory, or ended from outside)\n    try fewer, --executor processes:1, or a smaller market"
        )


class Job:
    """A call, the future that its caller has, and how many workers died over it."""

    def __init__(self, call: tuple[Any, ...], named: dict[str, Any]) -> None:
        self.call, self.named = call, named
        self.future: Future[Any] = Future()
        self.deaths = 0

    def settle(self, ended: Future[Any]) -> None:
        """Hand on how the call ended, unless its caller has given it up."""
        error = ended.exception()
        if error is not None:
            self.refuse(error)
        elif self.future.set_running_or_notify_cancel():
            self.future.set_result(ended.result())

    def drop(self) -> None:
        """Give the call up, and tell whoever waits for it."""
        self.future.cancel()
        self.future.set_running_or_notify_cancel()

    def refuse(self, error: BaseException) -> None:
        """Tell the caller an error."""
        if self.future.set_running_or_notify_cancel():
            self.future.set_exception(error)


class WorkerSlot:
    """A place for one worker: the pool that has it at present, if any, and its jobs in the order they were sent."""

    def __init__(self) -> None:
        self.pool: ProcessPoolExecutor | None = None
        self.jobs: list[Job] = []


class Processes(Executor):
    """Worker processes that are deaf to Ctrl-C and its like, and can be ended at once; each uses so many threads.

    A worker is started when it is first sent something.
    """

    def __init__(self, workers: int, threads: int = 1) -> None:
        self.workers, self.threads = workers, threads
        self._context = WorkerContext()
        self._slots = [WorkerSlot() for _ in range(workers)]
        self._lock = threading.RLock()
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Send a call to the worker with the fewest."""
        with self._lock:
            return self.send(
                min(range(self.workers), key=lambda each: len(self._slots[each].jobs)), fn, *args, **kwargs
            )

    def send(self, worker: int, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Send a call to one worker, 0 to `workers` - 1."""
        job, slot = Job((fn, *args), kwargs), self._slots[worker]
        with self._lock:
            if self._closed:
                raise RuntimeError("the workers have been ended")
            slot.jobs.append(job)
            self._submit(slot, job)
        return job.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers when their work is done."""
        if wait and not cancel_futures:
            wait_for([job.future for slot in self._slots for job in slot.jobs])
        with self._lock:
            self._closed = True
            pools = [slot.pool for slot in self._slots if slot.pool is not None]
        for pool in pools:
            pool.shutdown(wait, cancel_futures=cancel_futures)

    def end(self) -> None:
        """Drop what waits and end the workers without waiting for their tasks."""
        self.shutdown(wait=False, cancel_futures=True)
        for process in self._context.started:
            process.kill()  # they are deaf to SIGTERM

    def pids(self) -> list[int]:
        """Return the process numbers of the worker processes that live."""
        return [int(each.pid or 0) for each in self._context.started if each.is_alive()]

    def _submit(self, slot: WorkerSlot, job: Job) -> None:
        """Give a job to the worker of a slot, or to a new one where there is none or it has died idle."""
        for _ in range(MOST_DEATHS):
            if slot.pool is None:
                with blocking_interrupts():  # the first pool starts the standard library's tracker of semaphores
                    slot.pool = ProcessPoolExecutor(1, mp_context=self._context, initializer=initialise_worker)
            try:
                inner = slot.pool.submit(*job.call, **job.named)
            except BrokenProcessPool:
                slot.pool = None
                continue
            inner.add_done_callback(partial(self._finish, slot, slot.pool, job))
            return
        slot.jobs.remove(job)
        job.refuse(WorkerLostError())

    def _finish(self, slot: WorkerSlot, pool: ProcessPoolExecutor, job: Job, inner: Future[Any]) -> None:
        died = not inner.cancelled() and isinstance(inner.exception(), BrokenProcessPool)
        if inner.cancelled() or (died and self._closed):  # ended on purpose
            job.drop()
        elif died:
            self._replace_worker(slot, pool)
        else:
            with self._lock:
                slot.jobs.remove(job)
            job.settle(inner)

    def _replace_worker(self, slot: WorkerSlot, dead: ProcessPoolExecutor) -> None:
        """Put another worker in the place of a dead one; the job that it was at is the oldest."""
        with self._lock:
            if slot.pool is not dead:  # told already, by another of its jobs
                return
            slot.pool = None
            lost = slot.jobs[0]
            lost.deaths += 1
            given_up = lost.deaths >= MOST_DEATHS
            if given_up:
                slot.jobs.remove(lost)
            for job in tuple(slot.jobs):
                self._submit(slot, job)
        if given_up:
            lost.refuse(WorkerLostError())


class WorkerProcess(SpawnProcess):
    """A worker that neither hears signals meant for the parent nor imports the user's main script (which may lack a
    main guard)."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - the standard library's name
        with blocking_interrupts(), hiding_main_script():
            return SpawnProcess._Popen(process_obj)


class WorkerContext(SpawnContext):
    """A spawn context that remembers the processes it started."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[multiprocessing.context.SpawnProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        """Make a worker, and remember it."""
        process = WorkerProcess(*args, **kwargs)
        self.started.append(process)
        return process


@contextmanager
def blocking_interrupts() -> Iterator[None]:
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
def hiding_main_script() -> Iterator[None]:
    """Hide the main script while a child is prepared, so that the child does not run it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def initialise_worker() -> None:
    """Make a fresh worker's libraries one-threaded, before NumPy or Numba are imported, deaf, and mortal with its
    parent."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    for number in PARENTS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=die_with_parent, daemon=True).start()


def die_with_parent() -> None:
    """Wait until the parent is gone, however it went, and end: else a worker would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
