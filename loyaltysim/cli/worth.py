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


def _numbers(texts: Sequence[str]) -> list[int]:
    """Read `1`, `13 25` or `1,13,25`."""
    words = " ".join(texts).replace(",", " ").split()
    if texts and not words:
        raise InputError(Problem("no month is named", where="--months", cure="write --months 1,13,25, or leave it out"))
    wrong = [word for word in words if not word.isdecimal()]
    if wrong:
        raise InputError(
            Problem(f"{wrong[0]!r} is not a month's number", where="--months", cure="write --months 1,13,25")
        )
    return [int(word) for word in words]


@options.verb("worth")
@options.SCENARIO
@click.option("--months", multiple=True, metavar="L,...", help="In which months they leave (default: three).")
@click.option(
    "--group", type=int, metavar="N", help=f"How many leave together (default: {GROUP_PERCENT} % of the customers)."
)
@options.REPLICATIONS
@options.SEED
@options.SET
@options.out("Keep CSV and JSON here")
@options.EXECUTOR
def command(scenario: Path, months: tuple[str, ...], **asked: Any) -> None:
    """Say what one customer of SCENARIO who is lost is worth: own margin, and what others then do."""
    from rich.console import Console

    from loyaltysim.experiments.worth import worth
    from loyaltysim.report.text import customers, numbers

    found = worth(scenario, months=_numbers(months), **asked)
    currency = found.scenario.currency
    click.echo(customers.sentence(sorted(set(found.table.month)), found.span, currency) + "\n")
    Console(width=WIDEST).print(customers.table(found.table, found.span, currency))
    click.echo("\n" + "\n".join(customers.legend(found.table)))
    click.echo("\n" + numbers.describe_evidence_counts(found.rests_on, scenario))
    if found.folder:
        click.echo(f"Results are in {found.folder}")
