"""`loyaltysim explain`: what a parameter, lever, block or metric means."""

from __future__ import annotations

import click

from loyaltysim.cli import options


@options.verb("explain")
@click.argument("path")
def command(path: str) -> None:
    """Explain PATH, as `voice.price`, `desk` or `churn_annual`: meaning, unit, default, range, source and evidence."""
    from loyaltysim.scenario import explain

    click.echo(explain(path))
