"""Customers meet the company at touchpoints, in four stages and four kinds, each with its importance and failure rate
(F18).

Where people serve, indifference and wows happen most; what is met before buying also decides who joins. Touchpoints are
ranked by importance, urgency, gap and ease (F19). Money for repair mends them in that order as far as the firm goes by
it, and for the rest where it ends most of the failures that the leaders saw, or that an audit found (F16). What the
complaint desk learns about causes (F8, F32) mends only where such failures are known. Mending ends failures, and only
those that are not promises broken by differing standards; indifference is the staff's. A mended touchpoint slips back
when nobody keeps it up (F20).
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param
from loyaltysim.core.random_streams import alias
from loyaltysim.core.tables import Table
from loyaltysim.core.touchpoint_table import (
    BRAND,
    KINDS,
    SEARCH,
    STAGES,
    ColdByKind,
    Priority,
    Touchpoint,
    WarmByKind,
    against_largest,
    default_touchpoints,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


UNKNOWN = 1e-9
"""Weight of priority where all goes by belief: it settles only what belief leaves open."""


class Touchpoints(Mechanism):
    """Keep each touchpoint's failure rate: what is mended, and what slips back."""

    dormant = {"mendable": 0.0, "differ": 0.0, "first_impression": 0.0}

    failure: float = param(0.02, "chance", "mean chance that an encounter which is not indifferent fails", source="F18")
    relapse: float = param(0.02, "share/month", "part of what was mended that slips back a month", source="F20")
    mendable: float = param(0.8, "share", "most of a touchpoint's failures that mending can end", plausible=(0.5, 0.95))
    differ: float = param(
        1.0, "share", "how far touchpoints differ in indifference and wows; 0: all alike", source="F18"
    )
    first_impression: float = param(
        0.3,
        "log ratio",
        "log of joining lost when twice as much goes wrong in search and brand as usual",
        low=0,
        high=5,
        source="F18",
        plausible=(0, 0.6),
    )
    belief: float = param(
        0.5,
        "share",
        "how far money for repair goes where it ends most of what the leaders believe to fail, and not by priority",
        source="F16",
        plausible=(0, 1),
    )
    audit_scale: float = param(
        150.0, "$/month", "spending on audits at which 63 % of what leaders go by is what audits found", low=1
    )
    indifference: ColdByKind = ColdByKind()
    wow: WarmByKind = WarmByKind()
    priority: Priority = Priority()
    table: list[Touchpoint] = param(
        [*default_touchpoints()],
        "rows",
        "the touchpoints: usual, a CSV file's name, or rows (name, stage, kind, importance, failure, ...)",
        source="F18",
        named="usual",
    )

    repair: float = lever(0.0, "$/month", "mending touchpoints, by priority and belief", source="F19, F20")

    audit: float = lever(
        0.0, "$/month", "audits of all touchpoints: leaders learn where most fails, complained of or not", source="F19"
    )

    importance = column("touchpoints", "float64", "share of encounters", "share")
    met_first = column("touchpoints", "float64", "share of encounters, of those before buying only", "share")
    usual_rate = column("touchpoints", "float64", "failure rate with nothing mended", "chance")
    mended = column("touchpoints", "float64", "part of its failures that is mended", "share")
    rate = column("touchpoints", "float64", "failure rate now", "chance", writers="consistency")
    cold = column("touchpoints", "float64", "its chance of indifference against the mean", "ratio", start=1)
    warm = column("touchpoints", "float64", "its chance of a wow against the mean", "ratio", start=1)
    slot_share = column("touchpoints", "uint64", "alias table: share of the slot that is its own, times 2**32")
    slot_other = column("touchpoints", "int64", "alias table: the touchpoint that has the rest of the slot")
    fix_cost = column("touchpoints", "float64", "spending that mends 63 % of it", "$", start=1)
    ease = column("touchpoints", "float64", "how easily it is fixed", "share")
    stage = column("touchpoints", "int8", "search 0, site 1, shopping 2, satisfaction 3")
    kind = column("touchpoints", "int8", "communication 0, channel 1, people 2, brand 3")
    gap = column("touchpoints", "float64", "chance of a failure there that mending can still end", "chance")
    precedence = column("touchpoints", "float64", "what makes it be mended sooner, 0 to 1", "share")
    spent_on = column("touchpoints", "float64", "repair money spent on it in months 1 and later", "$")
    audited = column("firm", "float64", "part of where failures are that audits tell the leaders", "share")
    first_factor = column("firm", "float64", "factor of first impressions on joining", "ratio", start=1)

    mended_share = metric(
        "part of the usual failures that is mended, by importance", "share", over="mean", better="higher"
    )
    cost_repair = metric("spent on mending touchpoints", "$", account="cost", label="mending touchpoints")
    cost_audits = metric("spent on audits of touchpoints", "$", account="cost", label="audits of touchpoints")
    repair_idle = metric("of it, what found nothing left to mend", "$", better="lower")

    def begin(self, world: World, rng: RngStream) -> None:
        """Scale the table to the stated mean failure rate, and indifference and wows to a mean of 1.

        Wows are had only in encounters that are not indifferent, so their mean is taken over these.
        """
        points = world.touchpoints
        weight = self._column("importance")
        points.importance[:] = weight / weight.sum()
        relative = self._column("failure")
        mean = float(points.importance @ relative)
        points.usual_rate[:] = np.clip(self.failure * relative / mean, 0, 1) if mean > 0 else 0
        points.rate[:] = points.usual_rate
        points.cold[:] = self._against_mean(points.importance, "indifference", self.indifference)
        cared_for = 1 - kernels.service.chance_bad(float(world.firm.care_usual[0]), points.cold, np.zeros(points.rows))
        points.warm[:] = self._against_mean(points.importance * cared_for, "wow", self.wow)
        points.fix_cost[:], points.ease[:] = self._column("fix_cost"), self._column("ease")
        points.stage[:] = [STAGES.index(row.stage) for row in self.table]
        points.kind[:] = [KINDS.index(row.kind) for row in self.table]
        points.met_first[:] = points.importance * ((points.stage == SEARCH) | (points.kind == BRAND))
        points.slot_share[:], points.slot_other[:] = alias(points.importance)

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Let what was mended slip back a little, mend what causes and repair pay for, and settle each failure rate."""
        points, firm = world.touchpoints, world.firm
        care, idle = float(firm.care_now[0]), 0.0
        points.mended[:] *= 1 - self.relapse
        firm.audited[0] = -math.expm1(-self.audit / self.audit_scale)
        self._find_causes(world, float(firm.money_for_causes[0]))
        self._rank(points, care)
        if self.repair > 0:
            spent = self._repair(world)
            idle = self.repair - float(spent.sum())
            if world.month > 0:
                points.spent_on[:] += spent
        points.rate[:] = points.usual_rate * (1 - points.mended) * firm.friction[0]
        firm.first_factor[0] = self._first_factor(world)
        usual = points.importance * points.usual_rate
        ended = usual.dot((1 - points.by_promise) * points.mended) / (usual.sum() or 1.0)
        report(mended_share=ended, cost_repair=self.repair, repair_idle=idle, cost_audits=self.audit)

    def _rank(self, points: Table, care: float) -> None:
        """Settle gaps and priorities (F19) by last month's failure rates: the highest is mended first."""
        kernels.service.rank(
            care, points.importance, points.cold, points.rate, points.usual_rate, points.by_promise, points.mended,
            points.ease, self.mendable, self._weights, points.gap, points.precedence,
        )  # fmt: skip

    @cached_property
    def _weights(self) -> NDArray:
        weights = self.priority
        return np.array([weights.importance, weights.urgency, weights.gap, weights.ease])

    def _find_causes(self, world: World, money: float) -> None:
        """Mend where a dollar ends most of the failures known; where none are known nobody looks for causes."""
        if money > 0:
            promising = self._expected_failures(world)
            self._mend(world.touchpoints, np.where(promising > 0, promising, -np.inf), money)

    def _expected_failures(self, world: World) -> NDArray:
        """Return where a dollar ends most of the failures that the leaders saw or an audit found, 0 to 1,
        (touchpoints,).
        """
        points, care, audited = world.touchpoints, float(world.firm.care_now[0]), float(world.firm.audited[0])
        seen = against_largest(points.seen_failing / points.fix_cost)
        if not audited:
            return seen
        true = kernels.service.chance_failure(care, points.importance, points.cold, points.rate) * (
            1 - points.by_promise
        )
        return (1 - audited) * seen + audited * against_largest(true / points.fix_cost)

    def _repair(self, world: World) -> NDArray:
        """Spend the money for repair by priority and belief; gives what each touchpoint took, float64 (touchpoints,).

        What they paid to mend the leaders count no longer. What they know nothing of follows by priority.
        """
        points, promising = world.touchpoints, self._expected_failures(world)
        belief = self.belief if promising.any() else 0.0
        return self._mend(points, max(1 - belief, UNKNOWN) * points.precedence + belief * promising, self.repair)

    def _mend(self, points: Table, order: NDArray, money: float) -> NDArray:
        return kernels.service.mend(
            order, money, self.mendable, points.usual_rate, points.fix_cost, points.mended, points.seen_failing
        )  # fmt: skip

    def _first_factor(self, world: World) -> float:
        """Return the factor of first impressions on joining: 1 while what is met before buying is as usual."""
        points, firm, wrong = world.touchpoints, world.firm, kernels.service.mean_chance_bad
        usual_bad = wrong(float(firm.care_usual[0]), points.met_first, points.cold, points.usual_rate)
        if usual_bad == 0:
            return 1.0
        now = wrong(float(firm.care_now[0]), points.met_first, points.cold, points.rate)
        return math.exp(-self.first_impression * (now / usual_bad - 1))

    def _against_mean(self, share: NDArray, name: str, kinds: ColdByKind | WarmByKind) -> NDArray:
        weight = self._column(name) * [getattr(kinds, row.kind) for row in self.table]
        mean = float(share @ weight) / (float(share.sum()) or 1.0)
        relative: NDArray = weight / mean if mean > 0 else 0 * weight + 1
        return 1 + self.differ * (relative - 1)

    def _column(self, name: str) -> NDArray:
        return np.array([getattr(row, name) for row in self.table], float)
