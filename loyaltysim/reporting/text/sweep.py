"""A sweep in words: who is best where, what it costs to be wrong, and what the change hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loyaltysim.core.formats import format_number
from loyaltysim.reporting.text.names import name_heading, quote_name
from loyaltysim.reporting.text.numbers import Money
from loyaltysim.reporting.text.wording import Wording

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from loyaltysim.experiments.decision import Finding
    from loyaltysim.experiments.sweep import SweepFinding
    from loyaltysim.scenario import Scenario


def render(found: SweepFinding) -> Wording:
    """Return the answer, and what could not be simulated."""
    winners = found.tables["winners"]
    return Wording(answer(found.scenario, winners, found.paths), notes(winners, found.paths))


def answer(scenario: Scenario, winners: pd.DataFrame, paths: Sequence[str]) -> str:
    """Say which strategy is best at how many points, how many of them surely, and the regret of today's best."""
    known = winners[winners.error == ""]
    if not len(known):
        return f"None of the {len(winners)} points could be simulated: {winners.error.iloc[0]}."
    if not (known.second != "").all() or len(scenario.strategies) == 1:
        return f"{len(known)} points were simulated; there is only one strategy, so nothing to recommend."
    counts, sure = known.best.value_counts(), int((known.decided == "yes").sum())
    keeps = known.recommended.iloc[0]
    worst = known.loc[known.regret.idxmax()]
    told = ", ".join(f"{quote_name(name, scenario.strategies)} at {count}" for name, count in counts.items())
    if len(counts) == 1:
        return f"{name_heading(counts.index[0], scenario.strategies)} is best at all {len(known)} points ({sure} of them surely, each at 95 %)."
    money = Money(scenario.currency, float(worst.regret))
    lost = f" Keeping to {quote_name(keeps, scenario.strategies)} loses at most {money.full(float(worst.regret))}, at {_where(worst, paths)}."
    return f"Of {len(known)} points the best is {told} ({sure} of them surely, each at 95 %).{lost if worst.regret > 0 else ''}"


def notes(winners: pd.DataFrame, paths: Sequence[str]) -> list[str]:
    """Say what could not be simulated."""
    gone = winners[winners.error != ""]
    if not len(gone):
        return []
    return [
        f"{len(gone)} of {len(winners)} points are of no possible market, the first at {_where(gone.iloc[0], paths)}: {gone.error.iloc[0]}."
    ]


def _where(row: pd.Series, paths: Sequence[str]) -> str:
    return ", ".join(f"{path} {format_number(row[path])}" for path in paths)


def table(found: Finding) -> Table:
    """Lay out who wins at each point, 25 of them at most, for the terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    winners = found.tables["winners"]
    paths = list(winners.columns[1 : list(winners.columns).index("best")])
    known = winners[winners.error == ""].head(MOST_SHOWN)
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for path in paths:
        grid.add_column(path, justify="right", overflow="fold")
    grid.add_column("best")
    grid.add_column("lead over the next\n(95 %)", justify="right")
    leads = known.lead[known.lead.notna()]
    money = Money(found.scenario.currency, float(leads.abs().max()) if len(leads) else 0.0, 1.0)
    for _, row in known.iterrows():
        span = f" ({money.bare(row.ci_low)} to {money.bare(row.ci_high)})" if row.ci_low == row.ci_low else ""
        lead = f"{money.full(row.lead)}{span}" if row.lead == row.lead else ""
        grid.add_row(
            *(f"{format_number(row[path])}" for path in paths),
            Text(quote_name(row.best, found.scenario.strategies)),
            lead,
        )
    return grid


MOST_SHOWN = 25
