"""Why business was won or lost depends on who is asked (F34): sales says that it won by its relationship and lost by
price.

The true reasons stand beside those that are told. Someone outside sales hears the true ones. Nothing is drawn: what is
told are expected numbers.
"""

from __future__ import annotations

import math

from loyaltysim.core.codes import LEFT, REASONS, RELATIONSHIP, RIVAL, WINS
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, metric, param

EXCUSED = ("friends", "product", "indifference")
"""Reasons to leave that sales can put down to a rival's price; who died or moved away is plain to see."""
TOLD_LOST = tuple(f"told_lost_{reason}" for reason in REASONS)
TOLD_WON = tuple(f"told_won_{way}" for way in WINS)


class WinLoss(Mechanism):
    """Tell this month's wins and losses as sales tells them."""

    asked_of_sales: float = param(
        1.0, "share", "won and lost business whose reason is asked of sales, and not of someone outside", source="F34"
    )
    blames_price: float = param(
        0.6,
        "share",
        "of the losses over friends, product or indifference, those that sales puts down to a rival's price",
        source="F34",
        plausible=(0.3, 0.9),
    )
    claims_relationship: float = param(
        0.6,
        "share",
        "of the wins, those that sales puts down to its relationship with the customer",
        source="F34",
        plausible=(0.3, 0.9),
    )

    for _reason in REASONS:
        locals()[f"told_lost_{_reason}"] = metric(
            f"customers who left: {_reason}{' or price' if _reason == 'rival' else ''}, as sales tells it", "customers"
        )
    for _way in (*WINS, RELATIONSHIP):
        locals()[f"told_won_{_way}"] = metric(f"customers won: {_way}, as sales tells it", "customers")
    del _reason, _way

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Move a part of each reason to the one that sales prefers."""
        blamed = self.asked_of_sales * self.blames_price
        claimed = self.asked_of_sales * self.claims_relationship
        lost = [report[name] for name in LEFT]
        moved = [blamed * number if reason in EXCUSED else 0.0 for reason, number in zip(REASONS, lost, strict=True)]
        moved[RIVAL] = -math.fsum(moved)
        won = [report[name] for name in WINS.values()]
        report.all(TOLD_LOST, [number - other for number, other in zip(lost, moved, strict=True)])
        report.all(TOLD_WON, [(1 - claimed) * number for number in won])
        report(told_won_relationship=claimed * math.fsum(won))
