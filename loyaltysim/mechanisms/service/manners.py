"""Small kindnesses add up, and so do small intrusions: one sales call too many, a form in the way (F27).

An intrusion is no failure and nobody complains of it; it costs a little satisfaction. Restraint spares customers some of
them, and a budget for kindnesses makes more encounters delight. Both come slowly, and go when they are no longer paid for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, column, lever, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Manners(Mechanism):
    """Let ordinary encounters intrude, and pay for fewer intrusions and more kindnesses."""

    dormant = {"intrusion": 0.0, "delight": 0.0}

    intrusion: float = param(
        0.05,
        unit="chance",
        low=0,
        high=1,
        doc="chance that an otherwise ordinary encounter intrudes",
        source="F27",
        plausible=(0.01, 0.2),
    )
    annoyance: float = param(
        0.04,
        unit="satisfaction",
        low=0,
        high=1,
        doc="satisfaction that each intrusion costs",
        source="F27",
        plausible=(0.01, 0.1),
    )
    spared: float = param(0.7, unit="share", low=0, high=1, doc="most of the intrusions that restraint spares")
    delight: float = param(
        0.04, unit="chance", low=0, high=1, doc="most that kindnesses add to the chance of a wow", source="F27"
    )
    restraint_scale: float = param(
        0.1, unit="$/customer-month", low=0.001, doc="spending at which restraint has 63 % of its effect"
    )
    kindness_scale: float = param(
        0.4, unit="$/customer-month", low=0.001, doc="spending at which kindnesses have 63 % of their effect"
    )
    pace: float = param(
        1 / 3, unit="share/month", low=0, high=1, doc="part of the way to their effect, or back, a month"
    )

    restraint: float = lever(
        0.0, unit="$/month", doc="fewer intrusions: sales calls not made, forms and pop-ups taken away", source="F27"
    )
    kindnesses: float = lever(0.0, unit="$/month", doc="small kindnesses that the staff may give away", source="F27")

    spared_now = column("firm", "float64", unit="share", doc="part of the intrusions that are spared")
    wow_added = column("firm", "float64", unit="chance", doc="what kindnesses add to next month's chance of a wow")

    intrusions = metric(unit="intrusions", better="lower", doc="small intrusions on customers")
    cost_restraint = metric(unit="$", account="cost", doc="spent on fewer intrusions")
    cost_kindnesses = metric(unit="$", account="cost", doc="spent on small kindnesses")

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
