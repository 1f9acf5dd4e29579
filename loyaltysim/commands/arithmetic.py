"""`loyaltysim arithmetic`: the spreadsheet's arithmetic beside the simulation, and what makes the difference."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from loyaltysim.experiments.arithmetic import Arithmetic

WIDEST = 110


def arithmetic(
    scenario: Any,
    *,
    replications: int | None = None,
    seed: int | None = None,
    set: Sequence[str] = (),
    out: str | Path | None = None,
    executor: str | Executor | None = None,
) -> Arithmetic:
    """Reckon a scenario (a file's path or a Scenario) as consultants do, simulate it, and bridge the two.

    The parts of the engine that the arithmetic leaves out are restored one after the other, on common luck, each
    market solved to show the same stated figures. Raises InputError and RunError.
    """
    from loyaltysim.experiments.arithmetic import arithmetic as reckon

    return reckon(
        scenario, replications=replications, seed=seed, overrides=tuple(set), out=out, executor=executor
    )  # fmt: skip


@click.command("arithmetic", short_help="Put the spreadsheet's arithmetic beside the simulation.")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--replications", type=int, metavar="N", help="How often to repeat with other luck (default: 10).")
@click.option("--seed", type=int, metavar="N", help="Which luck to meet.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a value, or add with PATH+=VALUE.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Keep CSV and JSON here (new or empty folder)."
)
@click.option("--executor", metavar="WHERE", help="in-process, processes or processes:N (default: processes).")
def command(scenario: Path, overrides: tuple[str, ...], **options: Any) -> None:
    """Reckon SCENARIO as on a spreadsheet: problems x voice x outcome x value; and say what makes the simulation differ.

    The market with all that the arithmetic leaves out is restored part by part, in the order shown (in another order the steps would differ); they add up to the difference.
    """
    from rich.console import Console

    from loyaltysim.report import arithmetic_table

    found = arithmetic(scenario, set=overrides, **options)
    console, first = Console(width=WIDEST), next(iter(found.scenario.strategies))
    click.echo("A mean year of the horizon:\n")
    console.print(arithmetic_table.year(found.year, first))
    click.echo()
    if len(found.scenario.strategies) > 1:
        console.print(arithmetic_table.strategies(found.year))
    click.echo("\nWhat makes the difference (95 % intervals below):\n")
    console.print(arithmetic_table.bridge(found.bridge, found.scenario.currency))
    click.echo("\n" + "\n".join(arithmetic_table.legend(found.bridge)))
    if found.folder:
        click.echo(f"\nResults are in {found.folder}")
