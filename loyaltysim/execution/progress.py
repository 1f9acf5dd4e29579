"""What a long computation says about itself while it runs, and how that is shown.

A listener hears how many runs are done and who leads; a display is one that writes to standard error: a bar on a
terminal, a line now and then elsewhere. A market too large for the machine is told of in plain words.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Literal

import click

from loyaltysim.core.errors import RunError

if TYPE_CHECKING:
    from loyaltysim.core.records import RunRecord
    from loyaltysim.scenario import Scenario

Phase = Literal["reading", "calibrating", "starting", "simulating", "writing"]
PHASES = {
    "reading": "reading the scenario",
    "calibrating": "calibrating",
    "starting": "compiling (first time only) and finding the start",
    "simulating": "simulating",
    "writing": "writing tables and pictures",
}
SECONDS_BETWEEN_LINES = 60.0
FEWEST_RUNS = 2
"""Of each strategy, before one is said to lead."""


@dataclass(frozen=True)
class Progress:
    """Where a study stands: its phase, and runs (a strategy in a replication) done of all, after so many seconds.

    `reused`: how many of those done were taken from an earlier study; `best`: the best answer so far, in words.
    """

    phase: Phase
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    reused: int = 0
    best: str = ""

    @property
    def per_second(self) -> float:
        """Runs computed a second so far; 0 before the first."""
        return (self.done - self.reused) / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float:
        """Seconds still to go at this pace; infinite before the first run is computed."""
        return (self.total - self.done) / self.per_second if self.per_second else float("inf")


Listener = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """Listen to nothing."""


class LeadingStrategy:
    """The mean net present value of each of so many strategies over the runs so far: a glimpse, not an answer."""

    def __init__(self, strategies: int) -> None:
        self._strategies = strategies
        self._npv: dict[str, tuple[int, float]] = {}

    def update(self, records: Iterable[RunRecord]) -> str:
        """Take in further runs, and return which strategy leads in words; empty before each has two."""
        for record in records:
            count, total = self._npv.get(record.strategy, (0, 0.0))
            self._npv[record.strategy] = (count + 1, total + record.figures.get("npv", float("nan")))
        counts = [count for count, _ in self._npv.values()]
        if self._strategies < 2 or len(counts) < self._strategies or min(counts) < FEWEST_RUNS:
            return ""
        best = max(self._npv, key=lambda name: self._npv[name][1] / self._npv[name][0])
        return f"{best} leads so far"


@contextmanager
def explaining_memory_errors(scenario: Scenario) -> Iterator[None]:
    """Turn a lack of memory, here or in a worker, into a RunError that says for how many people."""
    try:
        yield
    except (MemoryError, OSError, RuntimeError) as error:
        if not is_memory_error(error):
            raise
        people = f"{scenario.mechanism('market').people:,} people"
        cure = "take a smaller market (market.people), or fewer workers (--executor processes:1)"
        raise RunError(f"not enough memory for {people}\n    {cure}") from error


def is_memory_error(error: BaseException) -> bool:
    """Tell whether an error says that there is no memory left."""
    threads = isinstance(error, RuntimeError) and "can't start new thread" in str(error)
    return isinstance(error, MemoryError) or threads or getattr(error, "errno", None) == errno.ENOMEM


class LineDisplay:
    """A display for files and pipes: a line a minute, none for short runs."""

    def __init__(self) -> None:
        self._last = monotonic()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *failure: object) -> None:
        return None

    def __call__(self, progress: Progress) -> None:
        """Write a line when the last one is long enough ago."""
        if monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = monotonic()
            click.echo(progress_line(progress), err=True)


class BarDisplay(LineDisplay):
    """A display for terminals: what is being done, how far, how fast, how long still."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Display

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[tail]}"),
        )
        self._display = Display(*columns, console=Console(stderr=True), transient=True)
        self._task = self._display.add_task("", total=None, tail="")

    def __enter__(self) -> Listener:
        self._display.start()
        return self

    def __exit__(self, *failure: object) -> None:
        with suppress(OSError):  # the terminal may be gone
            self._display.stop()

    def __call__(self, progress: Progress) -> None:
        """Redraw the bar; it only pulses while there is nothing to count."""
        total = progress.total or None if progress.done else None
        tail = progress_details(progress) if progress.done else ""
        self._display.update(
            self._task, description=PHASES[progress.phase], completed=progress.done, total=total, tail=tail
        )


def display() -> LineDisplay:
    """Choose how to show progress on standard error: a bar on a terminal, else lines."""
    return BarDisplay() if sys.stderr.isatty() else LineDisplay()


def progress_line(progress: Progress) -> str:
    """Say in one line where a study stands."""
    return f"{PHASES[progress.phase]}: {progress_details(progress)}" if progress.done else PHASES[progress.phase]


def progress_details(progress: Progress) -> str:
    """Say how many runs are done, how fast they go, how long the rest will take, and the best answer so far.

    Where it is not known how many there will be, the total is left out; what earlier studies had done is told apart.
    """
    of = f"/{progress.total:,}" if progress.total else ""
    told = [f"{progress.done:,}{of} runs"]
    if progress.reused:
        told[0] += f" ({progress.reused:,} done before)"
    if progress.per_second:
        told.append(f"{progress.per_second:.3g} a second")
    if progress.per_second and progress.total:
        told.append(f"{_span(progress.remaining)} left")
    return ", ".join(told) + (f"; {progress.best}" if progress.best else "")


def _span(duration: float) -> str:
    minutes, seconds = divmod(round(duration), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
