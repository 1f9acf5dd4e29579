"""`loyaltysim breakeven`: at which acquisition cost, or any other value, the recommendation turns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loyaltysim.cli import deciding, options
from loyaltysim.experiments.defaults import BREAKEVEN_OVER, BREAKEVEN_REPLICATIONS

OVER = (
    f"Along which parameter or lever, and from where to where (default: {BREAKEVEN_OVER}, half to three times today's)."
)


class Side(click.ParamType):
    """One side of a map; an option in its place means that the other side is missing."""

    name = "side"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take a path with or without its range; refuse what begins as an option does."""
        if value.startswith("-"):
            self.fail(
                f"a map has two sides, and {value} stands for one\n    name two paths: --map PATH PATH", param, ctx
            )
        return value


@options.verb("breakeven")
@options.SCENARIO
@click.option("--over", default=BREAKEVEN_OVER, metavar="PATH[=LOW:HIGH]", help=OVER)
@click.option("--between", metavar="A,B", help="Compare these two strategies only.")
@click.option(
    "--map", nargs=2, type=Side(), metavar="PATH1[=..] PATH2[=..]", help="Draw who wins over two parameters or levers."
)
@deciding.takes(BREAKEVEN_REPLICATIONS)
def command(scenario: Path, between: str | None, map: tuple[str, str] | None, quiet: bool, **asked: Any) -> None:
    """Say at which value the recommendation of SCENARIO turns, how sure that is, and what it costs to be wrong."""
    from loyaltysim.experiments.breakeven import breakeven
    from loyaltysim.reporting.text import breakeven as breakeven_words

    names = tuple(between.split(",")) if between is not None else ()
    found = deciding.carried_out(breakeven, scenario, quiet=quiet, between=names, map=map or (), **asked)
    deciding.show(found, breakeven_words.render_table, quiet=quiet)
