"""`loyaltysim sensitivity`: which assumptions the answer hangs on, and which of them turn it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loyaltysim.cli import deciding, options
from loyaltysim.experiments.defaults import SENSITIVITY_POINTS, SENSITIVITY_REPLICATIONS, TRAJECTORIES

OVER = "What is uncertain, and its range; say it again for another (default: the scenario's `uncertain` block)."


@options.verb("sensitivity")
@options.SCENARIO
@click.option("--over", multiple=True, metavar="PATH=LOW:HIGH", help=OVER)
@click.option(
    "--trajectories",
    type=int,
    default=TRAJECTORIES,
    metavar="N",
    help=f"Of Morris's screening (default: {TRAJECTORIES}).",
)
@click.option(
    "--points", type=int, metavar="N", help=f"Of the Latin hypercube besides (default: {SENSITIVITY_POINTS})."
)
@deciding.MOST_POINTS
@deciding.takes(SENSITIVITY_REPLICATIONS)
def command(scenario: Path, quiet: bool, **asked: Any) -> None:
    """Say which assumptions the answer to SCENARIO hangs on (Morris, Sobol), and which of them turn it."""
    from loyaltysim.experiments.sensitivity import sensitivity
    from loyaltysim.reporting.text import sensitivity as sensitivity_words

    found = deciding.carried_out(sensitivity, scenario, quiet=quiet, **asked)
    deciding.show(found, sensitivity_words.render_table, quiet=quiet)
