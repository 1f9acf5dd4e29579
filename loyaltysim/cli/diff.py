"""`loyaltysim diff`: what differs between two scenarios."""

from __future__ import annotations

from pathlib import Path

import click

from loyaltysim.cli import options


@options.verb("diff")
@click.argument("a", type=options.A_PATH)
@click.argument("b", type=options.A_PATH)
def command(a: Path, b: Path) -> None:
    """Say what differs between scenarios A and B in full, with both values and where each came from."""
    from loyaltysim.scenario import diff

    click.echo(diff(a, b))
