"""Some of the wronged post a review for all to see; a good recovery of theirs may withdraw it (F35). So may a complaint
that is made in public, which is read as one.

Standing bad reviews damp the joining of everyone; they fade as newer ones push them down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.codes import LONG_AGO
from loyaltysim.core.mechanism import Mechanism, column, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Reviews(Mechanism):
    """Post, withdraw and forget bad reviews."""

    market_wide = True
    dormant = {"on": False}

    posted: float = param(0.05, unit="share", low=0, high=1, doc="grievances after which a bad review is posted")
    withdrawn_after: float = param(
        0.5, unit="share", low=0, high=1, doc="bad reviews withdrawn after a good recovery", source="F35"
    )
    kept: float = param(0.9, unit="share/month", low=0, high=1, doc="part of a review's weight left a month later")
    damage: float = param(
        0.005,
        unit="1/review per 1,000",
        low=0,
        high=10,
        doc="log of joining lost for each standing review per 1,000 people",
    )

    reviewed_month = column("people", "int16", unit="month", doc="month of their standing bad review", start=LONG_AGO)
    standing = column("firm", "float64", unit="reviews", doc="bad reviews standing, faded by age")
    damp = column("firm", "float64", unit="ratio", doc="factor of reviews on joining", start=1)

    reviews_posted = metric(unit="reviews", better="lower", doc="bad reviews posted")
    reviews_withdrawn = metric(unit="reviews", better="higher", doc="bad reviews withdrawn after a good recovery")
    reviews_standing = metric(unit="reviews", over="end", better="lower", doc="bad reviews standing, faded by age")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Post this month's bad reviews, withdraw those of the well recovered, and let the rest fade."""
        people, firm = world.people, world.firm
        posted, withdrawn, firm.standing[0] = kernels.word_of_mouth.review(
            world.grieved, world.public, world.closed, world.closed_as, world.month, people.generation,
            rng("posts"), rng("withdraws"), self.posted, self.withdrawn_after, self.kept,
            float(firm.standing[0]), people.reviewed_month,
        )  # fmt: skip
        firm.damp[0] = math.exp(-self.damage * firm.standing[0] / people.rows * 1000)
        report(reviews_posted=posted, reviews_withdrawn=withdrawn, reviews_standing=firm.standing[0])
