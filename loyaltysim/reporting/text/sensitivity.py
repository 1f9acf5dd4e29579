"""What an answer hangs on, in words: what moves it, what turns it, and what it would be worth to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyaltysim.core.formats import format_number
from loyaltysim.reporting.text.formats import (
    Money,
    Wording,
    as_cell,
    begin_table,
    format_quantity,
    name_heading,
    quote_name,
)

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from loyaltysim.analysis.surrogate_analysis import SurrogateResult
    from loyaltysim.experiments.decision import Finding
    from loyaltysim.experiments.sensitivity import SensitivityFinding
    from loyaltysim.scenario import Scenario

MOST_NAMED = 3
NEVER = 0.001
"""A chance below which a strategy is not named."""


def render(found: SensitivityFinding) -> Wording:
    """Return the answer, and what else is worth knowing."""
    scenario, table, surrogate = found.scenario, found.tables["sensitivity"], found.surrogate
    notes = (
        describe_switches(scenario, table, surrogate),
        describe_method(surrogate, found.points, scenario.replications, found.factors),
        describe_impossible(found),
    )
    return Wording(render_answer(scenario, table, surrogate), notes)


def describe_impossible(found: SensitivityFinding) -> str:
    """Say how many points are of no possible market; empty where all are."""
    if not found.impossible:
        return ""
    return (
        f"{found.impossible} of {found.points + found.impossible} points are of no possible market: "
        f"{found.first_error}."
    )


def render_answer(scenario: Scenario, table: pd.DataFrame, found: SurrogateResult) -> str:
    """Say how safe the recommendation is over all that is uncertain, and what it hangs on most."""
    (best, second), names = found.pair, scenario.strategies
    top = table.sort_values("sobol_total", ascending=False).head(MOST_NAMED)
    hangs = ", ".join(f"{row.path} ({format_total(row, ' % of its variance, 95 %: ')})" for row in top.itertuples())
    chances = sorted(found.chance_best.items(), key=lambda each: -each[1])
    others = [(quote_name(name, names), 100 * chance) for name, chance in chances if name != best and chance >= NEVER]
    instead = ", ".join(f"{name} in {percent:.0f} %" for name, percent in others)
    rest = f" ({instead})" if instead else ""
    rough = f"the polynomial behind it foretells {format_q2(found)} of the variance at points left out"
    poor = "" if found.is_good else f" All this is rough: {rough}."
    return (
        f"{name_heading(best, names)} stays the best in {100 * found.chance_best[best]:.0f} % of what is "
        f"uncertain{rest}; its lead over {quote_name(second, names)} hangs most on {hangs}.{poor}"
    )


def describe_switches(scenario: Scenario, table: pd.DataFrame, found: SurrogateResult) -> str:
    """Say which inputs turn the recommendation by themselves and where, and what knowing them is worth.

    Nothing of the kind is told by a polynomial that foretells less than half of the variance.
    """
    if not found.is_usable:
        return (
            "Which input turns the recommendation cannot be told: the polynomial foretells too little. Ask for more "
            "--points or --replications."
        )
    switches = table[table.turns_to != ""]
    if not len(switches):
        return "No input turns the recommendation by itself within its range, the others being as today."
    each = [
        f"{row.path} (today {format_quantity(row.today, row.unit, scenario.currency)}) turns it to "
        f"{quote_name(row.turns_to, scenario.strategies)} at {format_number(row.turns_at)}"
        for row in switches.head(MOST_NAMED).itertuples()
    ]
    known = ""
    for row in table[table.worth_knowing > 0].head(1).itertuples():
        worth = Money(scenario.currency, row.worth_knowing).full(row.worth_knowing)
        known = f" To know {row.path} for sure would be worth {worth} on average."
    more = f"; and {len(switches) - MOST_NAMED} more do" if len(switches) > MOST_NAMED else ""
    return f"By itself, {'; '.join(each)}{more}.{known}"


def describe_method(found: SurrogateResult, points: int, replications: int, inputs: int) -> str:
    """Say how it was found, and how far the polynomial can be believed."""
    warning = "" if found.is_good else " That is poor: ask for more --points or --replications."
    return (
        f"{points} points over {inputs} inputs were simulated {replications} times each (Morris's trajectories and a "
        f"Latin hypercube); the shares are those of a polynomial that foretells {format_q2(found)} of the variance at "
        f"points left out.{warning}"
    )


def format_total(row: Any, between: str) -> str:
    """Write an input's share of the variance, what stands between, and the ends of its interval."""
    low, high = 100 * row.sobol_total_ci_low, 100 * row.sobol_total_ci_high
    return f"{100 * row.sobol_total:.0f}{between}{low:.0f} to {high:.0f}"


def format_q2(found: SurrogateResult) -> str:
    """Write the share of variance that the polynomial foretells at points left out."""
    return f"{100 * max(0.0, found.q2):.0f} %"


def render_table(found: Finding) -> Table:
    """Lay out the inputs for the terminal: their range, their share of the variance, what they turn."""
    rows, scenario = found.tables["sensitivity"], found.scenario
    grid = begin_table()
    grid.add_column("uncertain", overflow="fold")
    for title in ("range", "today", "share of variance\n(total, 95 %)", "lead at\nlow / high", "worth\nknowing"):
        grid.add_column(title, justify="right")
    grid.add_column("turns the recommendation")
    money = Money(scenario.currency, float(rows[["difference_at_low", "difference_at_high"]].abs().max().max()))
    for row in rows.itertuples():
        is_told = row.worth_knowing == row.worth_knowing
        turns = "no" if is_told else ""
        if row.turns_to:
            turns = f"to {quote_name(row.turns_to, scenario.strategies)} at {format_number(row.turns_at)}"
        grid.add_row(
            row.path,
            f"{format_number(row.low)} to {format_number(row.high)}",
            format_number(row.today),
            format_total(row, " %\n"),
            f"{money.full(row.difference_at_low)}\n{money.full(row.difference_at_high)}",
            Money(scenario.currency, row.worth_knowing).full(row.worth_knowing) if is_told else "",
            as_cell(turns),
        )
    return grid
