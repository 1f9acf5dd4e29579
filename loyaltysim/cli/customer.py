"""`loyaltysim customer`: the life of one customer, month by month, under each strategy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loyaltysim.cli import options
from loyaltysim.experiments.defaults import FINDS

RULES = """\b
How --find picks (ties go to the longest customer, then to the lowest number):
  lost-in-silence  under the first strategy they were wronged, never said a
                   word, left over it and never came back; best if under many
                   others they stayed over the same grievance
  saved            under the first strategy they left over a grievance and never
                   came back; under others they stayed over that same one, and
                   were a customer without a break to the end
  regained         they left over a grievance, came back and are a customer at
                   the end; best if under another strategy they left for good
  most-talkative   they sent the most messages under the first strategy
"""


@options.verb("customer")
@options.SCENARIO
@click.option("--id", type=int, metavar="N", help="Which person of the market, from 0.")
@click.option("--find", metavar="HOW", help=f"Pick one worth telling: {', '.join(FINDS)} (default: the first).")
@click.option(
    "--strategy",
    multiple=True,
    metavar="NAME",
    help="Under which strategies (default: all); the first is compared with.",
)
@click.option("--replication", type=int, default=0, metavar="R", help="In which replication's luck (default: 0).")
@options.MONTHS
@options.SEED
@options.SET
@options.out("Keep the story, the months as CSV and the strip as PNG and SVG here")
def command(scenario: Path, **asked: Any) -> None:
    """Tell the life of one customer of SCENARIO under each strategy: the same person, the same luck."""
    from loyaltysim.experiments.customer_history import customer

    life = customer(scenario, **asked)
    click.echo(life.story)
    if life.folder:
        click.echo(f"\nStory, months and strip are in {life.folder}")
    elif life.found_by:
        click.echo(
            f"\nFound as {life.found_by}. --out DIR keeps the story with its picture and a table of every month."
        )


command.epilog = RULES
