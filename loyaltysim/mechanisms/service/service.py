"""Each customer has a Poisson number of encounters a month, each at a touchpoint with a member of staff.

An encounter is indifferent (the employee's care fails, F1), a failure of product or process (the touchpoint's rate), a
wow (F27), or ordinary.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Service(Mechanism):
    """Let the customers meet the company."""

    encounters_mean: float = param(
        1.5,
        "encounters/customer-month",
        "mean encounters of a customer at month 0",
        low=0,
        high=50,
        plausible=(0.2, 10),
    )
    wow: float = param(
        0.094,
        "chance",
        "mean chance that an encounter which is not indifferent delights",
        source="F27, K8: 3 good messages to 1 bad",
    )

    met = column("people", "uint8", "encounters this month", "encounters")
    indifferent = column("people", "uint8", "indifferent ones", "encounters")
    failed = column("people", "uint8", "failures of product or process", "encounters")
    wowed = column("people", "uint8", "wows", "encounters")
    indifferent_at = column("people", "int16", "touchpoint of the month's first indifferent encounter")
    failed_at = column("people", "int16", "touchpoint of the month's first failure")
    mood_met = column("people", "float32", "mean mood of the staff met", "share")
    encounters_last = column("firm", "float64", "encounters of last month", "encounters")

    encounters = metric("encounters of customers with the company", "encounters")
    indifferent_encounters = metric("encounters that were indifferent", "encounters", better="lower")
    failures = metric("encounters at which product or process failed", "encounters", better="lower")
    wows = metric("encounters that delighted", "encounters", better="higher")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw every customer's encounters and how each went."""
        people, points = world.people, world.touchpoints
        at_work = int(world.firm.employees[0])
        parts = threads.over_row_list(
            kernels.service.meet, world.customers_now, people.generation, rng("meets"),
            numbers_met(self.encounters_mean * float(world.firm.contacts[0])), world.staff.care[:at_work],
            world.staff.mood[:at_work], points.slot_share, points.slot_other, points.rate, self._wow(world),
            points.cold, people.met, people.indifferent, people.failed, people.wowed, people.indifferent_at,
            people.failed_at, people.mood_met,
        )  # fmt: skip
        encounters, cold, failures, wows = map(sum, zip(*parts, strict=True))
        world.firm.encounters_last[0] = encounters
        report(encounters=encounters, indifferent_encounters=cold, failures=failures, wows=wows)

    def _wow(self, world: World) -> NDArray:
        """Return each touchpoint's chance that an encounter which is not indifferent delights."""
        return np.minimum((self.wow + world.firm.wow_added[0]) * world.touchpoints.warm, 1.0)


@lru_cache(maxsize=64)
def numbers_met(mean: float) -> NDArray:
    """Return the distribution function of a Poisson number, nine entries or more, the last above every draw; not to be
    changed.
    """
    chance, total = math.exp(-mean), 0.0
    counts: list[float] = []
    while total < 1 - 1e-15 and len(counts) < 200:
        total += chance
        counts.append(total)
        chance *= mean / len(counts)
    return np.array([*counts[:-1], *[2.0] * max(1, 10 - len(counts))])
