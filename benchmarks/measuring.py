"""Taking a figure: several measurements of one thing, of which the median, the least and the greatest are shown."""

from __future__ import annotations

import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NANO, MEGA, GIGA = 1e9, 1e6, 1e9


@dataclass(frozen=True)
class Figure:
    """What was measured, its unit, and each measurement."""

    what: str
    unit: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        spread = {"median": self.median, "min": min(self.samples), "max": max(self.samples)}
        return {"what": self.what, "unit": self.unit, **spread, "samples": list(self.samples)}


Figures = dict[str, Figure]


def figure(what: str, unit: str, samples: Iterable[float] | float) -> Figure:
    """Return a figure of several measurements, or of one that does not vary."""
    return Figure(what, unit, (float(samples),) if isinstance(samples, int | float) else tuple(map(float, samples)))


def ratio(what: str, above: Figure, below: Figure) -> Figure:
    """Return how many times one is the other, measurement by measurement: each pair was taken one after the other."""
    pairs = zip(above.samples, below.samples, strict=True)
    return Figure(what, "times", tuple(one / other for one, other in pairs))


def alternately(works: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, list[float]]:
    """Measure each in turn, again and again, so that a slow moment of the machine falls on all of them."""
    samples: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            gc.collect()
            samples[name].append(work())
    return samples


def processor_seconds() -> float:
    """Return the processor time that this process and its ended children have used."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Do a piece of work; gives the seconds of processor time, children's included, and of the wall clock."""
    wall, processor = time.perf_counter(), processor_seconds()
    work()
    return processor_seconds() - processor, time.perf_counter() - wall


def run_python(*arguments: str, **environment: str) -> str:
    """Run a fresh Python of the same kind in the project's folder, and give what it printed."""

    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stderr}")
    return done.stdout
