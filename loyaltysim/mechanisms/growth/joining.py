"""Prospects join through advertising, through what they heard (F28), or unprompted; bad news keeps them away.

Advertising draws the fickle better, so whom it wins is lost again sooner than whom talk wins.

The lost come back of their own at a lower rate, the likelier if their complaint was at least logged, until they have
forgotten that they were customers. Joining in proportion to adopters (Bass, K3) is off by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, metric, param, solved
from loyaltysim.mechanisms.market.arrival import welcome

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Joining(Mechanism):
    """Let prospects join and the lost return."""

    market_wide = True
    dormant = {
        "praise": 0.0,
        "blame": 0.0,
        "imitation": 0.0,
        "fickle_draw": 0.0,
        "hold": 1.0,
        "lost_factor": 1.0,
        "logged_factor": 1.0,
    }

    unprompted: float = solved(
        0.0008,
        unit="1/month",
        doc="hazard to join without advertising or talk",
        source="solved so that the number of customers is steady",
    )
    praise: float = param(
        0.0040,
        unit="1/month per message",
        low=0,
        high=1,
        doc="hazard to join that one fresh good message adds",
        source="F28",
        plausible=(0.002, 0.008),
    )
    blame: float = param(
        0.3,
        unit="log ratio",
        low=0,
        high=10,
        doc="log of joining lost to one fresh bad message",
        source="F4",
        plausible=(0.1, 0.8),
    )
    imitation: float = param(
        0.0,
        unit="1/month",
        low=0,
        high=10,
        doc="hazard to join times the share of people who are customers",
        source="K3, Bass",
    )
    fickle_draw: float = param(
        0.5,
        unit="log ratio",
        low=-5,
        high=5,
        doc="log of how much better advertising draws a person, per unit of fickleness (the mean is 1, 3 counts as the most)",
        source="the sign: Schmitt, Skiera and Van den Bulte 2011, referred customers leave less",
        plausible=(0, 1),
    )
    hold: float = param(
        0.9,
        unit="ratio",
        low=0,
        high=5,
        doc="joining of those with a rival against those without supplier",
        source="F26",
    )
    lost_factor: float = param(
        0.35, unit="ratio", low=0, high=5, doc="returning of the lost against a prospect's joining"
    )
    logged_factor: float = param(
        1.5, unit="ratio", low=0, high=20, doc="further factor if the last complaint was logged or better", source="F7"
    )
    forget: int = param(
        36, unit="months", low=1, high=1200, doc="months after which a lost customer is a prospect again"
    )

    joined = metric(unit="customers", better="higher", doc="prospects who joined", headline=True)
    returned = metric(unit="customers", better="higher", doc="lost customers who came back, won back or of their own")
    joined_by_advertising = metric(unit="customers", doc="of those who came, brought by advertising")
    joined_by_talk = metric(unit="customers", better="higher", doc="of those who came, brought by what they heard")
    joined_unprompted = metric(unit="customers", doc="of those who came, brought by neither")
    won_from_rivals = metric(unit="customers", better="higher", doc="of those who came or were won back, from a rival")
    fickle_sum_advertising = metric(unit="fickleness", doc="summed fickleness of those whom advertising brought")
    fickle_sum_talk = metric(unit="fickleness", doc="summed fickleness of those whom talk brought")
    fickleness_by_advertising = metric(
        unit="ratio",
        over="ratio",
        of=("fickle_sum_advertising", "joined_by_advertising"),
        better="lower",
        doc="mean fickleness of those whom advertising brought (of all people: 1)",
    )
    fickleness_by_talk = metric(
        unit="ratio",
        over="ratio",
        of=("fickle_sum_talk", "joined_by_talk"),
        better="lower",
        doc="mean fickleness of those whom talk brought (of all people: 1)",
    )
    advertising_cost_per_customer = metric(
        unit="$",
        over="ratio",
        of=("cost_advertising", "joined_by_advertising"),
        better="lower",
        doc="advertising per customer whom advertising brought: what stated.acquisition_cost states for today",
    )
    acquisition_cost = metric(
        unit="$",
        over="ratio",
        of=("cost_advertising", "joined"),
        better="lower",
        doc="advertising per prospect who joined, for whatever reason (stated.acquisition_cost counts those whom advertising brought)",
    )

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw who comes this month, and make them new customers."""
        people, firm = world.people, world.firm
        adopters = world.customers_now.size / people.rows
        unprompted = self.unprompted + self.imitation * adopters
        hold = self.hold * float(firm.rivals_hold[0])
        parts = threads.over_rows(
            kernels.market.join, people.rows, world.month, people.generation, rng("joins"), float(firm.pull[0]), unprompted, self.praise,
            self.blame, float(firm.damp[0] * firm.first_factor[0]), hold, self.lost_factor, self.logged_factor, self.forget,
            self.fickle_draw, people.fickleness,
            people.heard_good, people.heard_bad, people.last_outcome, people.with_rival, people.status, people.reason,
            people.left_month,
        )  # fmt: skip
        found, ways, counts = zip(*parts, strict=True)
        rows, why = threads.join_ranges(found), threads.join_ranges(ways)
        fickle = np.bincount(why, weights=people.fickleness[rows], minlength=3)
        joined, returned, by_advertising, by_talk, by_neither = threads.count_ranges(counts)
        report(
            joined=joined,
            returned=returned,
            joined_by_advertising=by_advertising,
            joined_by_talk=by_talk,
            joined_unprompted=by_neither,
            won_from_rivals=welcome(world, rows),
            fickle_sum_advertising=fickle[0],
            fickle_sum_talk=fickle[1],
        )
