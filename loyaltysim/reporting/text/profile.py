"""Where the time of a run went: by mechanism, and by month."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from loyaltysim.core.records import RunRecord

if TYPE_CHECKING:
    from rich.table import Table

SLOWEST = 5


@dataclass(frozen=True)
class Profile:
    """Seconds of processor time, all runs together.

    `months`: for each month from 1 on, the seconds of each mechanism; `person_months`: what was simulated in them;
    `runs`: how many runs were measured.
    """

    months: tuple[dict[str, float], ...]
    person_months: int
    runs: int

    @property
    def mechanisms(self) -> dict[str, float]:
        """Give each mechanism's seconds over all months, in the order of the month."""
        names = list(dict.fromkeys(name for month in self.months for name in month))
        return {name: sum(month.get(name, 0.0) for month in self.months) for name in names}

    @property
    def total(self) -> float:
        """Give all seconds together."""
        return sum(self.mechanisms.values())


def with_run(profile: Profile | None, record: RunRecord) -> Profile | None:
    """Add what was measured of a run, if it was; None as long as none was measured."""
    if not record.profile:
        return profile
    known = profile or Profile((), 0, 0)
    months = [dict(month) for month in known.months]
    months += [{} for _ in range(len(record.profile) - len(months))]
    for together, one in zip(months, record.profile, strict=False):
        for name, seconds in one.items():
            together[name] = together.get(name, 0.0) + seconds
    return Profile(tuple(months), known.person_months + record.person_months, known.runs + 1)


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
