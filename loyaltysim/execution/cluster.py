"""Other machines' processors, by a dask.distributed scheduler. Whoever can speak to one can make its workers run anything.

So a scheduler on another machine is spoken to only with encryption, or if the user says so. Workers must have this very
program, and where their arithmetic may differ in the last bits (other packages, another kind of processor) no run of
theirs is kept for later studies, nor one of those mixed with theirs.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.fingerprint import environment_fingerprint, program_version
from loyaltysim.core.mechanism import Mechanism
from loyaltysim.execution.process_pool import WorkerLostError
from loyaltysim.experiments.defaults import MOST_DEATHS
from loyaltysim.mechanisms import registered, set_registered

if TYPE_CHECKING:
    from distributed import Client
    from distributed.security import Security

    from loyaltysim.execution.executors import ExecutorPlace

# At a scheduler's door: is one there that may be spoken to, and how. Whoever can speak to one can make its workers run anything.

WHERE = "--executor"
PATIENCE_S = 5.0
ALLOWED = "--allow-remote"
CERTIFICATES = ("ca-file", "client.cert", "client.key")
HOW = "docs/clusters.md says how to start one"


def check(place: ExecutorPlace) -> None:
    """Refuse a cluster that nobody answers for, or that may not be used without encryption. Raises InputError."""
    _library()
    addresses = _resolved(place)
    if certificates() is None and not place.anywhere and not all(map(_is_here, addresses)):
        cure = (
            f"give dask its certificates (docs/clusters.md), or add {ALLOWED} if the network between is one you trust"
        )
        what = f"{place.host} is another machine, and what is sent there unencrypted could be replaced by any program"
        raise InputError(Problem(what, where=WHERE, cure=cure))
    try:
        socket.create_connection((place.host, place.port), timeout=PATIENCE_S).close()
    except OSError as error:
        raise unreachable(place, error.strerror or str(error)) from error


def greet(place: ExecutorPlace, address: str, security: Any) -> None:
    """Refuse whoever answers there and is no scheduler, in a few seconds: the library's own client may wait for ever."""
    failed: list[str] = []

    async def greet() -> None:
        from distributed.comm import connect

        about = security.get_connection_args("client") if security else {}
        (await connect(address, timeout=PATIENCE_S, **about)).abort()

    def meet() -> None:
        try:
            asyncio.run(asyncio.wait_for(greet(), PATIENCE_S))
        except BaseException as error:
            failed.append(f"what answers there is no dask scheduler ({type(error).__name__})")

    meeting = threading.Thread(target=meet, daemon=True)
    with quiet():
        meeting.start()
        meeting.join(2 * PATIENCE_S)
    if meeting.is_alive() or failed:
        raise unreachable(place, failed[0] if failed else "what answers there is no dask scheduler")


def _library() -> None:
    try:
        import distributed  # noqa: F401
    except ModuleNotFoundError as error:
        cure = "pip install 'loyaltysim[dask]'"
        raise InputError(Problem("dask.distributed is not installed", where=WHERE, cure=cure)) from error


def certificates() -> Security | None:
    """Give the certificates of dask's configuration; None without them. Raises InputError where there are some only."""
    import dask
    from distributed.security import Security

    told = {name: dask.config.get(f"distributed.comm.tls.{name}", None) for name in CERTIFICATES}
    if not any(told.values()):
        return None
    absent = [name for name, path in told.items() if not path or not Path(path).is_file()]
    if absent:
        what = f"dask's configuration has certificates, but no file for distributed.comm.tls.{absent[0]}"
        raise InputError(Problem(what, where=WHERE, cure="docs/clusters.md says which three are needed"))
    return Security(require_encryption=True)


def _resolved(place: ExecutorPlace) -> list[str]:
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise unreachable(place, error.strerror or str(error)) from error
    return [str(each[4][0]) for each in found]


def _is_here(address: str) -> bool:
    """Tell whether an address is one of this machine's: only those can be bound."""
    version = ipaddress.ip_address(address.partition("%")[0]).version
    with socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def unreachable(place: ExecutorPlace, why: str) -> InputError:
    """Give the error of a scheduler that does not answer."""
    cure = f"start a scheduler there, or name the right one; {HOW}"
    return InputError(Problem(f"no scheduler answers at {place.host}:{place.port} ({why})", where=WHERE, cure=cure))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's log of lost connections from standard error: what matters is told as an error."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client", "tornado.application")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


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
def connected(place: ExecutorPlace, threads: int) -> Iterator[Cluster]:
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
def _client(place: ExecutorPlace) -> Iterator[Client]:
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


def _cluster(client: Client, place: ExecutorPlace, threads: int) -> Cluster:
    """Ask every worker what it has, and refuse one of another program."""
    try:
        client.wait_for_workers(1, timeout=WORKERS_PATIENCE_S)
        told: dict[str, Any] = client.run(_identity, registered(), on_error="return")
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


def _identity(mechanisms: tuple[type[Mechanism], ...]) -> tuple[str, str]:
    set_registered(mechanisms)  # of one's own, whose sources count too
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
