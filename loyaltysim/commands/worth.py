"""`loyaltysim worth`: what one lost customer is worth, own margin and the rest apart."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loyaltysim.core.errors import InputError, Problem

if TYPE_CHECKING:
    from loyaltysim.experiments.worth import Worth

WIDEST = 110


def worth(
    scenario: Any,
    *,
    months: Sequence[int] = (),
    group: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    set: Sequence[str] = (),
    out: str | Path | None = None,
    executor: str | Executor | None = None,
) -> Worth:
    """Say what one lost customer of a scenario (a file's path or a Scenario) is worth.

    The same world is simulated with and without the departure of a small group over a grievance they do not voice, at
    the end of each of `months`, on common luck. Raises InputError and RunError.
    """
    from loyaltysim.experiments.worth import worth as find

    return find(
        scenario, months=months, group=group, replications=replications, seed=seed, overrides=tuple(set), out=out,
        executor=executor,
    )  # fmt: skip


def _numbers(texts: Sequence[str]) -> list[int]:
    """Read `1`, `13 25` or `1,13,25`."""
    words = " ".join(texts).replace(",", " ").split()
    wrong = [word for word in words if not word.isdecimal()]
    if wrong:
        raise InputError(
            Problem(f"{wrong[0]!r} is not a month's number", where="--months", cure="write --months 1,13,25")
        )
    return [int(word) for word in words]


@click.command("worth", short_help="Say what one lost customer is worth.")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--months", multiple=True, metavar="L,...", help="In which months they leave (default: three).")
@click.option("--group", type=int, metavar="N", help="How many leave together (default: 1 % of the customers).")
@click.option("--replications", type=int, metavar="N", help="How often to repeat with other luck.")
@click.option("--seed", type=int, metavar="N", help="Which luck to meet.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a value, or add with PATH+=VALUE.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Keep worth.csv here (new or empty folder)."
)
@click.option("--executor", metavar="WHERE", help="in-process, processes or processes:N (default: processes).")
def command(scenario: Path, months: tuple[str, ...], overrides: tuple[str, ...], **options: Any) -> None:
    """Say what one customer of SCENARIO who is lost is worth: own margin, and what others then do."""
    from rich.console import Console

    from loyaltysim.report import worth_table

    found = worth(scenario, months=_numbers(months), set=overrides, **options)
    currency = found.scenario.currency
    click.echo(worth_table.sentence(sorted(set(found.table.month)), found.span, currency) + "\n")
    Console(width=WIDEST).print(worth_table.table(found.table, found.span, currency))
    if found.folder:
        click.echo(f"Results are in {found.folder}")
