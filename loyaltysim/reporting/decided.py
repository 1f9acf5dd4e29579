"""The tables of a command that decides, wherever they are: in its folder, or still in hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.results.reader import ReportSource, read_source

if TYPE_CHECKING:
    import pandas as pd

TURNS = "turns"
MADE_BY = {
    "breakeven_curve": "breakeven",
    "frontier": "breakeven",
    "sensitivity": "sensitivity",
    "next_dollar": "optimise",
}
"""The tables that are drawn, and the command that makes each."""


def plainly(value: float, digits: int = 4) -> str:
    """Write a number to so many digits, never with a power of ten: `462`, `20,000`, `0.4521`."""
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.10f}".rstrip("0").rstrip(".") if abs(rounded) < 1 else f"{rounded:,.10g}"


@dataclass(frozen=True)
class Decided:
    """A decision's tables by name, and the currency that its money is in."""

    find: Callable[[str], pd.DataFrame | None]
    currency: str = "$"

    def has(self, name: str, *columns: str) -> bool:
        """Tell whether there is a table of this name with rows and these columns."""
        found = self.find(name)
        return found is not None and len(found) > 0 and set(columns) <= set(found.columns)

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """Give a table with at least these columns; raises InputError, naming the verb that makes it, if there is none."""
        found = self.find(name)
        if found is None or not len(found):
            cure = f"run loyaltysim {MADE_BY.get(name, 'breakeven')} SCENARIO.yml, and give what it found or its folder"
            raise InputError(Problem(f"there is no table {name!r}", cure=cure))
        missing = [column for column in columns if column not in found.columns]
        if missing:
            raise InputError(
                Problem(f"the table {name!r} has no column {missing[0]!r}", cure="make it with this version")
            )
        return found


def decided(source: Any) -> Decided:
    """Take what a command found (anything with `tables` by name), a folder, a study with its folder, or a folder's material."""
    if not hasattr(source, "tables") and isinstance(getattr(source, "folder", None), Path):
        source = source.folder  # a run's study: what was decided about it lies beside it
    if isinstance(source, str | Path):
        source = read_source(source)
    if isinstance(source, ReportSource):
        return Decided(source.table, str(source.manifest.get("currency", "$")))
    found = getattr(source, "tables", None)
    tables: Mapping[str, pd.DataFrame] = found if isinstance(found, Mapping) else {}
    return Decided(tables.get, str(getattr(getattr(source, "scenario", None), "currency", "$")))
