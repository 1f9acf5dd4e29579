"""Some of the wronged post a review for all to see; a good recovery of theirs may withdraw it (F35). So may a complaint
that is made in public, which is read as one.

Standing bad reviews damp the joining of everyone; they fade as newer ones push them down.
"""

from __future__ import annotations

import math

from loyaltysim import kernels
from loyaltysim.core.codes import LONG_AGO
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param


class Reviews(Mechanism):
    """Post, withdraw and forget bad reviews."""

    market_wide = True
    dormant = {"on": False}

    posted: float = param(0.05, "share", "grievances after which a bad review is posted")
    withdrawn_after: float = param(0.5, "share", "bad reviews withdrawn after a good recovery", source="F35")
    kept: float = param(0.9, "share/month", "part of a review's weight left a month later")
    damage: float = param(
        0.005, "1/review per 1,000", "log of joining lost for each standing review per 1,000 people", low=0, high=10
    )

    reviewed_month = column("people", "int16", "month of their standing bad review", "month", start=LONG_AGO)
    standing = column("firm", "float64", "bad reviews standing, faded by age", "reviews")
    damp = column("firm", "float64", "factor of reviews on joining", "ratio", start=1)

    reviews_posted = metric("bad reviews posted", "reviews", better="lower")
    reviews_withdrawn = metric("bad reviews withdrawn after a good recovery", "reviews", better="higher")
    reviews_standing = metric("bad reviews standing, faded by age", "reviews", over="end", better="lower")

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
