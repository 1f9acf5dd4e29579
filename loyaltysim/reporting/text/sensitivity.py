"""What an answer hangs on, in words: what moves it, what turns it, and what it would be worth to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.core.formats import format_number
from loyaltysim.experiments.sensitivity import NO_USE
from loyaltysim.reporting.text.names import name_heading, quote_name
from loyaltysim.reporting.text.numbers import Money, format_quantity
from loyaltysim.reporting.text.wording import Wording

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from loyaltysim.analysis.surrogate_analysis import SurrogateResult
    from loyaltysim.experiments.decision import Finding
    from loyaltysim.experiments.sensitivity import SensitivityFinding
    from loyaltysim.scenario import Scenario

MOST_NAMED = 3
POOR = 0.7
NEVER = 0.001
"""A chance below which a strategy is not named."""


def render(found: SensitivityFinding) -> Wording:
    """Return the answer, and what else is worth knowing."""
    scenario, table, surrogate = found.scenario, found.tables["sensitivity"], found.surrogate
    notes = (
        turning(scenario, table, surrogate),
        how(surrogate, found.points, scenario.replications, found.factors),
        impossible(found),
    )
    return Wording(answer(scenario, table, surrogate), notes)


def impossible(found: SensitivityFinding) -> str:
    """Say how many points are of no possible market; empty where all are."""
    total = found.points + found.impossible
    return (
        f"{found.impossible} of {total} points are of no possible market: {found.first_error}."
        if found.impossible
        else ""
    )


def answer(scenario: Scenario, table: pd.DataFrame, found: SurrogateResult) -> str:
    """Say how safe the recommendation is over all that is uncertain, and what it hangs on most."""
    second = quote_name(found.pair[1], scenario.strategies)
    stays = found.chance_best[found.pair[0]]
    top = table.sort_values("sobol_total", ascending=False).head(MOST_NAMED)
    hangs = ", ".join(
        f"{row.path} ({100 * row.sobol_total:.0f} % of its variance, 95 %: {100 * row.sobol_total_ci_low:.0f} to {100 * row.sobol_total_ci_high:.0f})"
        for row in top.itertuples()
    )
    others = sorted(
        ((name, c) for name, c in found.chance_best.items() if name != found.pair[0]), key=lambda each: -each[1]
    )
    instead = ", ".join(
        f"{quote_name(name, scenario.strategies)} in {100 * c:.0f} %" for name, c in others if c >= NEVER
    )
    rough = (
        f"the polynomial behind it foretells {100 * max(0.0, found.foretells):.0f} % of the variance at points left out"
    )
    poor = "" if found.foretells >= POOR else f" All this is rough: {rough}."
    rest = f" ({instead})" if instead else ""
    return (
        f"{name_heading(found.pair[0], scenario.strategies)} stays the best in {100 * stays:.0f} % of what is uncertain{rest}; its lead over "
        f"{second} hangs most on {hangs}.{poor}"
    )


def turning(scenario: Scenario, table: pd.DataFrame, found: SurrogateResult) -> str:
    """Say which inputs turn the recommendation by themselves and where, and what knowing them is worth.

    Nothing of the kind is told by a polynomial that foretells less than half of the variance.
    """
    if found.foretells < NO_USE:
        return "Which input turns the recommendation cannot be told: the polynomial foretells too little. Ask for more --points or --replications."
    turns = table[table.turns_to != ""]
    if not len(turns):
        return "No input turns the recommendation by itself within its range, the others being as today."
    told = [
        f"{row.path} (today {format_quantity(row.today, row.unit, scenario.currency)}) turns it to {quote_name(row.turns_to, scenario.strategies)} at "
        f"{format_number(row.turns_at)}"
        for row in turns.head(MOST_NAMED).itertuples()
    ]
    worth = table[table.worth_knowing > 0].head(1)
    known = ""
    if len(worth):
        row = worth.iloc[0]
        known = f" To know {row.path} for sure would be worth {Money(scenario.currency, row.worth_knowing).full(row.worth_knowing)} on average."
    more = f"; and {len(turns) - MOST_NAMED} more do" if len(turns) > MOST_NAMED else ""
    return f"By itself, {'; '.join(told)}{more}.{known}"


def how(found: SurrogateResult, points: int, replications: int, inputs: int) -> str:
    """Say how it was found, and how far the polynomial can be believed."""
    warning = "" if found.foretells >= POOR else " That is poor: ask for more --points or --replications."
    return (
        f"{points} points over {inputs} inputs were simulated {replications} times each (Morris's trajectories and a Latin "
        f"hypercube); the shares are those of a polynomial that foretells {100 * max(0.0, found.foretells):.0f} % of the variance at "
        f"points left out.{warning}"
    )


def table(found: Finding) -> Table:
    """Lay out the inputs for the terminal: their range, their share of the variance, what they turn."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    rows = found.tables["sensitivity"]
    scenario = found.scenario
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("uncertain", overflow="fold")
    for title in ("range", "today", "share of variance\n(total, 95 %)", "lead at\nlow / high", "worth\nknowing"):
        grid.add_column(title, justify="right")
    grid.add_column("turns the recommendation")
    money = Money(scenario.currency, float(rows[["difference_at_low", "difference_at_high"]].abs().max().max()))
    for row in rows.itertuples():
        share = (
            f"{100 * row.sobol_total:.0f} %\n{100 * row.sobol_total_ci_low:.0f} to {100 * row.sobol_total_ci_high:.0f}"
        )
        lead = f"{money.full(row.difference_at_low)}\n{money.full(row.difference_at_high)}"
        tells = row.worth_knowing == row.worth_knowing
        turns = (
            f"to {quote_name(row.turns_to, scenario.strategies)} at {format_number(row.turns_at)}"
            if row.turns_to
            else "no"
            if tells
            else ""
        )
        knowing = Money(scenario.currency, row.worth_knowing).full(row.worth_knowing) if tells else ""
        grid.add_row(
            row.path,
            f"{format_number(row.low)} to {format_number(row.high)}",
            format_number(row.today),
            share,
            lead,
            knowing,
            Text(turns),
        )
    return grid
