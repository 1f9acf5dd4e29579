"""Rivals keep luring regular buyers (F37): even the satisfied are mostly indifferent to who supplies them (F9), and only a
kept value promise commits the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.declare import Mechanism, column, param, solved

if TYPE_CHECKING:
    from loyaltysim.core.record import Report
    from loyaltysim.core.streams import Draws
    from loyaltysim.core.tables import World


class Rivals(Mechanism):
    """Give each customer's hazard to be lured away."""

    base: float = solved(
        0.002,
        unit="1/month",
        doc="hazard to be lured, at middling satisfaction",
        source="F2, solved from the stated reasons",
    )
    slope: float = param(
        2.0, unit="1/satisfaction", low=0, high=20, doc="how fast the hazard rises as satisfaction falls"
    )
    middle: float = param(0.5, unit="0 to 1", low=0, high=1, doc="satisfaction at which the hazard is the base hazard")
    indifferent: float = param(
        0.75,
        unit="share",
        low=0,
        high=1,
        doc="of the satisfied, those indifferent to who supplies them",
        source="F9",
        grade="secondary",
    )
    content: float = param(
        0.6, unit="0 to 1", low=0, high=1, doc="satisfaction from which a customer counts as satisfied"
    )
    share: float = param(
        0.5,
        unit="share",
        low=0,
        high=1,
        doc="of those who are not ours at birth, those who are with a rival",
        source="F26",
    )

    lured = column("people", "float32", unit="1/month", doc="hazard to be lured by a rival")
    rivals_supply = column("firm", "int8", doc="whether there are rivals who supply anyone")
    with_rival = column("people", "int8", doc="is supplied by a rival", writers="departure joining winback")

    def begin(self, world: World, luck: Draws) -> None:
        """Draw who is with a rival at first: nobody, in a world without rivals."""
        import numpy as np

        if not self.on:
            return
        people = world.people
        world.firm.rivals_supply[0] = 1
        rows = np.arange(people.rows, dtype=np.int32)
        draws = kernels.luck.units(np.uint64(luck("first supplier")), rows, people.generation)
        people.with_rival[:] = (draws < self.share) & (people.status == 0)

    def step(self, world: World, luck: Draws, report: Report) -> None:
        """Reckon this month's hazards."""
        import numpy as np

        people = world.people
        threads.over_roll(
            kernels.leaving.lure, world.customers_now, people.generation, np.uint64(luck.ever("commits")), self.indifferent,
            people.fickleness, people.satisfaction, self.base, self.slope, self.middle, self.content, people.lured,
        )  # fmt: skip
