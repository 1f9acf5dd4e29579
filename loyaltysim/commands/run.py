"""`loyaltysim run`: simulate every strategy of a scenario on common luck, and say which is worth most."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from loyaltysim.experiments.progress import Listener, Progress
    from loyaltysim.experiments.study import Study
    from loyaltysim.report.profile import Profile
    from loyaltysim.report.results import Results

PHASES = {
    "reading": "reading the scenario",
    "calibrating": "calibrating",
    "starting": "compiling (first time only) and finding the start",
    "simulating": "simulating",
    "writing": "writing tables and pictures",
}
SECONDS_BETWEEN_LINES = 10.0
NARROWEST, WIDEST = 80, 100


def run(
    scenario: Any,
    *,
    out: str | Path | None = None,
    replications: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    set: Sequence[str] = (),
    executor: str | Executor | None = None,
    threads: int | None = None,
    profile: bool = False,
    quiet: bool = False,
    progress: Listener | None = None,
) -> Study:
    """Simulate every strategy of a scenario (a file's path or a Scenario) and keep the results in a folder.

    `set` holds overrides such as "desk.budget+=20000"; `executor` is `in-process`, `processes`, `processes:N` or any
    `concurrent.futures.Executor`; `threads`: how many each replication may use (by default the processors that the
    workers leave idle); `profile` measures where the time goes, see `study.profile`; `progress` is called with each Progress, in place of the display on standard error.
    Raises InputError (nothing is written), RunError, and KeyboardInterrupt when interrupted (the manifest says so).
    """
    from loyaltysim.experiments.run import Order
    from loyaltysim.experiments.run import run as run_study

    with ExitStack() as stack:
        listener = progress or stack.enter_context(Silence() if quiet else display())
        order = Order(out, executor, threads, profile, listener, pictures)
        return run_study(scenario, order, replications=replications, months=months, seed=seed, overrides=tuple(set))


def pictures(results: Results) -> Mapping[str, bytes]:
    """Draw the files of the folder `figures`."""
    from loyaltysim.report import figures

    return {f"figures/{name}": content for name, content in figures.draw(results).items()}


class Silence:
    """A display that shows nothing."""

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, progress: Progress) -> None:
        """Hear, and say nothing."""


class Lines(Silence):
    """A display for files and pipes: a line now and then, none for short runs."""

    def __init__(self) -> None:
        self._last = monotonic()

    def __call__(self, progress: Progress) -> None:
        """Write a line when the last one is long enough ago."""
        if monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = monotonic()
            click.echo(said(progress), err=True)


class Bar(Silence):
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
        total = progress.total if progress.done else None
        tail = pace(progress) if progress.done else ""
        self._display.update(
            self._task, description=PHASES[progress.phase], completed=progress.done, total=total, tail=tail
        )


def display() -> Silence:
    """Choose how to show progress on standard error: a bar on a terminal, else lines."""
    return Bar() if sys.stderr.isatty() else Lines()


def said(progress: Progress) -> str:
    """Say in one line where a study stands."""
    return f"{PHASES[progress.phase]}: {pace(progress)}" if progress.done else PHASES[progress.phase]


def pace(progress: Progress) -> str:
    """Say how many runs are done, how fast they go and how long the rest will take."""
    minutes, seconds = divmod(round(progress.remaining), 60)
    left = f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
    return f"{progress.done:,}/{progress.total:,} runs, {progress.per_second:.3g} a second, {left} left"


@click.command("run", short_help="Simulate every strategy of a scenario.")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Where the results go (new or empty folder)."
)
@click.option("--replications", type=int, metavar="N", help="How often to repeat with other luck.")
@click.option("--months", type=int, metavar="N", help="How many months to simulate.")
@click.option("--seed", type=int, metavar="N", help="Which luck to meet.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a value, or add with PATH+=VALUE.")
@click.option("--executor", metavar="WHERE", help="in-process, processes or processes:N (default: processes).")
@click.option("--threads", type=int, metavar="N", help="Threads a replication (default: the processors left idle).")
@click.option("--profile", is_flag=True, help="Show how long each mechanism took, and the slowest months.")
@click.option("--quiet", is_flag=True, help="Show no progress and no table, only the answer.")
def command(scenario: Path, overrides: tuple[str, ...], **options: Any) -> None:
    """Simulate every strategy of SCENARIO on common luck; say which is worth most and how sure that is."""
    study = run(scenario, set=overrides, **options)
    click.echo(study.answer)
    if not options["quiet"]:
        show_table(study)
        if study.rests_on:
            click.echo(evidence(study, scenario))
    if study.profile:
        show_profile(study.profile)
    click.echo(f"Results are in {study.folder}")


def evidence(study: Study, scenario: Path) -> str:
    """Say in one line how good the figures are that the answer rests on."""
    counts = ", ".join(f"{count} {grade}" for grade, count in study.rests_on.items())
    return f"It rests on {counts} figures: loyaltysim audit {scenario}"


def show_table(study: Study) -> None:
    """Write the strategies' table to standard output, at most 100 columns wide."""
    from loyaltysim.report import answer

    click.echo()
    _console().print(answer.table(study.results))
    click.echo()


def show_profile(measured: Profile) -> None:
    """Write to standard output where the time went."""
    from loyaltysim.report import profile

    click.echo(f"\n{profile.heading(measured)}\n")
    console = _console()
    console.print(profile.by_mechanism(measured))
    click.echo()
    console.print(profile.by_month(measured))
    click.echo()


def _console() -> Console:
    from rich.console import Console

    console = Console()
    console.width = max(min(console.width, WIDEST), NARROWEST) if console.is_terminal else WIDEST
    return console
