"""`loyaltysim arithmetic`: the spreadsheet's arithmetic beside the simulation, and what makes the difference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loyaltysim.cli import options
from loyaltysim.experiments.defaults import BRIDGE_REPLICATIONS

if TYPE_CHECKING:
    import pandas as pd

WIDEST = 110


@options.verb("arithmetic")
@options.SCENARIO
@options.replications(BRIDGE_REPLICATIONS)
@options.SEED
@options.SET
@options.out("Keep CSV and JSON here")
@options.EXECUTOR
def command(scenario: Path, **asked: Any) -> None:
    """Reckon SCENARIO as on a spreadsheet (problems x voice x outcome x value); say what makes the simulation differ.

    What the arithmetic leaves out is restored part by part, in the order shown (in another order the steps would
    differ), each market solved anew to show what is stated; the steps add up to the difference.
    """
    from rich.console import Console

    from loyaltysim.experiments.arithmetic import arithmetic
    from loyaltysim.reporting.text import arithmetic as arithmetic_table
    from loyaltysim.reporting.text import numbers

    found = arithmetic(scenario, **asked)
    console, first = Console(width=WIDEST), next(iter(found.scenario.strategies))
    click.echo("A mean year of the horizon:\n")
    console.print(arithmetic_table.render_year(found.year, first))
    click.echo()
    if len(found.scenario.strategies) > 1:
        console.print(arithmetic_table.render_strategies(found.year))
    click.echo(f"\nWhat makes the difference ({_sure(found.bridge)}):\n")
    console.print(arithmetic_table.render_bridge(found.bridge, found.scenario.currency))
    click.echo()
    console.print(arithmetic_table.render_lost_bridge(found.bridge_lost, first, found.scenario.currency))
    click.echo("\n" + "\n".join(arithmetic_table.describe_steps(found.bridge)))
    click.echo("\n" + numbers.describe_evidence_counts(found.rests_on, scenario))
    if found.folder:
        click.echo(f"\nResults are in {found.folder}")


def _sure(bridge: pd.DataFrame) -> str:
    """Say whether there are intervals."""
    simulated = bridge[bridge.step != "arithmetic"]
    return "95 % intervals below" if simulated.ci_low.notna().any() else "one replication gives no interval"
