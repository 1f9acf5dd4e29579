"""Where the recommendation turns, as far as a run's own results say it, and the commands that find the rest."""

from __future__ import annotations

from math import isfinite

from loyaltysim.report.charts.thresholds import thresholds as draw_thresholds
from loyaltysim.report.figure_thresholds import shown
from loyaltysim.report.folder import Material
from loyaltysim.report.names import plain
from loyaltysim.report.page.parts import Cell, Drawing, Table, row_head
from loyaltysim.report.results import Results
from loyaltysim.report.threshold_words import ARITHMETIC, counted, ends, said, times, value
from loyaltysim.report.thresholds import Threshold, thresholds
from loyaltysim.scenario.reading_ranges import SHARES

MADE = "breakeven_curve"
"""The table that is there once `breakeven` has looked."""


def told(results: Results) -> list[str]:
    """Say what turns the recommendation soonest, how many prices and rates were followed, and what that leaves out."""
    return [text for text in (said(results), f"{counted(results)} {ARITHMETIC}") if text]


def drawings(material: Material) -> list[Drawing]:
    """Show how far each price or rate would have to move; nothing where none that can be shown turns the recommendation."""
    return [Drawing(material.figure(draw_thresholds))] if shown(_of(material)) else []


def tables(material: Material) -> list[Table]:
    """Give each value at which the recommendation turns, beside today's."""
    results = _of(material)
    rows = [_row(results, each) for each in thresholds(results)]
    heads = ["what would have to change", "times today's", "that is", "then best"]
    return [Table("Where the recommendation turns, on this run's luck; thresholds.csv has the same", heads, rows)] if rows else []  # fmt: skip


def _of(material: Material) -> Results:
    assert material.results is not None
    return material.results


def _row(results: Results, each: Threshold) -> list[Cell]:
    text, below = times(each)
    ratio = each.times_today.mean
    own = f"{value(results, each)}" if each.unit != "times today's" else f"{100 * each.at.mean:.0f} % of today's"
    span = ends(results, each) if each.unit != "times today's" else ""
    return [
        row_head(each.meaning), Cell(text, below, ratio if isfinite(ratio) else None), Cell(own, span, each.at.mean),
        Cell(plain(each.turns_to) or "worth nothing"),
    ]  # fmt: skip


def commands(material: Material) -> list[tuple[str, str]]:
    """Name the commands that simulate other values, if there is something to turn and that was not done here."""
    compared = material.results is not None and len(material.results.strategies) > 1
    if not compared or MADE in material.names:
        return []
    found = [
        ("loyaltysim breakeven scenario.yml", "in this folder: at which acquisition cost the recommendation turns")
    ]
    weakest = _weakest(material)
    if weakest:
        what = "along the weakest figure that it rests on; any other parameter or lever can stand in its place"
        found.append((f"loyaltysim breakeven scenario.yml --over {weakest}", what))
    return found


def _weakest(material: Material) -> str:
    """Name the figure of the weakest evidence that can be varied by itself; empty if the folder lists none."""
    audit = material.table("audit")
    if audit is None:
        return ""
    for row in audit.itertuples():
        if not str(row.path).startswith(SHARES) and _is_above_zero(row.value):
            return str(row.path)
    return ""


def _is_above_zero(value: object) -> bool:
    try:
        return float(str(value)) > 0.0
    except ValueError:
        return False
