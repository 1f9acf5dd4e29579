"""Other machines' processors, by a dask.distributed scheduler.

Whoever can speak to one can make its workers run anything.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.fingerprint import environment_fingerprint, program_version
from loyaltysim.execution.process_pool import WorkerLostError
from loyaltysim.mechanisms import registered, set_registered

if TYPE_CHECKING:
    from distributed import Client, Security

    from loyaltysim.execution.executors import ExecutorPlace

T = TypeVar("T")
PATIENCE_S, WORKERS_PATIENCE_S = 5.0, 10.0
START = "start a scheduler and workers there, or name the right one; docs/clusters.md says how"
GONE = "the scheduler is gone\n    start it again, then `loyaltysim resume` the folder"
TRUST = "give dask its certificates (docs/clusters.md), or add --allow-remote if you trust the network between"
CERTIFICATES = ("ca-file", "client.cert", "client.key")


class Cluster(Executor):
    """The workers of a scheduler, numbered.

    `bitwise_reproducible`: whether all compute with the bits of this machine.
    """

    def __init__(self, client: Client, threads: int) -> None:
        client.run(set_registered, registered(), on_error="ignore")  # mechanisms of one's own, whose sources count too
        told = client.run(call_checked, program_version(), environment_fingerprint, on_error="return")
        for worker, fingerprint in told.items():
            if isinstance(fingerprint, Exception):
                raise refusal(f"the worker {worker} cannot be used: {fingerprint}")
        if not told:
            raise refusal("the scheduler has no workers", START)
        workers = [each for each, count in client.nthreads().items() if each in told for _ in range(count)]
        self.workers, self.threads = len(workers), threads or 1
        self.bitwise_reproducible = set(told.values()) == {environment_fingerprint()}
        self._executors = [client.get_executor(workers=[w], allow_other_workers=True, pure=False) for w in workers]

    def send(self, worker: int, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Send a call to one worker, 0 to `workers` - 1, or where there is room if that one is gone."""
        outer: Future[T] = Future()

        def settle(ended: Future[Any]) -> None:  # the library's own errors in our words
            error = RunError(GONE) if ended.cancelled() else ended.exception()
            if type(error).__name__ == "KilledWorker":
                error = WorkerLostError("workers of the cluster died again and again over the same task")
            if outer.set_running_or_notify_cancel():
                outer.set_exception(error) if error else outer.set_result(ended.result())

        self._executors[worker].submit(call_checked, program_version(), fn, *args, **kwargs).add_done_callback(settle)
        return outer


@contextmanager
def connected(place: ExecutorPlace, threads: int = 0) -> Iterator[Cluster]:
    """Connect to a scheduler and its workers, and drop at the end what waits there.

    Raises InputError where that may not be.
    """
    security, host = certificates(), f"[{place.host}]" if ":" in place.host else place.host
    address = f"{'tls' if security else 'tcp'}://{host}:{place.port}"
    from distributed import Client, comm

    async def greet() -> None:  # where something else than a scheduler answers, the client would wait for ever
        certified = security.get_connection_args("client") if security else {}
        (await comm.connect(address, timeout=PATIENCE_S, **certified)).abort()

    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)]
        if not security and not place.anywhere and not all(ipaddress.ip_address(each).is_loopback for each in found):
            raise refusal(f"{place.host} is another machine or open to others: what is sent can be replaced", TRUST)
        socket.create_connection((place.host, place.port), timeout=PATIENCE_S).close()
        ThreadPoolExecutor(1).submit(asyncio.run, asyncio.wait_for(greet(), PATIENCE_S)).result()  # a loop may run here
        logging.getLogger("distributed.client").setLevel("CRITICAL")  # what matters of it is told as an error
        client = Client(address, timeout=PATIENCE_S, security=security, set_as_default=False)
    except InputError:
        raise
    except Exception as error:  # of many kinds: no such host, another protocol, certificates refused
        why = getattr(error, "strerror", None) or f"there is no dask scheduler: {type(error).__name__}"
        raise refusal(f"no scheduler answers at {place.host}:{place.port} ({why})", START) from error
    try:
        with suppress(TimeoutError):
            client.wait_for_workers(1, timeout=WORKERS_PATIENCE_S)
        yield Cluster(client, threads)
    finally:
        with suppress(Exception):
            client.close(timeout=PATIENCE_S)


def certificates() -> Security | None:
    """Return the certificates of dask's configuration; None without them.

    Raises InputError where there are some only.
    """
    try:
        import dask
        from distributed import Security
    except ModuleNotFoundError as error:
        raise refusal("dask.distributed is not installed", "pip install 'loyaltysim[dask]'") from error
    told = {name: dask.config.get(f"distributed.comm.tls.{name}", None) for name in CERTIFICATES}
    absent = [name for name, path in told.items() if not path or not Path(path).is_file()]
    if any(told.values()) and absent:
        raise refusal(
            f"dask has no file for distributed.comm.tls.{absent[0]}", "docs/clusters.md says which three it needs"
        )
    return Security(require_encryption=True) if any(told.values()) else None


def call_checked(expected: str, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Call a function on a worker, if it has the program of whoever sent it: workers may have joined since."""
    if (ours := program_version()) != expected:
        cure = "install the same version on every machine, and start the workers anew"
        raise RunError(f"the worker {socket.gethostname()} has loyaltysim {ours}, and this is {expected}\n    {cure}")
    return function(*arguments, **named)


def refusal(what: str, cure: str = "") -> InputError:
    """Return the error of a cluster that cannot be used."""
    return InputError(Problem(what, where="--executor", cure=cure))
