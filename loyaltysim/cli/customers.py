"""`loyaltysim customer`, `worth`, `arithmetic`: one customer's life, what a lost one is worth, and the spreadsheet
beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import loyaltysim.api
from loyaltysim.cli import options
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import arithmetic as arithmetic_experiment
from loyaltysim.experiments import customer_history, customer_value
from loyaltysim.experiments.options import RunOptions, options_of

if TYPE_CHECKING:
    import pandas as pd

WIDEST = 110
_, MONTHS = options_of(RunOptions)["months"]
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


@options.verb("customer", customer_history.Question.__doc__)
@options.SCENARIO
@options.add_options(customer_history.Question)
@options.run_options(
    leave_out=("replications", "executor"), out="Keep the story, the months as CSV and the strip as PNG and SVG here"
)
def customer(scenario: Path, **asked: Any) -> None:
    """Carry out `customer`; its help is that of its question."""

    life = loyaltysim.api.customer(scenario, **asked)
    click.echo(life.story)
    if life.folder:
        click.echo(f"\nStory, months and strip are in {life.folder}")
    elif life.found_by:
        click.echo(
            f"\nFound as {life.found_by}. --out DIR keeps the story with its picture and a table of every month."
        )


customer.epilog = RULES


@options.verb("worth", customer_value.Question.__doc__)
@options.SCENARIO
@options.add_options(customer_value.Question)
@click.option("--months", metavar="N", help=MONTHS.help)
@options.run_options(leave_out=("months",), out="Keep CSV and JSON here")
def worth(scenario: Path, leaves: tuple[str, ...], months: str | None, quiet: bool, **asked: Any) -> None:
    """Carry out `worth`; its help is that of its question."""
    from rich.console import Console

    from loyaltysim.reporting.text import customers, formats

    asked["months"] = int(months) if months and months.isdecimal() else months  # other text is refused, with a cure
    found = loyaltysim.api.worth(scenario, leaves=read_months(leaves), quiet=quiet, **asked)
    currency = found.scenario.currency
    click.echo(customers.render_values(sorted(set(found.table.month)), found.span, currency))
    if not quiet:
        click.echo()
        Console(width=WIDEST).print(customers.render_table(found.table, found.span, currency))
        click.echo("\n" + "\n".join(customers.describe_columns(found.table)))
        click.echo("\n" + formats.describe_evidence_counts(found.rests_on, scenario))
    if found.folder:
        click.echo(f"Results are in {found.folder}")


def read_months(texts: Sequence[str]) -> list[int]:
    """Read `1`, `13 25` or `1,13,25`; raises InputError for anything else."""
    words = " ".join(texts).replace(",", " ").split()
    if texts and not words:
        raise InputError(Problem("no month is named", where="--leaves", cure="write --leaves 1,13,25, or leave it out"))
    wrong = [word for word in words if not word.isdecimal()]
    if wrong:
        raise InputError(
            Problem(f"{wrong[0]!r} is not a month's number", where="--leaves", cure="write --leaves 1,13,25")
        )
    return [int(word) for word in words]


@options.verb("arithmetic", arithmetic_experiment.Question.__doc__)
@options.SCENARIO
@options.run_options(default_replications=arithmetic_experiment.BRIDGE_REPLICATIONS, out="Keep CSV and JSON here")
def arithmetic(scenario: Path, quiet: bool, **asked: Any) -> None:
    """Carry out `arithmetic`; its help is that of its question."""
    from rich.console import Console

    from loyaltysim.reporting.text import arithmetic as words
    from loyaltysim.reporting.text import formats

    found = loyaltysim.api.arithmetic(scenario, quiet=quiet, **asked)
    console, first = Console(width=WIDEST), next(iter(found.scenario.strategies))
    click.echo("A mean year of the horizon:\n")
    console.print(words.render_year(found.year, first))
    if not quiet:
        click.echo()
        if len(found.scenario.strategies) > 1:
            console.print(words.render_strategies(found.year))
        click.echo(f"\nWhat makes the difference ({describe_intervals(found.bridge)}):\n")
        console.print(words.render_bridge(found.bridge, found.scenario.currency))
        click.echo()
        console.print(words.render_lost_bridge(found.bridge_lost, first, found.scenario.currency))
        click.echo("\n" + "\n".join(words.describe_steps(found.bridge)))
        click.echo("\n" + formats.describe_evidence_counts(found.rests_on, scenario))
    if found.folder:
        click.echo(f"\nResults are in {found.folder}")


def describe_intervals(bridge: pd.DataFrame) -> str:
    """Say whether there are intervals."""
    simulated = bridge[bridge.step != "arithmetic"]
    return "95 % intervals below" if simulated.ci_low.notna().any() else "one replication gives no interval"
