"""`loyaltysim worth`: what one lost customer is worth, own margin and the rest apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from loyaltysim.cli import options
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments.defaults import GROUP_PERCENT

WIDEST = 110


def months_of_leaving(texts: Sequence[str]) -> list[int]:
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


@options.verb("worth")
@options.SCENARIO
@click.option("--leaves", multiple=True, metavar="L,...", help="In which months they leave (default: three).")
@click.option(
    "--group", type=int, metavar="N", help=f"How many leave together (default: {GROUP_PERCENT} % of the customers)."
)
@click.option("--months", metavar="N", help="How many months to simulate.")
@options.REPLICATIONS
@options.SEED
@options.SET
@options.out("Keep CSV and JSON here")
@options.EXECUTOR
def command(scenario: Path, leaves: tuple[str, ...], months: str | None, **asked: Any) -> None:
    """Say what one customer of SCENARIO who is lost is worth: own margin, and what others then do."""
    from rich.console import Console

    from loyaltysim.experiments.customer_value import worth
    from loyaltysim.reporting.text import customers, numbers

    horizon = int(months) if months and months.isdecimal() else months  # any other text is refused, with a cure
    found = worth(scenario, leaves=months_of_leaving(leaves), months=horizon, **asked)  # type: ignore[arg-type]
    currency = found.scenario.currency
    click.echo(customers.render_values(sorted(set(found.table.month)), found.span, currency) + "\n")
    Console(width=WIDEST).print(customers.render_table(found.table, found.span, currency))
    click.echo("\n" + "\n".join(customers.describe_columns(found.table)))
    click.echo("\n" + numbers.describe_evidence_counts(found.rests_on, scenario))
    if found.folder:
        click.echo(f"Results are in {found.folder}")
