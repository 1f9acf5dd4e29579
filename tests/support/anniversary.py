"""A mechanism of one's own, as someone would write it beside the package: cards for anniversaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, column, lever, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Anniversary(Mechanism):
    """Send cards to some of those who have been customers for whole years."""

    after = "satisfaction"

    price: float = param(2.0, unit="$/card", low=0.01, doc="cost of one card")
    pleases: float = param(0.05, unit="satisfaction", low=0, high=1, doc="satisfaction that a card adds")

    budget: float = lever(0.0, unit="$/month", doc="cards for anniversaries")

    cards_had = column("people", "uint8", unit="cards", doc="cards that they have had")

    cards_sent = metric(unit="cards", doc="cards sent")
    cost_cards = metric(unit="$", account="cost", doc="cost of cards")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw who of this month's anniversaries gets a card, and please them."""
        people, customers = world.people, world.customers_now
        celebrate = customers[people.tenure[customers] % 12 == 0]
        share = self.budget / self.price / max(1, celebrate.size)
        pleased = celebrate[kernels.rng.uniforms(rng("sends"), celebrate, people.generation) < share]
        people.cards_had[pleased] += 1
        people.satisfaction[pleased] = np.minimum(people.satisfaction[pleased] + np.float32(self.pleases), 1)
        report(cards_sent=pleased.size, cost_cards=pleased.size * self.price)
