"""`loyaltysim optimise`: the best split of an extra monthly budget, and what the next dollar in each lever is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loyaltysim.cli import deciding, options
from loyaltysim.experiments.defaults import OPTIMISE_REPLICATIONS

LEVERS = (
    "Among which levers, with commas between (default: the main ones: training, asking, desk, advertising, win-back)."
)
ROBUST = "Over what is uncertain: by the mean, the worst tenth (worst), or the greatest regret (regret)."


@options.verb("optimise")
@options.SCENARIO
@click.option(
    "--budget", type=float, required=True, metavar="AMOUNT", help="The extra money a month, beyond today's levers."
)
@click.option("--levers", multiple=True, metavar="LEVER,...", help=LEVERS)
@click.option("--by-year", is_flag=True, help="Split it anew each year.")
@click.option("--robust", metavar="HOW", help=ROBUST)
@click.option("--at-most", multiple=True, metavar="LEVER=X", help="The most that a lever may get of it.")
@deciding.takes(OPTIMISE_REPLICATIONS)
def command(scenario: Path, quiet: bool, **asked: Any) -> None:
    """Find the best split of an extra monthly budget over the levers of SCENARIO, and the worth of the next dollar in each."""
    from loyaltysim.experiments.optimise.optimise import optimise
    from loyaltysim.reporting.text import optimise as optimise_words

    found = deciding.carried_out(optimise, scenario, quiet=quiet, **asked)
    deciding.show(found, optimise_words.render_table, quiet=quiet)
