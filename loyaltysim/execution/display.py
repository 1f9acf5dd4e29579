"""How a study's progress is shown on standard error: a bar on a terminal, a line now and then elsewhere, or nothing."""

from __future__ import annotations

import sys
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from loyaltysim.execution.progress import Listener, Progress

PHASES = {
    "reading": "reading the scenario",
    "calibrating": "calibrating",
    "starting": "compiling (first time only) and finding the start",
    "simulating": "simulating",
    "writing": "writing tables and pictures",
}
SECONDS_BETWEEN_LINES = 60.0


class NoDisplay:
    """A display that shows nothing."""

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, progress: Progress) -> None:
        """Hear, and say nothing."""


class LineDisplay(NoDisplay):
    """A display for files and pipes: a line a minute, none for short runs."""

    def __init__(self) -> None:
        self._last = monotonic()

    def __call__(self, progress: Progress) -> None:
        """Write a line when the last one is long enough ago."""
        if monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = monotonic()
            click.echo(progress_line(progress), err=True)


class BarDisplay(NoDisplay):
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


def display() -> NoDisplay:
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
