"""An apology is the cheap part of an answer (F30): where nothing else was done, it still gives back a little satisfaction.

It changes no chance to stay: those are the outcome's (F7). Who is a little more satisfied grieves a little less the next
time, so where many complain and few are helped fewer leave; at a desk of today's size it is worth less than it costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, lever, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Apology(Mechanism):
    """Apologise to those whose case is closed, and soothe those for whom that is all."""

    dormant = {"price": 0.0, "restored": 0.0}

    price: float = param(1.0, unit="$/apology", low=0, doc="cost of one apology that is meant")
    restored: float = param(
        0.2,
        unit="share",
        low=0,
        high=1,
        doc="part of the lost satisfaction that an apology gives back to who stays unsolved",
        source="F30",
    )

    offered: float = lever(
        0.5,
        unit="share",
        high=1,
        doc="closed cases that end with an apology; it soothes who stays unsolved, and pays only where these are many",
        cost="price per case",
        source="F30",
    )

    apologies = metric(unit="cases", better="higher", doc="closed cases that ended with an apology")
    cost_apologies = metric(unit="$", account="cost", doc="spent on apologies")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Apologise, and restore a little of what the unsolved who stayed have lost."""
        people = world.people
        count = kernels.complaints.apologise(
            world.closed, world.closed_as, people.generation, rng("apologises"), self.offered, self.restored,
            people.status, people.satisfaction_spoilt, people.satisfaction,
        )  # fmt: skip
        report(apologies=count, cost_apologies=count * self.price)
