"""Satisfaction moves toward the month's experience against expectation, and a bad surprise weighs more than a good one.

The mood of the staff met is caught by those susceptible to it (F24). Expectation follows experience, faster up than
down: yesterday's delight is today's normal (F37), and so, if they look around, is what a better rival gives.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Satisfaction(Mechanism):
    """Let customers feel what they met."""

    ordinary: float = param(0.7, "0 to 1", "what an ordinary encounter is worth")
    indifference: float = param(0.2, "0 to 1", "what an indifferent encounter is worth")
    failure: float = param(0.1, "0 to 1", "what a failed encounter is worth")
    wow: float = param(1.0, "0 to 1", "what a wow is worth")
    mood_weight: float = param(0.3, "share", "how far the mood met colours the experience", high=5, source="F24")
    neutral: float = param(0.75, "0 to 1", "satisfaction when experience is as expected")
    bad_weight: float = param(2.0, "ratio", "weight of a bad surprise against a good one", low=1, high=10)
    speed: float = param(0.3, "share/month", "part of the way moved in a month with an encounter")
    rises: float = param(0.05, "share/month", "how fast expectation follows experience up", source="F37")
    falls: float = param(0.025, "share/month", "how fast expectation follows experience down", source="F37")
    ratchet: float = param(0.0, "1/year", "how much expectation rises a year of itself", low=0, high=1, source="F37")
    rival_standard: float = param(
        0.0,
        "ratio",
        "how much of a rise in the best rival's quality customers come to expect of us",
        low=0,
        high=5,
        source="F37",
        plausible=(0, 1),
    )
    at_first: float = param(0.6, "0 to 1", "a new customer's satisfaction")
    expected_at_first: float = param(0.6, "0 to 1", "a new customer's expectation")

    satisfaction = column(
        "people",
        "float32",
        "satisfaction",
        "0 to 1",
        start=0.6,
        writers="manners voice surveys recovery apology joining winback",
    )
    expectation = column(
        "people", "float32", "what they expect of an encounter", "0 to 1", start=0.6, writers="joining winback"
    )
    satisfaction_before = column("people", "float32", "satisfaction at the start of the month", "0 to 1", start=0.6)
    satisfaction_at_first = column("firm", "float64", "a new customer's satisfaction")
    expectation_at_first = column("firm", "float64", "a new customer's expectation")

    satisfaction_sum = metric("sum of satisfaction over customers", "customer-months")
    mean_satisfaction = metric(
        "mean satisfaction",
        "0 to 1",
        called="satisfaction",
        over="ratio",
        of=("satisfaction_sum", "customers_start"),
        better="higher",
    )

    def begin(self, world: World, rng: RngStream) -> None:
        """Start everyone as a new customer."""
        world.people.satisfaction[:] = self.at_first
        world.people.expectation[:] = self.expected_at_first
        world.firm.satisfaction_at_first[0] = self.at_first
        world.firm.expectation_at_first[0] = self.expected_at_first

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Move satisfaction and expectation of this month's customers."""
        people = world.people
        drift = self.ratchet / 12 + self.rival_standard * float(world.firm.quality_rise[0])
        parts = threads.over_row_list(
            kernels.service.feel, world.customers_now, people.met, people.indifferent, people.failed, people.wowed,
            people.mood_met, people.susceptibility, self._worth, self.mood_weight, float(world.firm.mood_usual[0]),
            self.neutral, self.bad_weight, self.speed, self.rises, self.falls, drift, people.satisfaction,
            people.expectation, people.satisfaction_before,
        )  # fmt: skip
        report(satisfaction_sum=threads.sum_ranges(parts))

    @cached_property
    def _worth(self) -> NDArray:
        """Return what an ordinary encounter, an indifferent one, a failed one and a wow are worth."""
        return np.array([self.ordinary, self.indifference, self.failure, self.wow])
