"""`loyaltysim new`: start a scenario of one's own."""

from __future__ import annotations

from pathlib import Path

import click

from loyaltysim.cli import options


@options.verb("new")
@options.SCENARIO
@click.option("--title", default="", help="What the study is called (default: from the file's name).")
def command(scenario: Path, title: str) -> None:
    """Write a commented starting scenario to SCENARIO, with baseline.yml and schema.json beside it; replace nothing."""
    from loyaltysim.scenario import new

    click.echo(new(scenario, title))
