"""`loyaltysim check`: is a scenario sound, and what does it hold?"""

from __future__ import annotations

from pathlib import Path

import click

from loyaltysim.cli import options


@options.verb("check")
@options.SCENARIO
@options.MONTHS
@options.REPLICATIONS
@options.SEED
@options.SET
def command(scenario: Path, set: tuple[str, ...], **numbers: int | None) -> None:
    """Check SCENARIO, tell every problem with its place and cure, or say in a few lines what it holds."""
    from loyaltysim.scenario import check

    click.echo(check(scenario, set, **numbers))
