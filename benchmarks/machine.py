"""The machine that was measured on: its yardstick of memory bandwidth, its load, its parts."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from benchmarks.measuring import GIGA, ROOT, Figure, figure

PACKAGES = ("loyaltysim", "numpy", "numba", "mesa")
BYTES_A_ROW = 24
"""Two numbers read and one written, as STREAM counts them."""


@njit(nogil=True)
def _triad(a, b, c, factor):  # type: ignore[no-untyped-def]
    for i in range(a.size):
        a[i] = b[i] + factor * c[i]


def triad(rows: int, repeats: int) -> Figure:
    """Measure the memory bandwidth of one thread by STREAM's triad, a = b + factor * c, over so many float64."""
    a, b, c = (np.full(rows, value) for value in (0.0, 1.0, 2.0))
    _triad(a, b, c, 3.0)
    samples = []
    for _ in range(repeats):
        begun = time.process_time()
        _triad(a, b, c, 3.0)
        samples.append(BYTES_A_ROW * rows / (time.process_time() - begun) / GIGA)
    return figure("memory bandwidth, triad, one thread", "GB/s", samples)


def load() -> float:
    """Return the mean number of processes that wanted a processor in the last minute."""
    return os.getloadavg()[0]


def facts() -> dict[str, Any]:
    """Name the machine, the versions, the day and the commit."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGA, 1),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in PACKAGES},
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _git("rev-parse", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain", "--", "loyaltysim", "benchmarks")),
    }


def bytes_now_and_at_most() -> tuple[int, int]:
    """Return the memory that this process holds, and the most it ever held, in bytes.

    Linux says both exactly; elsewhere only the most is known and stands for both. `ru_maxrss` would not do on Linux,
    where a child begins with its parent's.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        now, most = (int(lines[key].split()[0]) * 1024 for key in ("VmRSS", "VmHWM"))
        return now, most
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return most, most


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()
