"""`loyaltysim breakeven`, `sweep`, `sensitivity`, `optimise`: the commands that decide, each made from its question.

A verb's options and help are those of `Question` in `experiments/<verb>.py`, its table that of `report/text/<verb>.py`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import loyaltysim.api
from loyaltysim.cli import options

if TYPE_CHECKING:
    from loyaltysim.study import Decision

WIDEST = 110


def __getattr__(name: str) -> click.Command:
    """Return the command of a verb that decides."""
    if name.startswith("_"):
        raise AttributeError(name)
    question = import_module(f"loyaltysim.experiments.{name}").Question

    @options.verb(name, question.__doc__)
    @options.SCENARIO
    @options.add_options(question)
    @options.run_options(question.most_replications)
    def command(scenario: Path, quiet: bool, **asked: Any) -> None:

        given = {option: value for option, value in asked.items() if value is not None}  # else the function's default
        show_decision(getattr(loyaltysim.api, name)(scenario, quiet=quiet, **given), quiet=quiet)

    return command


def show_decision(found: Decision, *, quiet: bool) -> None:
    """Write the answer, and unless `quiet` a small table and what else is worth knowing, to standard output."""
    click.echo(click.wrap_text(found.answer, WIDEST) if not quiet else found.answer)
    if not quiet:
        from rich.console import Console

        click.echo()
        Console(width=WIDEST).print(
            import_module(f"loyaltysim.reporting.text.{found.verb}").render_table(found.finding)
        )
        for note in found.notes:
            click.echo(f"\n{click.wrap_text(note, WIDEST)}")
        click.echo()
    click.echo(f"The report is {found.folder / 'report.html'}")
    click.echo(f"Results are in {found.folder}")
