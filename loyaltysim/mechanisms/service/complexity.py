"""More complex products and ageing buyers mean more contacts after the sale each year (F17), each a chance to
disappoint.

Making the product and its papers simpler does away with some of them; it must be kept up, for products grow complex
again.
"""

from __future__ import annotations

import math

from loyaltysim.core.codes import MONTHS_A_YEAR
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param


class Complexity(Mechanism):
    """Let contacts after the sale grow with the product's complexity, and simplicity spare some."""

    dormant = {"growth": 0.0, "effect": 0.0}

    after_sale: float = param(
        0.4,
        "share",
        "of today's encounters, contacts after the sale (help, invoices, repairs)",
        source="F17",
        plausible=(0.2, 0.7),
    )
    growth: float = param(
        0.0,
        "share/year",
        "how much more contacts after the sale the product needs each year, from month 0 on",
        low=-0.5,
        high=1,
        source="F17",
        plausible=(0, 0.1),
    )
    effect: float = param(0.3, "share", "most of the contacts after the sale that simplicity spares")
    scale: float = param(30_000.0, "$/month", "spending at which 63 % of that is reached in the end", low=1)
    pace: float = param(0.05, "share/month", "part of the gap closed a month, up and down")

    simplify: float = lever(0.0, "$/month", "making the product and its papers simpler", source="F17")

    simplified = column("firm", "float64", "contacts after the sale that simplicity spares", "share")
    contacts = column("firm", "float64", "encounters a customer has against month 0", "ratio", start=1)

    contacts_ratio = metric("encounters a customer has against those of month 0", "ratio", over="end")
    cost_simplify = metric(
        "spent on making the product simpler", "$", account="cost", label="making the product simpler"
    )

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Settle how many encounters this month brings, against month 0."""
        firm = world.firm
        goal = self.effect * -math.expm1(-self.simplify / self.scale)
        firm.simplified[0] += self.pace * (goal - firm.simplified[0])
        needed = (1 + self.growth) ** (max(0, world.month) / MONTHS_A_YEAR)
        firm.contacts[0] = 1 + self.after_sale * (needed * (1 - firm.simplified[0]) - 1)
        report(contacts_ratio=firm.contacts[0], cost_simplify=self.simplify)
