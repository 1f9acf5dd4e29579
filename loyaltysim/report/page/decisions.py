"""Sections of the commands that decide, from the tables that they leave: where it turns, what it hangs on, the next dollar."""

from __future__ import annotations

from math import isnan
from typing import Any

from loyaltysim.report.folder import Material
from loyaltysim.report.names import plain
from loyaltysim.report.page.parts import Cell, Section, Table, row_head

MOST_ROWS = 40


def next_dollar(material: Material) -> Section | None:
    """Show the best split of a budget, where `optimise` has left it."""
    return _of(material, "optimise", "What is the best split of the budget?")


def breakeven(material: Material) -> Section | None:
    """Show where the recommendation turns, where `breakeven` has left it."""
    return _of(material, "breakeven", "Where does the recommendation turn?")


def sensitivity(material: Material) -> Section | None:
    """Show which assumptions the answer hangs on, where `sensitivity` has left it."""
    return _of(material, "sensitivity", "Which assumptions does it hang on?")


def other_tables(material: Material) -> Section | None:
    """Show what else a command without results of its own has left."""
    if material.results is not None:
        return None
    names = [name for name in material.names if name not in ("optimise", "breakeven", "sensitivity", "audit")]
    tables = [table for name in names if (table := _table(material, name)) is not None]
    return Section("tables", "What was found?", tables=tables) if tables else None


def _of(material: Material, name: str, question: str) -> Section | None:
    table = _table(material, name)
    return Section(name, question, tables=[table]) if table is not None else None


def _table(material: Material, name: str) -> Table | None:
    """Show a CSV file as it is, its first rows if there are many."""
    found = material.table(name)
    if found is None or found.empty:
        return None
    more = f" (the first {MOST_ROWS} of {len(found):,} rows)" if len(found) > MOST_ROWS else ""
    rows = [[_cell(value, place == 0) for place, value in enumerate(row)] for row in found.head(MOST_ROWS).itertuples(index=False)]  # fmt: skip
    return Table(f"{name}.csv{more}", [plain(str(each)).replace("_", " ") for each in found.columns], rows)


def _cell(value: Any, head: bool) -> Cell:
    if isinstance(value, str):
        return row_head(value) if head else Cell(plain(value))
    if isnan(value):
        return Cell("")
    text = f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return Cell(text, value=float(value), head=head)
