"""The spreadsheet beside the simulation as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.text.formats import as_cell, begin_table, money_for, to_text
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

SHOWN = ("resolved", "kept after a problem", "lost in all", "told bad news")
"""Figures of the arithmetic that stand in the table of strategies."""


def render_year(found: pd.DataFrame, strategy: str) -> Table:
    """Lay out one strategy's mean year: by arithmetic, simulated with its interval, and by how much it differs."""
    grid = begin_table()
    for head in (to_text(strategy), "unit"):
        grid.add_column(as_cell(head), no_wrap=True)
    rows = list(found[found.strategy == strategy].itertuples())
    is_sure = any(isfinite(row.ci_low) for row in rows)
    for head in ("arithmetic", "simulated", *(("95 %",) if is_sure else ()), "differs by"):
        grid.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        gap = f"{100 * (row.simulated / row.arithmetic - 1):+.0f} %" if row.arithmetic else ""
        span = f"{format_fixed(row.ci_low)} to {format_fixed(row.ci_high)}" if isfinite(row.ci_low) else ""
        cells = [format_fixed(row.arithmetic), format_fixed(row.simulated), *([span] if is_sure else []), gap]
        grid.add_row(row.figure, row.unit, *cells)
    return grid


def render_strategies(found: pd.DataFrame) -> Table:
    """Lay out what each strategy does a year, by arithmetic and (in brackets) simulated."""
    grid = begin_table()
    grid.add_column("a year, arithmetic (simulated)", overflow="fold")
    for figure in SHOWN:
        grid.add_column(figure, justify="right", no_wrap=True)
    for name, rows in found.groupby("strategy", sort=False):
        pairs = rows.set_index("figure")[["arithmetic", "simulated"]].loc[list(SHOWN)].itertuples(index=False)
        cells = (f"{format_fixed(by_hand)} ({format_fixed(simulated)})" for by_hand, simulated in pairs)
        grid.add_row(as_cell(to_text(str(name))), *cells)
    return grid


def render_bridge(found: pd.DataFrame, currency: str) -> Table:
    """Lay out the bridge of NPV: a row a step, a column a strategy (with several, the gain over the first)."""
    names = list(dict.fromkeys(found.strategy))
    return render_steps(found, names[1:] or names, "gain (NPV)" if len(names) > 1 else "worth (NPV)", currency)


def render_lost_bridge(found: pd.DataFrame, strategy: str, currency: str) -> Table:
    """Lay out the bridge of the revenue lost a year over problems under the first strategy."""
    return render_steps(found, [strategy], "revenue lost a year", currency)


def render_steps(found: pd.DataFrame, names: list[str], title: str, currency: str) -> Table:
    """Lay out a bridge without the steps that change nothing; the simulation is the sum of what stands above it."""
    shown = found[found.strategy.isin(names)]
    spans = {(row.strategy, row.step): Interval(row.value, row.ci_low, row.ci_high) for row in shown.itertuples()}
    money = money_for(currency, *spans.values())
    grid = begin_table()
    grid.add_column(title, no_wrap=True)
    for name in names:
        grid.add_column(as_cell(to_text(name)), justify="right", overflow="fold")
    changing = set(shown[shown.value != 0].step)
    for step in (step for step in dict.fromkeys(shown.step) if step in changing):
        cells = []
        for name in names:
            span = spans[name, step]
            is_wide = span.known and span.high > span.low
            own = money if money.shows(span) else money_for(currency, span)
            cells.append(as_cell(f"{own.signed(span.mean)}\n{own.span(span)}" if is_wide else own.signed(span.mean)))
        grid.add_row(step if step in ("arithmetic", "simulation") else f"+ {step.replace('_', ' ')}", *cells)
    return grid


def describe_steps(found: pd.DataFrame) -> Iterator[str]:
    """Say what each step is, and what a step can and cannot say."""
    yield "From each + to the next one more part of the model is restored, and the market solved anew so that it still"
    yield "shows what is stated today. A step is what the part changes beyond that; in another order the steps differ."
    yield "A step that changes nothing is not in the table."
    for row in found.drop_duplicates("step").itertuples():
        yield f"  {row.step.replace('_', ' ')}: {row.what}"
