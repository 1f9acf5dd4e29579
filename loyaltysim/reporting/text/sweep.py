"""A sweep in words: who is best where, what it costs to be wrong, and what the change hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loyaltysim.core.formats import format_number
from loyaltysim.reporting.text.formats import Money, Wording, as_cell, begin_table, name_heading, quote_name

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from loyaltysim.experiments.decision import Finding
    from loyaltysim.experiments.sweep import SweepFinding
    from loyaltysim.scenario import Scenario

MOST_SHOWN = 25
"""Points of the terminal's table; the rest are in winners.csv."""


def render(found: SweepFinding) -> Wording:
    """Return the answer, and what could not be simulated."""
    winners = found.tables["winners"]
    return Wording(render_answer(found.scenario, winners, found.paths), describe_impossible(winners, found.paths))


def render_answer(scenario: Scenario, winners: pd.DataFrame, paths: Sequence[str]) -> str:
    """Say which strategy is best at how many points, how many of them surely, and the regret of today's best."""
    known, names = winners[winners.error == ""], scenario.strategies
    if not len(known):
        return f"None of the {len(winners)} points could be simulated: {winners.error.iloc[0]}."
    if not (known.second != "").all() or len(names) == 1:
        return f"{len(known)} points were simulated; there is only one strategy, so nothing to recommend."
    counts, sure = known.best.value_counts(), int((known.decided == "yes").sum())
    if len(counts) == 1:
        return (
            f"{name_heading(counts.index[0], names)} is best at all {len(known)} points ({sure} of them surely, each "
            "at 95 %)."
        )
    keeps, worst = known.recommended.iloc[0], known.loc[known.regret.idxmax()]
    best = ", ".join(f"{quote_name(name, names)} at {count}" for name, count in counts.items())
    loss = Money(scenario.currency, float(worst.regret)).full(float(worst.regret))
    lost = f" Keeping to {quote_name(keeps, names)} loses at most {loss}, at {format_point(worst, paths)}."
    return (
        f"Of {len(known)} points the best is {best} ({sure} of them surely, each at 95 "
        f"%).{lost if worst.regret > 0 else ''}"
    )


def describe_impossible(winners: pd.DataFrame, paths: Sequence[str]) -> list[str]:
    """Say what could not be simulated."""
    gone = winners[winners.error != ""]
    if not len(gone):
        return []
    return [
        f"{len(gone)} of {len(winners)} points are of no possible market, the first at "
        f"{format_point(gone.iloc[0], paths)}: {gone.error.iloc[0]}."
    ]


def format_point(row: pd.Series, paths: Sequence[str]) -> str:
    """Write the values of a point: `desk.budget 400, market.share 0.2`."""
    return ", ".join(f"{path} {format_number(row[path])}" for path in paths)


def render_table(found: Finding) -> Table:
    """Lay out who wins at each point, 25 of them at most, for the terminal."""
    winners = found.tables["winners"]
    paths = list(winners.columns[1 : list(winners.columns).index("best")])
    known = winners[winners.error == ""].head(MOST_SHOWN)
    grid = begin_table()
    for path in paths:
        grid.add_column(path, justify="right", overflow="fold")
    grid.add_column("best")
    grid.add_column("lead over the next\n(95 %)", justify="right")
    leads = known.lead[known.lead.notna()]
    money = Money(found.scenario.currency, float(leads.abs().max()) if len(leads) else 0.0, 1.0)
    for _, row in known.iterrows():
        span = f" ({money.bare(row.ci_low)} to {money.bare(row.ci_high)})" if row.ci_low == row.ci_low else ""
        lead = f"{money.full(row.lead)}{span}" if row.lead == row.lead else ""
        best = as_cell(quote_name(row.best, found.scenario.strategies))
        grid.add_row(*(format_number(row[path]) for path in paths), best, lead)
    return grid
