"""Where the time of a study's runs went, measured by mechanism and month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loyaltysim.core.records import RunRecord


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
        """Each mechanism's seconds over all months, in the order of the month."""
        names = list(dict.fromkeys(name for month in self.months for name in month))
        return {name: sum(month.get(name, 0.0) for month in self.months) for name in names}

    @property
    def total(self) -> float:
        """All seconds together."""
        return sum(self.mechanisms.values())


def add_run(profile: Profile | None, record: RunRecord) -> Profile | None:
    """Return a profile with what was measured of a run, if it was; None as long as none was measured."""
    if not record.profile:
        return profile
    known = profile or Profile((), 0, 0)
    months = [dict(month) for month in known.months]
    months += [{} for _ in range(len(record.profile) - len(months))]
    for together, one in zip(months, record.profile, strict=False):
        for name, seconds in one.items():
            together[name] = together.get(name, 0.0) + seconds
    return Profile(tuple(months), known.person_months + record.person_months, known.runs + 1)
