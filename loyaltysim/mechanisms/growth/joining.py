"""Prospects join through advertising, through what they heard (F28), or unprompted; bad news keeps them away.

Advertising draws the fickle better, so whom it wins is lost again sooner than whom talk wins.

The lost come back of their own at a lower rate, the likelier if their complaint was at least logged, until they have
forgotten that they were customers. Joining in proportion to adopters (Bass, K3) is off by default.
"""

from __future__ import annotations

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, metric, param, solved
from loyaltysim.mechanisms.market.arrival import welcome


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
        "1/month",
        "hazard to join without advertising or talk",
        source="solved so that the number of customers is steady",
    )
    praise: float = param(
        0.0040,
        "1/month per message",
        "hazard to join that one fresh good message adds",
        low=0,
        high=1,
        source="F28",
        plausible=(0.002, 0.008),
    )
    blame: float = param(
        0.3,
        "log ratio",
        "log of joining lost to one fresh bad message",
        low=0,
        high=10,
        source="F4",
        plausible=(0.1, 0.8),
    )
    imitation: float = param(
        0.0, "1/month", "hazard to join times the share of people who are customers", low=0, high=10, source="K3, Bass"
    )
    fickle_draw: float = param(
        0.5,
        "log ratio",
        "log of how much better advertising draws a person, per unit of fickleness (the mean is 1, 3 counts as the most)",
        low=-5,
        high=5,
        source="the sign: Schmitt, Skiera and Van den Bulte 2011, referred customers leave less",
        plausible=(0, 1),
    )
    hold: float = param(
        0.9, "ratio", "joining of those with a rival against those without supplier", low=0, high=5, source="F26"
    )
    lost_factor: float = param(0.35, "ratio", "returning of the lost against a prospect's joining", low=0, high=5)
    logged_factor: float = param(
        1.5, "ratio", "further factor if the last complaint was logged or better", low=0, high=20, source="F7"
    )
    forget: int = param(36, "months", "months after which a lost customer is a prospect again", low=1, high=1200)

    joined = metric("prospects who joined", "customers", better="higher", headline=True)
    returned = metric("lost customers who came back, won back or of their own", "customers", better="higher")
    joined_by_advertising = metric("of those who came, brought by advertising", "customers")
    joined_by_talk = metric("of those who came, brought by what they heard", "customers", better="higher")
    joined_unprompted = metric("of those who came, brought by neither", "customers")
    won_from_rivals = metric("of those who came or were won back, from a rival", "customers", better="higher")
    fickle_sum_advertising = metric("summed fickleness of those whom advertising brought", "fickleness")
    fickle_sum_talk = metric("summed fickleness of those whom talk brought", "fickleness")
    fickleness_by_advertising = metric(
        "mean fickleness of those whom advertising brought (of all people: 1)",
        "ratio",
        over="ratio",
        of=("fickle_sum_advertising", "joined_by_advertising"),
        better="lower",
    )
    fickleness_by_talk = metric(
        "mean fickleness of those whom talk brought (of all people: 1)",
        "ratio",
        over="ratio",
        of=("fickle_sum_talk", "joined_by_talk"),
        better="lower",
    )
    advertising_cost_per_customer = metric(
        "advertising per customer whom advertising brought: what stated.acquisition_cost states for today",
        "$",
        over="ratio",
        of=("cost_advertising", "joined_by_advertising"),
        better="lower",
    )
    acquisition_cost = metric(
        "advertising per prospect who joined, for whatever reason (stated.acquisition_cost counts those whom advertising brought)",
        "$",
        over="ratio",
        of=("cost_advertising", "joined"),
        better="lower",
    )

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw who comes this month, and make them new customers."""
        people, firm = world.people, world.firm
        adopters = world.customers_now.size / people.rows
        unprompted = self.unprompted + self.imitation * adopters
        hold = self.hold * float(firm.rivals_hold[0])
        parts = threads.over_rows(
            kernels.market.join, people.rows, world.month, people.generation, rng("joins"), float(firm.pull[0]),
            unprompted, self.praise, self.blame, float(firm.damp[0] * firm.first_factor[0]), hold, self.lost_factor,
            self.logged_factor, self.forget, self.fickle_draw, people.fickleness,
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
