"""`loyaltysim diff`: what differs between two scenarios."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("diff", short_help="Say what differs between two scenarios.")
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
def command(a: Path, b: Path) -> None:
    """Say what differs between scenarios A and B in full, with both values and where each came from."""
    from loyaltysim.scenario import diff

    click.echo(diff(a, b))
