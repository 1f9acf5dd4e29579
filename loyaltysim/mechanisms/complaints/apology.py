"""An apology is the cheap part of an answer (F30): where nothing else was done, it still gives back a little
satisfaction.

It changes no chance to stay: those are the outcome's (F7). Who is a little more satisfied grieves a little less the
next time, so where many complain and few are helped fewer leave; at a desk of today's size it is worth less than it
costs.
"""

from __future__ import annotations

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, lever, metric, param


class Apology(Mechanism):
    """Apologise to those whose case is closed, and soothe those for whom that is all."""

    dormant = {"price": 0.0, "restored": 0.0}

    price: float = param(1.0, "$/apology", "cost of one apology that is meant", low=0)
    restored: float = param(
        0.2, "share", "part of the lost satisfaction that an apology gives back to who stays unsolved", source="F30"
    )

    offered: float = lever(
        0.5,
        "share",
        "closed cases that end with an apology; it soothes who stays unsolved, and pays only where these are many",
        cost="price per case",
        source="F30",
    )

    apologies = metric("closed cases that ended with an apology", "cases", better="higher")
    cost_apologies = metric("spent on apologies", "$", account="cost", label="apologies")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Apologise, and restore a little of what the unsolved who stayed have lost."""
        people = world.people
        count = kernels.complaints.apologise(
            world.closed, world.closed_as, people.generation, rng("apologises"), self.offered, self.restored,
            people.status, people.satisfaction_spoilt, people.satisfaction,
        )  # fmt: skip
        report(apologies=count, cost_apologies=count * self.price)
