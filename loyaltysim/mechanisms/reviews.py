"""Some of the wronged post a review for all to see; a good recovery of theirs may withdraw it (F35). So may a complaint
that is made in public, which is read as one.

Standing bad reviews damp the joining of everyone; they fade as newer ones push them down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.declare import Mechanism, column, metric, param
from loyaltysim.core.words import LONG_AGO, RESOLVED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.core.record import Report
    from loyaltysim.core.streams import Draws
    from loyaltysim.core.tables import World

FORGOTTEN = 0.01
"""A review of less weight than this is as good as none."""


class Reviews(Mechanism):
    """Post, withdraw and forget bad reviews."""

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

    def step(self, world: World, luck: Draws, report: Report) -> None:
        """Post this month's bad reviews, withdraw those of the well recovered, and let the rest fade."""
        import numpy as np

        people, firm = world.people, world.firm
        draws = kernels.luck.units(np.uint64(luck("posts")), world.grieved, people.generation)
        is_public = np.isin(world.grieved, world.public)
        posts = world.grieved[((draws < self.posted) | is_public) & (self._weight(world, world.grieved) < FORGOTTEN)]
        people.reviewed_month[posts] = world.month
        firm.standing[0] = firm.standing[0] * self.kept + posts.size
        well = world.closed[world.closed_as >= RESOLVED]
        mended = well[self._weight(world, well) >= FORGOTTEN]
        draws = kernels.luck.units(np.uint64(luck("withdraws")), mended, people.generation)
        withdraws = mended[draws < self.withdrawn_after]
        firm.standing[0] = max(0.0, firm.standing[0] - float(np.sum(self._weight(world, withdraws))))
        people.reviewed_month[withdraws] = LONG_AGO
        firm.damp[0] = np.exp(-self.damage * firm.standing[0] / people.rows * 1000)
        report(reviews_posted=posts.size, reviews_withdrawn=withdraws.size, reviews_standing=firm.standing[0])

    def _weight(self, world: World, rows: NDArray) -> NDArray:
        """Give what is left of each row's review, 0 without one."""
        return self.kept ** (world.month - world.people.reviewed_month[rows].astype(float))
