"""Indifference has seven kinds, the sins of service (F12), each with its weight, its causes and so its cure.

| cause | mostly shows as | cure |
|---|---|---|
| staff do not know | run-around, brush-off, condescension | training, sharing |
| staff do not want | apathy, coldness, condescension, brush-off | treatment, leadership, selectivity |
| staff cannot, or may not | rule-book, run-around, robotism | empowerment |
| overload | brush-off, robotism, run-around | hands |
| burn-out | coldness, robotism, apathy | hands, treatment; no smile campaigns |
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from loyaltysim import kernels
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, metric, param, row_list

if TYPE_CHECKING:
    from numpy.typing import NDArray


KINDS = ("apathy", "brush_off", "coldness", "condescension", "robotism", "rule_book", "run_around")
COUNTS = tuple(f"sin_{kind}" for kind in KINDS)
CAUSES = ("know", "want", "can", "overload", "burnout")
LEAST = 1e-9
"""Nobody knows, wants or can less than this, so that logarithms stay finite."""


def anger(value: float, doc: str) -> float:
    """Declare how much a kind of indifference angers."""
    return param(
        value, unit="ratio", low=0, high=100, doc=f"how much it angers, against the others: {doc}", source="F12"
    )


def cause_part(value: float, cause: str, doc: str) -> float:
    """Declare the part of a kind in what one cause brings about."""
    return param(value, unit="weight", low=0, high=1, doc=f"part of the indifference by {cause}: {doc}", source="F12")


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Weights(_Block):
    """How likely each kind becomes a grievance, against the others."""

    apathy: float = anger(0.8, "not caring")
    brush_off: float = anger(1.2, "getting rid of the customer")
    coldness: float = anger(1.0, "hostile or curt")
    condescension: float = anger(1.5, "talking down")
    robotism: float = anger(0.6, "the same phrase to all")
    rule_book: float = anger(1.1, "the rule before the customer")
    run_around: float = anger(1.4, "sent from one to another")


class OfKnow(_Block):
    """What it looks like when staff do not know."""

    run_around: float = cause_part(0.6, "not knowing", "sent from one to another")
    brush_off: float = cause_part(0.25, "not knowing", "getting rid of the customer")
    condescension: float = cause_part(0.15, "not knowing", "talking down")


class OfWant(_Block):
    """What it looks like when staff do not want."""

    apathy: float = cause_part(0.45, "not wanting", "not caring")
    coldness: float = cause_part(0.25, "not wanting", "hostile or curt")
    condescension: float = cause_part(0.15, "not wanting", "talking down")
    brush_off: float = cause_part(0.15, "not wanting", "getting rid of the customer")


class OfCan(_Block):
    """What it looks like when staff cannot, or may not."""

    rule_book: float = cause_part(0.65, "not being able", "the rule before the customer")
    run_around: float = cause_part(0.2, "not being able", "sent from one to another")
    robotism: float = cause_part(0.15, "not being able", "the same phrase to all")


class OfOverload(_Block):
    """What it looks like when there is too much to do."""

    brush_off: float = cause_part(0.5, "overload", "getting rid of the customer")
    robotism: float = cause_part(0.4, "overload", "the same phrase to all")
    run_around: float = cause_part(0.1, "overload", "sent from one to another")


class OfBurnout(_Block):
    """What it looks like when staff are burnt out."""

    coldness: float = cause_part(0.5, "burn-out", "hostile or curt")
    robotism: float = cause_part(0.35, "burn-out", "the same phrase to all")
    apathy: float = cause_part(0.15, "burn-out", "not caring")


class Sins(Mechanism):
    """Tell the kinds of indifference apart, and how much each angers."""

    needs = ("service",)
    dormant = {"on": False}

    weight: Weights = Weights()
    know: OfKnow = OfKnow()
    want: OfWant = OfWant()
    can: OfCan = OfCan()
    overload: OfOverload = OfOverload()
    burnout: OfBurnout = OfBurnout()

    sinned = row_list(doc="rows of the customers with an indifferent encounter this month, ascending")
    sin_weight = row_list(
        dtype="float32", doc="beside it: how much their indifferent encounters anger on average, about 1"
    )

    for _kind in KINDS:
        locals()[f"sin_{_kind}"] = metric(
            f"indifferent encounters of the kind {_kind.replace('_', '-')}", "encounters", better="lower"
        )
    del _kind

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw the kind of each indifferent encounter."""
        staff, firm = world.staff, world.firm
        parts = kernels.service.causes(
            int(firm.employees[0]), staff.now_know, staff.now_want, staff.now_can, staff.zeal, staff.care,
            float(firm.overloaded[0]),
        )  # fmt: skip
        reached = parts.dot(self._kinds_by_cause).cumsum()
        reached[-1] = 2
        world.sinned, world.sin_weight, counts = kernels.service.sort(
            world.customers_now, world.people.generation, rng("sorts"), world.people.indifferent, reached,
            self._angers(world),
        )  # fmt: skip
        report.all(COUNTS, counts.tolist())

    def _angers(self, world: World) -> NDArray:
        """Return the weights, scaled to a mean of 1 over the mix of untouched staff, rested and not overloaded."""
        firm = world.firm
        levels = (float(firm.know_usual[0]), float(firm.mood_usual[0]), float(firm.can_usual[0]))
        known = self._weight_cache
        if levels not in known:
            known[levels] = self._against_mean(levels)
        return known[levels]

    @cached_property
    def _weight_cache(self) -> dict[tuple[float, ...], NDArray]:
        """Hold what was reckoned for the levels of untouched staff, which stay as they are."""
        return {}

    def _against_mean(self, levels: tuple[float, ...]) -> NDArray:
        usual = [-math.log(max(level, LEAST)) for level in levels]
        by_cause = self._kinds_by_cause @ self._weights
        mean = float(usual @ by_cause[:3]) / math.fsum(usual) if math.fsum(usual) > 0 else float(by_cause.mean())
        return self._weights / mean if mean > 0 else np.ones(len(KINDS))

    @cached_property
    def _weights(self) -> NDArray:
        return np.array([getattr(self.weight, kind) for kind in KINDS])

    @cached_property
    def _kinds_by_cause(self) -> NDArray:
        """Return the chances of the kinds, (causes, kinds)."""
        parts = np.array([[getattr(getattr(self, cause), kind, 0.0) for kind in KINDS] for cause in CAUSES])
        return np.array([to_shares(row) for row in parts])


def to_shares(parts: NDArray) -> NDArray:
    """Scale to a sum of 1; all alike if there is nothing to scale."""
    total = parts.sum()
    return parts / total if total > 0 else parts * 0 + 1 / parts.size
