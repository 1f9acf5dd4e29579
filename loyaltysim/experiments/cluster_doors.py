"""At a scheduler's door: is one there that may be spoken to, and how. Whoever can speak to one can make its workers run anything."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem

if TYPE_CHECKING:
    from distributed.security import Security

    from loyaltysim.experiments.executors import Place

WHERE = "--executor"
PATIENCE_S = 5.0
ALLOWED = "--allow-remote"
CERTIFICATES = ("ca-file", "client.cert", "client.key")
HOW = "docs/clusters.md says how to start one"


def check(place: Place) -> None:
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


def greet(place: Place, address: str, security: Any) -> None:
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


def _resolved(place: Place) -> list[str]:
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


def unreachable(place: Place, why: str) -> InputError:
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
