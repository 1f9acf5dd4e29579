"""Advertising brings prospects, with diminishing returns; what a customer costs today is stated, its strength is
solved.

Rivals see it a month later and may answer it, which drowns some of it.
"""

from __future__ import annotations

import math
from typing import Literal

from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param, solved

ALMOST_ALL = 1 - 1e-12
"""The largest chance whose hazard is still a number."""


class Advertising(Mechanism):
    """Turn this month's advertising into a hazard to join."""

    market_wide = True

    strength: float = solved(
        0.004,
        "1/month",
        "hazard to join that boundless advertising would give a prospect",
        source="solved from the stated acquisition cost",
    )
    scale: float = param(
        50_000.0, "$/month", "spending at which 63 % of the most is reached", low=1, plausible=(20_000, 100_000)
    )
    response: Literal["hazard", "chance"] = param(
        "hazard",
        "",
        "whether strength is a prospect's hazard to join or, with nothing else at work, the chance",
        source="K6, Blattberg and Deighton",
    )

    budget: float = lever(40_000.0, "$/month", "advertising for new customers", main=True)

    pull = column("firm", "float64", "hazard to join through advertising this month", "1/month")
    advertised = column("firm", "float64", "advertising of the last month", "$/month")
    advertised_usual = column("firm", "float64", "advertising at the scenario's top-level levers", "$/month")

    cost_advertising = metric("spent on advertising", "$", account="cost", label="advertising")

    def begin(self, world: World, rng: RngStream) -> None:
        """Let rivals be used to today's advertising."""
        world.firm.advertised[0] = world.firm.advertised_usual[0] = self.budget

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Settle the month's pull."""
        firm = world.firm
        pull = self.strength * -math.expm1(-self.budget / self.scale) * (1 - float(firm.drowned[0]))
        firm.pull[0] = -math.log1p(-min(pull, ALMOST_ALL)) if self.response == "chance" else pull
        firm.advertised[0] = self.budget
        report(cost_advertising=self.budget)
