"""Small kindnesses add up, and so do small intrusions: one sales call too many, a form in the way (F27).

An intrusion is no failure and nobody complains of it; it costs a little satisfaction. Restraint spares customers some
of them, and a budget for kindnesses makes more encounters delight. Both come slowly, and go when they are no longer
paid for.
"""

from __future__ import annotations

import math

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param


class Manners(Mechanism):
    """Let ordinary encounters intrude, and pay for fewer intrusions and more kindnesses."""

    dormant = {"intrusion": 0.0, "delight": 0.0}

    intrusion: float = param(
        0.05, "chance", "chance that an otherwise ordinary encounter intrudes", source="F27", plausible=(0.01, 0.2)
    )
    annoyance: float = param(
        0.04,
        "satisfaction",
        "satisfaction that each intrusion costs",
        low=0,
        high=1,
        source="F27",
        plausible=(0.01, 0.1),
    )
    spared: float = param(0.7, "share", "most of the intrusions that restraint spares")
    delight: float = param(0.04, "chance", "most that kindnesses add to the chance of a wow", source="F27")
    restraint_scale: float = param(
        0.1, "$/customer-month", "spending at which restraint has 63 % of its effect", low=0.001
    )
    kindness_scale: float = param(
        0.4, "$/customer-month", "spending at which kindnesses have 63 % of their effect", low=0.001
    )
    pace: float = param(1 / 3, "share/month", "part of the way to their effect, or back, a month")

    restraint: float = lever(
        0.0, "$/month", "fewer intrusions: sales calls not made, forms and pop-ups taken away", source="F27"
    )
    kindnesses: float = lever(0.0, "$/month", "small kindnesses that the staff may give away", source="F27")

    spared_now = column("firm", "float64", "part of the intrusions that are spared", "share")
    wow_added = column("firm", "float64", "what kindnesses add to next month's chance of a wow", "chance")

    intrusions = metric("small intrusions on customers", "intrusions", better="lower")
    cost_restraint = metric("spent on fewer intrusions", "$", account="cost", label="fewer intrusions")
    cost_kindnesses = metric("spent on small kindnesses", "$", account="cost", label="small kindnesses")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Settle what restraint and kindnesses have reached, and let this month's intrusions annoy."""
        people, firm = world.people, world.firm
        each = 1 / max(1, world.customers_now.size)
        restrained = self.spared * -math.expm1(-self.restraint * each / self.restraint_scale)
        kinder = self.delight * -math.expm1(-self.kindnesses * each / self.kindness_scale)
        firm.spared_now[0] += self.pace * (restrained - firm.spared_now[0])
        firm.wow_added[0] += self.pace * (kinder - firm.wow_added[0])
        chance = self.intrusion * (1 - float(firm.spared_now[0]))
        intrusions = 0
        if chance > 0:
            intrusions = kernels.service.intrude(
                world.customers_now, people.generation, rng("intrudes"), chance, self.annoyance,
                people.met, people.indifferent, people.failed, people.wowed, people.satisfaction,
            )  # fmt: skip
        report(intrusions=intrusions, cost_restraint=self.restraint, cost_kindnesses=self.kindnesses)
