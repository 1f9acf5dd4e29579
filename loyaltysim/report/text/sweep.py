"""A sweep in words: who is best where, what it costs to be wrong, and what the change hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from loyaltysim.report.text.names import name_heading, quote_name
from loyaltysim.report.text.numbers import Money, format_number

if TYPE_CHECKING:
    import pandas as pd


def answer(spec: Any, winners: pd.DataFrame, paths: Sequence[str]) -> str:
    """Say which strategy is best at how many points, how many of them surely, and the regret of today's best."""
    known = winners[winners.error == ""]
    if not len(known):
        return f"None of the {len(winners)} points could be simulated: {winners.error.iloc[0]}."
    if not (known.second != "").all() or len(spec.strategies) == 1:
        return f"{len(known)} points were simulated; there is only one strategy, so nothing to recommend."
    counts, sure = known.best.value_counts(), int((known.decided == "yes").sum())
    keeps = known.recommended.iloc[0]
    worst = known.loc[known.regret.idxmax()]
    told = ", ".join(f"{quote_name(name, spec.strategies)} at {count}" for name, count in counts.items())
    if len(counts) == 1:
        return f"{name_heading(counts.index[0], spec.strategies)} is best at all {len(known)} points ({sure} of them surely, each at 95 %)."
    money = Money(spec.currency, float(worst.regret))
    lost = f" Keeping to {quote_name(keeps, spec.strategies)} loses at most {money.full(float(worst.regret))}, at {_where(worst, paths)}."
    return f"Of {len(known)} points the best is {told} ({sure} of them surely, each at 95 %).{lost if worst.regret > 0 else ''}"


def notes(spec: Any, winners: pd.DataFrame, paths: Sequence[str]) -> list[str]:
    """Say what could not be simulated."""
    gone = winners[winners.error != ""]
    if not len(gone):
        return []
    return [
        f"{len(gone)} of {len(winners)} points are of no possible market, the first at {_where(gone.iloc[0], paths)}: {gone.error.iloc[0]}."
    ]


def _where(row: Any, paths: Sequence[str]) -> str:
    return ", ".join(f"{path} {format_number(row[path])}" for path in paths)


def table(found: Any) -> Any:
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
