"""Where the time of a run went, as tables for the terminal: by mechanism, and by month."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from loyaltysim.reporting.text.console import begin_table

if TYPE_CHECKING:
    from rich.table import Table

    from loyaltysim.results.results import Profile

SLOWEST = 5


def render_heading(profile: Profile) -> str:
    """Say what was measured."""
    runs = "1 run" if profile.runs == 1 else f"{profile.runs} runs"
    return f"Processor time of {len(profile.months)} months in {runs}: {profile.total:.3f} s"


def render_mechanisms(profile: Profile) -> Table:
    """Lay out one row a mechanism: its seconds, its share of them, and nanoseconds a person-month."""
    grid = begin_profile("mechanism", "seconds", "share", "ns a person-month")
    for name, seconds in {**profile.mechanisms, "all": profile.total}.items():
        share = seconds / profile.total if profile.total else 0.0
        grid.add_row(name, f"{seconds:.4f}", f"{share:.1%}", f"{1e9 * seconds / profile.person_months:.2f}")
    return grid


def render_months(profile: Profile) -> Table:
    """Lay out the slowest months, each with its slowest mechanism, and what a month takes in the median."""
    grid = begin_profile("month", "seconds", "ns a person-month", "most of it")
    people = profile.person_months / len(profile.months)
    seconds = [sum(month.values()) for month in profile.months]
    for number in sorted(range(len(seconds)), key=lambda month: -seconds[month])[:SLOWEST]:
        month = profile.months[number]
        slowest = max(month, key=lambda name: month[name])
        grid.add_row(str(number + 1), f"{seconds[number]:.4f}", f"{1e9 * seconds[number] / people:.2f}", slowest)
    middle = median(seconds)
    grid.add_row("median", f"{middle:.4f}", f"{1e9 * middle / people:.2f}", "")
    return grid


def begin_profile(*heads: str) -> Table:
    """Return a table of these columns without rows, the first flush left."""
    grid = begin_table()
    for number, head in enumerate(heads):
        grid.add_column(head, justify="right" if number else "left", no_wrap=True)
    return grid
