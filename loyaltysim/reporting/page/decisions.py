"""Sections of the commands that decide, from the tables that they leave: where it turns, what it hangs on, the next dollar."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

from loyaltysim.core.formats import format_fixed
from loyaltysim.reporting.charts import Chart
from loyaltysim.reporting.charts import decisions as charts
from loyaltysim.reporting.decided import decided, plainly
from loyaltysim.reporting.page.components import Cell, Drawing, Section, Table, write_head
from loyaltysim.reporting.text.names import to_text
from loyaltysim.results.reader import ReportSource

MOST_ROWS, MOST_COLUMNS, NOTHING = 40, 8, 1e-9
SHOWN = {
    "breakeven": ("path", "unit", "better_below", "better_above", "flips_at", "ci_low", "ci_high", "recommendation"),
    "next_dollar": ("lever", "period", "at", "spend", "marginal", "ci_low", "ci_high", "overspent_from"),
    "sensitivity": ("path", "unit", "today", "sobol_total", "turns_at", "turns_to", "worth_knowing"),
}
"""Columns that answer come first, of tables that have more of them than a page is wide."""
OWN = ("optimise", "next_dollar", "breakeven", "frontier", "sensitivity", "audit", "metrics")
"""Tables that have a section of their own, or are told elsewhere."""


def build_split_section(material: ReportSource) -> Section | None:
    """Show the best split of a budget and the worth of the next dollar in each lever, where `optimise` has left them."""
    return build_section(
        material, "optimise", "What is the best split of the budget?", ("optimise", "next_dollar"),
        [charts.levers],
    )  # fmt: skip


def build_breakeven_section(material: ReportSource) -> Section | None:
    """Show where the recommendation turns, and the map of who wins, where `breakeven` has left them."""
    return build_section(
        material, "breakeven", "Where does the recommendation turn?", ("breakeven", "frontier"),
        [charts.breakeven, charts.frontier],
    )  # fmt: skip


def build_sensitivity_section(material: ReportSource) -> Section | None:
    """Show which assumptions the answer hangs on, where `sensitivity` has left it."""
    return build_section(
        material, "sensitivity", "Which assumptions does it hang on?", ("sensitivity",),
        [charts.sensitivity],
    )  # fmt: skip


def build_tables_section(material: ReportSource) -> Section | None:
    """Show what else a command without results of its own has left."""
    if material.results is not None:
        return None
    names = [name for name in material.names if name not in OWN]
    tables = [table for name in names if (table := build_table(material, name)) is not None]
    return Section("tables", "What was found in detail?", tables=tables) if tables else None


def build_section(
    material: ReportSource, key: str, question: str, names: Sequence[str], pictures: Sequence[Chart]
) -> Section | None:
    """Draw what can be drawn of a decision's tables, and show them."""
    found = decided(material)
    shown = [each for each in pictures if all(found.has(name, *columns) for name, columns in each.tables.items())]
    drawings = [Drawing(material.figure(each)) for each in shown]
    tables = [table for name in names if (table := build_table(material, name)) is not None]
    return Section(key, question, drawings=drawings, tables=tables) if drawings or tables else None


def build_table(material: ReportSource, name: str) -> Table | None:
    """Show a CSV file as it is, its first rows and columns if there are many."""
    found = material.table(name)
    if found is None or found.empty:
        return None
    chosen = [column for column in SHOWN.get(name, ()) if column in found.columns]
    wanted = [*chosen, *(column for column in found.columns if column not in chosen)]
    columns = [column for column in wanted if not found[column].isna().all()][:MOST_COLUMNS]
    shown = found[columns].head(MOST_ROWS)
    more = [f"the first {MOST_ROWS} of {len(found):,} rows"] if len(found) > MOST_ROWS else []
    more += [f"{len(columns)} of {len(found.columns)} columns"] if len(columns) < len(found.columns) else []
    rows = [[build_cell(value, place == 0) for place, value in enumerate(row)] for row in shown.itertuples(index=False)]
    caption = f"{name}.csv" + (f" ({', '.join(more)}; the file has all)" if more else "")
    return Table(caption, [format_head(str(each)) for each in columns], rows)


def build_cell(value: Any, head: bool) -> Cell:
    """Return a cell of a CSV file: a text as it is, a number to four digits."""
    if isinstance(value, str):
        return write_head(value) if head else Cell(to_text(value))
    if isnan(value):
        return Cell("")
    text = plainly(value) if abs(value) < 1e4 else format_fixed(value)
    text = "0" if abs(value) < NOTHING else text
    return Cell(text, value=float(value), head=head)


def format_head(column: str) -> str:
    """Write a column's name so that it can be broken between its words."""
    return to_text(column).replace("_", " ").replace(".", ".\u200b")
