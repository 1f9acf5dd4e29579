"""Satisfaction alone does not keep a customer, a kept value promise does (F9): it commits some whom any offer would
take.

Reliability, service guarantees and benefits for staying keep the promise. Trust in it is won slowly and, when the money
stops, lost slowly.
"""

from __future__ import annotations

import math

from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param


class ValuePromise(Mechanism):
    """Keep the value promise, so that fewer are indifferent to who supplies them."""

    dormant = {"effect": 0.0}

    effect: float = param(
        0.5, "share", "most of the indifferent whom a kept promise commits", source="F9", plausible=(0.1, 0.7)
    )
    scale: float = param(20_000.0, "$/month", "spending at which 63 % of that is reached in the end", low=1)
    pace: float = param(0.08, "share/month", "part of the gap in trust closed a month, up and down", source="F9")

    budget: float = lever(
        0.0, "$/month", "keeping the value promise: reliability, guarantees, benefits for staying", source="F9"
    )

    trusted = column("firm", "float64", "of the indifferent, those whom the kept promise commits", "share")

    promise_trusted = metric(
        "of those indifferent to who supplies them, those whom the kept promise commits",
        "share",
        over="mean",
        better="higher",
    )
    cost_promise = metric("spent on keeping the value promise", "$", account="cost", label="keeping the value promise")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Move trust toward what this month's money is worth."""
        trusted = world.firm.trusted
        trusted[0] += self.pace * (self.effect * -math.expm1(-self.budget / self.scale) - trusted[0])
        report(promise_trusted=trusted[0], cost_promise=self.budget)
