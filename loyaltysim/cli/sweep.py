"""`loyaltysim sweep`: every strategy at many points of a design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loyaltysim.cli import deciding, options
from loyaltysim.experiments.defaults import SWEEP_POINTS, SWEEP_REPLICATIONS

OVER = "A parameter or lever, and its range; say it again for another (default: what the scenario calls uncertain)."
DESIGN = "grid, lhs (Latin hypercube), sobol, or a CSV file with a column a path (default: grid; lhs without --over)."


@options.verb("sweep")
@options.SCENARIO
@click.option("--over", multiple=True, metavar="PATH=LOW:HIGH:STEPS", help=OVER)
@click.option("--design", metavar="DESIGN", help=DESIGN)
@click.option("--points", type=int, metavar="N", help=f"How many points, for lhs and sobol (default: {SWEEP_POINTS}).")
@deciding.MOST_POINTS
@deciding.takes(SWEEP_REPLICATIONS)
def command(scenario: Path, quiet: bool, **asked: Any) -> None:
    """Simulate every strategy of SCENARIO over any parameters or levers; say who is best where."""
    from loyaltysim.experiments.sweep import sweep
    from loyaltysim.reporting.text import sweep as sweep_words

    found = deciding.carried_out(sweep, scenario, quiet=quiet, **asked)
    deciding.show(found, sweep_words.render_table, quiet=quiet)
