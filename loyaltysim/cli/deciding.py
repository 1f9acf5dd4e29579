"""What the verbs that decide share: their options, how they run, and how they show what they found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from loyaltysim.cli import options
from loyaltysim.cli.display import NoDisplay, display
from loyaltysim.cli.report import report
from loyaltysim.experiments import defaults

if TYPE_CHECKING:
    from loyaltysim.experiments.options import Decision

WIDEST = 110
_MOST = f"Refuse a design of more points (default: {defaults.MOST_POINTS:,})."
MOST_POINTS = click.option("--most-points", type=int, default=defaults.MOST_POINTS, metavar="N", help=_MOST)


def takes(default_replications: int) -> Callable[[options.Function], options.Function]:
    """Give the options that every verb takes which simulates."""
    quiet = click.option("--quiet", is_flag=True, help="Show no progress and no table, only the answer.")
    most = f"{options.REPLICATIONS_HELP} (default: the scenario's, {default_replications} at most)."
    replications = click.option("--replications", type=int, metavar="N", help=most)
    chosen = (
        options.out("Where the results go"), replications, options.MONTHS, options.SEED, options.SET, options.EXECUTOR,
        options.THREADS, quiet,
    )  # fmt: skip

    def add(function: options.Function) -> options.Function:
        for option in reversed(chosen):
            function = option(function)
        return function

    return add


def carried_out(find: Callable[..., Decision], scenario: Any, *, quiet: bool, **asked: Any) -> Decision:
    """Call a library function with a display of its progress, or without, and draw the report of what it found."""
    threads = asked.pop("threads", None) or 0
    with ExitStack() as stack:
        listener = stack.enter_context(NoDisplay() if quiet else display())
        found = find(scenario, progress=listener, threads=threads, **asked)
        report(found.folder)
    return found


def show(found: Decision, table: Callable[[Decision], Any], *, quiet: bool) -> None:
    """Write the answer, and unless `quiet` a small table and what else is worth knowing, to standard output."""
    click.echo(click.wrap_text(found.answer, WIDEST) if not quiet else found.answer)
    if not quiet:
        from rich.console import Console

        click.echo()
        Console(width=WIDEST).print(table(found))
        for note in found.notes:
            click.echo(f"\n{click.wrap_text(note, WIDEST)}")
        click.echo()
    click.echo(f"The report is {found.folder / 'report.html'}")
    click.echo(f"Results are in {found.folder}")
