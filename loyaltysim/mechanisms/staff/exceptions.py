"""Trusted staff break a rule for a customer (F31), and some of the rules that they break cost money.

How far they use that freedom follows the spending on empowerment; without it nobody breaks a rule.
"""

from __future__ import annotations

from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, metric, param


class Exceptions(Mechanism):
    """Count the rules broken for customers, and what they cost."""

    needs = ("service",)
    dormant = {"cost": 0.0}

    arises: float = param(
        0.02,
        "chance/encounter",
        "how often a rule stands in a customer's way that wholly trusted staff would break",
        low=0,
        high=1,
        source="F31",
    )
    cost: float = param(15.0, "$/exception", "what the firm gives away when a rule is broken", low=0, source="F31")

    exceptions = metric("rules broken for customers, as expected", "exceptions")
    cost_exceptions = metric(
        "cost of rules broken for customers", "$", account="cost", label="rules broken for customers"
    )

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Reckon this month's exceptions from its encounters; they are expected numbers, nothing is drawn."""
        firm = world.firm
        broken = firm.encounters_last[0] * self.arises * firm.latitude[0]
        report(exceptions=broken, cost_exceptions=broken * self.cost)
