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
from loyaltysim.core.mechanism import Mechanism, column, metric, param

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Service(Mechanism):
    """Let the customers meet the company."""

    encounters_mean: float = param(
        1.5,
        unit="encounters/customer-month",
        low=0,
        high=50,
        doc="mean encounters of a customer at month 0",
        plausible=(0.2, 10),
    )
    wow: float = param(
        0.094,
        unit="chance",
        low=0,
        high=1,
        doc="mean chance that an encounter which is not indifferent delights",
        source="F27, K8: 3 good messages to 1 bad",
    )

    met = column("people", "uint8", unit="encounters", doc="encounters this month")
    indifferent = column("people", "uint8", unit="encounters", doc="indifferent ones")
    failed = column("people", "uint8", unit="encounters", doc="failures of product or process")
    wowed = column("people", "uint8", unit="encounters", doc="wows")
    indifferent_at = column("people", "int16", doc="touchpoint of the month's first indifferent encounter")
    failed_at = column("people", "int16", doc="touchpoint of the month's first failure")
    mood_met = column("people", "float32", unit="share", doc="mean mood of the staff met")
    encounters_last = column("firm", "float64", unit="encounters", doc="encounters of last month")

    encounters = metric(unit="encounters", doc="encounters of customers with the company")
    indifferent_encounters = metric(unit="encounters", better="lower", doc="encounters that were indifferent")
    failures = metric(unit="encounters", better="lower", doc="encounters at which product or process failed")
    wows = metric(unit="encounters", better="higher", doc="encounters that delighted")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw every customer's encounters and how each went."""
        people, points = world.people, world.touchpoints
        at_work = int(world.firm.employees[0])
        parts = threads.over_row_list(
            kernels.service.meet, world.customers_now, people.generation, rng("meets"), numbers_met(self.encounters_mean * float(world.firm.contacts[0])),
            world.staff.care[:at_work], world.staff.mood[:at_work], points.slot_share, points.slot_other, points.rate,
            self._wow(world), points.cold, people.met, people.indifferent, people.failed, people.wowed, people.indifferent_at, people.failed_at, people.mood_met,
        )  # fmt: skip
        encounters, cold, failures, wows = map(sum, zip(*parts, strict=True))
        world.firm.encounters_last[0] = encounters
        report(encounters=encounters, indifferent_encounters=cold, failures=failures, wows=wows)

    def _wow(self, world: World) -> NDArray:
        """Give each touchpoint's chance that an encounter which is not indifferent delights."""
        return np.minimum((self.wow + world.firm.wow_added[0]) * world.touchpoints.warm, 1.0)


@lru_cache(maxsize=64)
def numbers_met(mean: float) -> NDArray:
    """Give the distribution function of a Poisson number, nine entries or more, the last above every draw; not to be changed."""
    chance, total = math.exp(-mean), 0.0
    counts: list[float] = []
    while total < 1 - 1e-15 and len(counts) < 200:
        total += chance
        counts.append(total)
        chance *= mean / len(counts)
    return np.array([*counts[:-1], *[2.0] * max(1, 10 - len(counts))])
