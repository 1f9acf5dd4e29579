"""Where the time of a run went: by mechanism, and by month."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from loyaltysim.results.results import Profile

SLOWEST = 5


def by_mechanism(profile: Profile) -> Table:
    """Lay out one row a mechanism: its seconds, its share of them, and nanoseconds a person-month."""
    grid = _grid("mechanism", "seconds", "share", "ns a person-month")
    for name, seconds in {**profile.mechanisms, "all": profile.total}.items():
        share = seconds / profile.total if profile.total else 0.0
        grid.add_row(name, f"{seconds:.4f}", f"{share:.1%}", f"{1e9 * seconds / profile.person_months:.2f}")
    return grid


def by_month(profile: Profile) -> Table:
    """Lay out the slowest months, each with its slowest mechanism, and what a month takes in the median."""
    grid = _grid("month", "seconds", "ns a person-month", "most of it")
    people = profile.person_months / len(profile.months)
    seconds = [sum(month.values()) for month in profile.months]
    for number in sorted(range(len(seconds)), key=lambda month: -seconds[month])[:SLOWEST]:
        month = profile.months[number]
        grid.add_row(
            str(number + 1),
            f"{seconds[number]:.4f}",
            f"{1e9 * seconds[number] / people:.2f}",
            max(month, key=lambda name: month[name]),
        )
    middle = median(seconds)
    grid.add_row("median", f"{middle:.4f}", f"{1e9 * middle / people:.2f}", "")
    return grid


def heading(profile: Profile) -> str:
    """Say what was measured."""
    runs = "1 run" if profile.runs == 1 else f"{profile.runs} runs"
    return f"Processor time of {len(profile.months)} months in {runs}: {profile.total:.3f} s"


def _grid(*heads: str) -> Table:
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, head in enumerate(heads):
        grid.add_column(head, justify="right" if number else "left", no_wrap=True)
    return grid
