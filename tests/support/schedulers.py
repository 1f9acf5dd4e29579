"""A dask scheduler and its workers on this machine's loopback, as docs/clusters.md says to start them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Here:
    """A scheduler's port and its workers' processes."""

    port: int
    workers: tuple[subprocess.Popen[bytes], ...]

    @property
    def where(self) -> str:
        return f"dask://{HOST}:{self.port}"


def free_port() -> int:
    """Find a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def scheduler(place: Path, workers: int = 2) -> Iterator[Here]:
    """Start a scheduler and workers of one thread; end them all on the way out."""
    port = free_port()
    local = ("--host", HOST, "--no-dashboard", "--dashboard-address", f"{HOST}:0")
    begun = [_begun(place, "scheduler", "--port", str(port), *local)]
    try:
        for _ in range(workers):
            begun.append(_begun(place, "worker", f"tcp://{HOST}:{port}", "--nthreads", "1", "--no-nanny", *local))
        _wait_for(port, workers)
        yield Here(port, tuple(begun[1:]))
    finally:
        for process in reversed(begun):
            process.send_signal(signal.SIGKILL)
            process.wait()


def _begun(place: Path, *command: str) -> subprocess.Popen[bytes]:
    places = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = dict(os.environ) | {"PYTHONPATH": places, "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *command], cwd=place, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _wait_for(port: int, workers: int) -> None:
    from distributed import Client

    with Client(f"tcp://{HOST}:{port}", timeout=60, set_as_default=False) as client:
        if workers:
            client.wait_for_workers(workers, timeout=60)
