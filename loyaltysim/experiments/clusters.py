"""Other machines' processors, by a dask.distributed scheduler. Whoever can speak to one can make its workers run anything.

So a scheduler on another machine is spoken to only with encryption, or if the user says so. Workers must have this very
program, and where their arithmetic may differ in the last bits (other packages, another kind of processor) no run of
theirs is kept for later studies, nor one of those mixed with theirs.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.fingerprint import environment_fingerprint, program_version
from loyaltysim.experiments.cluster_doors import HOW, PATIENCE_S, WHERE, certificates, check, greet, quiet, unreachable
from loyaltysim.experiments.defaults import MOST_DEATHS
from loyaltysim.experiments.workers import WorkerLostError

if TYPE_CHECKING:
    from distributed import Client

    from loyaltysim.experiments.executors import Place

WORKERS_PATIENCE_S = 10.0


def other_program(worker: str, theirs: str, ours: str) -> str:
    """Say that a worker has another loyaltysim, and the cure."""
    return (
        f"the worker {worker} has loyaltysim {theirs}, and this is {ours}\n    "
        "install the same version on every machine, and start the workers anew"
    )


class Cluster(Executor):
    """The workers of a scheduler, numbered; when one dies, another takes its tasks.

    `same_makings`: whether all workers compute with the bits of this machine.
    """

    def __init__(self, client: Client, workers: list[str], threads: int, *, same_makings: bool) -> None:
        self.workers, self.threads, self.same_makings = len(workers), threads or 1, same_makings
        self._client = client
        self._doors = [
            client.get_executor(workers=[worker], allow_other_workers=True, pure=False) for worker in workers
        ]
        self._next = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a call to some worker."""
        self._next = (self._next + 1) % self.workers
        return self.send(self._next, fn, *args, **kwargs)

    def send(self, worker: int, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a call to one worker, 0 to `workers` - 1, or where there is room if that one is gone."""
        outer: Future[Any] = Future()
        inner = self._doors[worker].submit(_checked, program_version(), fn, *args, **kwargs)
        inner.add_done_callback(lambda ended: _settle(outer, ended))
        return outer

    def end(self) -> None:
        """Drop what waits; what is being computed ends for nothing."""
        for door in self._doors:
            with suppress(Exception):
                door.shutdown(wait=False)


@contextmanager
def connected(place: Place, threads: int) -> Iterator[Cluster]:
    """Connect to a scheduler and its workers; on any other way out than the end, what waits there is dropped."""
    check(place)
    with _client(place) as client:
        cluster = _cluster(client, place, threads)
        try:
            yield cluster
        except BaseException:
            cluster.end()
            raise


@contextmanager
def _client(place: Place) -> Iterator[Client]:
    from distributed import Client

    security = certificates()
    host = f"[{place.host}]" if ":" in place.host else place.host
    address = f"{'tls' if security else 'tcp'}://{host}:{place.port}"
    greet(place, address, security)
    with quiet():
        try:
            client = Client(address, timeout=PATIENCE_S, security=security, set_as_default=False)
        except Exception as error:  # of many kinds: no answer, another protocol, certificates refused
            raise unreachable(place, str(error).splitlines()[0] if str(error) else "no answer") from error
        try:
            yield client
        finally:
            with suppress(Exception):
                client.close(timeout=PATIENCE_S)


def _cluster(client: Client, place: Place, threads: int) -> Cluster:
    """Ask every worker what it has, and refuse one of another program."""
    try:
        client.wait_for_workers(1, timeout=WORKERS_PATIENCE_S)
        told: dict[str, Any] = client.run(_identity, on_error="return")
    except (OSError, TimeoutError) as error:
        cure = f"start workers, dask worker tcp://{place.host}:{place.port}; {HOW}"
        raise InputError(
            Problem(f"the scheduler {place.host}:{place.port} has no workers", where=WHERE, cure=cure)
        ) from error
    for worker, theirs in told.items():
        if not isinstance(theirs, tuple) or theirs[0] != program_version():
            having = theirs[0] if isinstance(theirs, tuple) else f"none that works ({theirs})"
            raise InputError(Problem(other_program(worker, having, program_version()), where=WHERE))
    places = [
        worker
        for worker, about in client.scheduler_info(n_workers=-1)["workers"].items()
        if worker in told
        for _ in range(about["nthreads"])
    ]
    same = all(theirs[1] == environment_fingerprint() for theirs in told.values())
    return Cluster(client, places or list(told), threads, same_makings=same)


def _identity() -> tuple[str, str]:
    return program_version(), environment_fingerprint()


def _checked(expected: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call a function on a worker, if it has the program of whoever sent it: workers may have joined since."""
    if program_version() != expected:
        raise RunError(other_program(socket.gethostname(), program_version(), expected))
    return function(*arguments, **named)


def _settle(outer: Future[Any], ended: Future[Any]) -> None:
    """Hand on how a call ended; the library's own errors in our words."""
    if not outer.set_running_or_notify_cancel():
        return
    from distributed.scheduler import KilledWorker

    try:
        outer.set_result(ended.result())
    except KilledWorker:
        outer.set_exception(
            WorkerLostError(f"workers of the cluster died {MOST_DEATHS} times or more over the same task")
        )
    except CancelledError:
        outer.set_exception(RunError("the scheduler is gone\n    start it again, then `loyaltysim resume` the folder"))
    except BaseException as error:
        outer.set_exception(error)
