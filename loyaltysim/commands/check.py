"""`loyaltysim check`: is a scenario sound, and what does it hold?"""

from __future__ import annotations

from pathlib import Path

import click


@click.command("check", short_help="Check a scenario and say what it holds.")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--months", type=int, metavar="N", help="How many months to simulate.")
@click.option("--replications", type=int, metavar="N", help="How often to repeat with other luck.")
@click.option("--seed", type=int, metavar="N", help="Which luck to meet.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a value, or add with PATH+=VALUE.")
def command(
    scenario: Path, overrides: tuple[str, ...], months: int | None, replications: int | None, seed: int | None
) -> None:
    """Check SCENARIO, tell every problem with its place and cure, or say in a few lines what it holds."""
    from loyaltysim.scenario import check

    click.echo(check(scenario, overrides, months=months, replications=replications, seed=seed))
