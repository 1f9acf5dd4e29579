"""Trusted staff break a rule for a customer (F31), and some of the rules that they break cost money.

How far they use that freedom follows the spending on empowerment; without it nobody breaks a rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.core.mechanism import Mechanism, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Exceptions(Mechanism):
    """Count the rules broken for customers, and what they cost."""

    needs = ("service",)
    dormant = {"cost": 0.0}

    arises: float = param(
        0.02,
        unit="chance/encounter",
        low=0,
        high=1,
        doc="how often a rule stands in a customer's way that wholly trusted staff would break",
        source="F31",
    )
    cost: float = param(
        15.0, unit="$/exception", low=0, doc="what the firm gives away when a rule is broken", source="F31"
    )

    exceptions = metric(unit="exceptions", doc="rules broken for customers, as expected")
    cost_exceptions = metric(unit="$", account="cost", doc="cost of rules broken for customers")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Reckon this month's exceptions from its encounters; they are expected numbers, nothing is drawn."""
        firm = world.firm
        broken = firm.encounters_last[0] * self.arises * firm.latitude[0]
        report(exceptions=broken, cost_exceptions=broken * self.cost)
