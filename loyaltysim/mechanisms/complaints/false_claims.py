"""Generous compensation draws false claims: some complain of what never happened, for the money.

Word of what the desk pays gets round slowly. A false claim takes the desk's money and time like a true one, and most
are paid. Their number is an expected one; nobody's state changes by claiming.
"""

from __future__ import annotations

import math

from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param

CLAIMING = "that it occurs: Reynolds and Harris 2005, Wirtz and McColl-Kennedy 2010"


class FalseClaims(Mechanism):
    """Let what the desk has paid lately draw claims that are not true."""

    dormant = {"on": False}

    most: float = param(
        0.001,
        "chance/month",
        "chance that a customer claims falsely where compensation is boundless",
        source=CLAIMING,
        plausible=(0, 0.005),
    )
    scale: float = param(200.0, "$/case", "compensation that draws 63 % of them", low=0.01, plausible=(50, 1_000))
    pace: float = param(0.2, "share/month", "how fast word of what is paid gets round, and is forgotten")
    detected: float = param(
        0.3, "share", "false claims that the desk sees through, so that they are not paid", plausible=(0.1, 0.8)
    )

    drawn = column("firm", "float64", "chance that a customer claims falsely now", "chance/month")
    false_now = column("firm", "float64", "false claims this month, as expected", "claims")
    unmasked = column("firm", "float64", "of these, those that the desk does not pay", "share")

    false_claims = metric("false claims that compensation draws, as expected", "claims", better="lower")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Move the chance toward what last month's compensation draws."""
        firm = world.firm
        goal = -self.most * math.expm1(-float(firm.compensated[0]) / self.scale)
        firm.drawn[0] += self.pace * (goal - firm.drawn[0])
        claims = float(firm.drawn[0]) * world.customers_now.size
        firm.false_now[0], firm.unmasked[0] = claims, self.detected
        report(false_claims=claims)
