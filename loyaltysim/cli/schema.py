"""`loyaltysim schema`: the JSON Schema of scenarios."""

from __future__ import annotations

import click

from loyaltysim.cli import options


@options.verb("schema")
def command() -> None:
    """Print the JSON Schema of scenarios; an editor uses it to complete names and to show meanings and ranges."""
    import json

    from loyaltysim.scenario import schema

    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
