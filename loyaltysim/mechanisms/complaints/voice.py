"""Most grievances are never voiced (F3); asking every customer and easy channels make more of them heard (F15, F23).

Each ask costs money and a little goodwill, the more the more often they were asked lately. Whether a complaint heard is
a customer kept depends on the desk.
"""

from __future__ import annotations

import math
from functools import cached_property

from loyaltysim import kernels
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, RngStream, World, column, lever, metric, param, row_list, solved
from loyaltysim.core.records import Report


class Voice(Mechanism):
    """Turn this month's grievances into complaints, or into silence."""

    needs = ("grievance", "desk")

    unprompted: float = solved(
        0.15,
        "chance",
        "chance that an average customer voices a grievance unasked",
        high=1,
        source="F3, solved from the stated silent share of the lost",
    )
    price: float = param(1.0, "$/ask", "cost of asking one customer once", low=0.001, plausible=(0.3, 3))
    silence_left: float = param(0.6, "ratio", "what one ask a customer-month leaves of the silence", low=0, high=1)
    goodwill: float = param(0.001, "satisfaction/ask", "satisfaction that each ask costs the rested", low=0, high=1)

    budget: float = lever(
        0.0, "$/month", "asking every customer how it went, and easy channels to say so", source="F15", main=True
    )

    complained = column(
        "people", "int8", "has voiced a grievance in this time as a customer", writers="surveys joining winback"
    )

    voiced = row_list(doc="rows of the customers who complain this month")

    complaints = metric("grievances that were voiced", "complaints")
    cost_voice = metric("spent on asking customers", "$", account="cost", label="asking customers")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Ask, and let those who grieve speak or stay silent."""
        people, wronged = world.people, world.grieved
        asks = self.budget / self.price / max(1, world.customers_now.size)
        if asks > 0 and self.goodwill > 0:
            asked = world.customers_now
            lost = np.float32(self.goodwill * float(world.firm.ask_weight[0]) * asks)
            people.satisfaction[asked] = np.maximum(people.satisfaction[asked] - lost, 0)
        world.firm.asked_lately[0] += asks
        voiced = world.voiced = kernels.complaints.speak(
            wronged, people.generation, rng("speaks"), people.readiness, self._unprompted, self._hazard_of_asking(asks),
            people.complained,
        )  # fmt: skip
        report(complaints=voiced.size, cost_voice=self.budget)

    @cached_property
    def _unprompted(self) -> float:
        """Return the hazard at which an average customer speaks unasked."""
        return -math.log1p(-self.unprompted) if self.unprompted < 1 else math.inf

    def _hazard_of_asking(self, asks: float) -> float:
        """Return the hazard that so many asks add."""
        if asks == 0:
            return 0.0
        return -asks * math.log(self.silence_left) if self.silence_left > 0 else math.inf
