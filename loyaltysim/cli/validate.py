"""`loyaltysim validate`: does the engine show what is published, and what algebra gives?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyaltysim.cli import options
from loyaltysim.validation import KNOWN
from loyaltysim.validation.runner import FOLDER

if TYPE_CHECKING:
    from loyaltysim.validation.checks import KnownAnswer

WIDTH = 110


@options.verb("validate")
@click.argument("names", nargs=-1, metavar=f"[{min(KNOWN)} .. {max(KNOWN)}]")
@click.option("--out", type=options.A_PATH, metavar="DIR", help=f"Where table and figures go ({FOLDER}).")
def validate(names: tuple[str, ...], out: Path | None) -> None:
    """Run the known answers (all, or those named) on the real engine: published, simulated, tolerance, verdict.

    The table is written as validation.csv, with one figure a known answer. Exit status 1 if any check fails.
    """
    import loyaltysim

    verdict = loyaltysim.validate(names, out=out, done=show)
    failed = sum(row[-1] != "passed" for row in verdict.rows)
    click.echo(
        f"\n{len(verdict.rows) - failed} of {len(verdict.rows)} checks passed. Table and figures: {verdict.folder}"
    )
    if failed:
        sys.exit(1)


def show(known: KnownAnswer) -> None:
    """Write one known answer's rows to standard output."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, title=f"{known.name}: {known.title}", title_justify="left", caption=known.source,
                  caption_justify="left", width=WIDTH)  # fmt: skip
    table.add_column("check", ratio=1)
    for column in ("published", "simulated", "tolerance", "verdict"):
        table.add_column(column, justify="right", no_wrap=True)
    for check in known.checks:
        verdict = "passed" if check.passed else "FAILED"
        cells = (check.what, check.published, f"{check.simulated:.5g}", check.tolerance, verdict)
        table.add_row(*(Text(cell) for cell in cells))
    console = Console()
    console.width = WIDTH
    console.print(table)
