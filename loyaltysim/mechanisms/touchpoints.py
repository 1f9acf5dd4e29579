"""Customers meet the company at touchpoints, in four stages and four kinds, each with its importance and failure rate (F18).

What the complaint desk learns about causes (F8, F32) mends the touchpoint that the leaders believe to be worst; a mended
touchpoint slips back when nobody keeps it up (F20).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from loyaltysim.core.declare import Mechanism, column, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.record import Report
    from loyaltysim.core.streams import Draws
    from loyaltysim.core.tables import World


class Touchpoint(BaseModel):
    """One place where a customer meets the company; `failure` is relative to the others."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    stage: Literal["search", "site", "shopping", "satisfaction"]
    kind: Literal["communication", "channel", "people", "brand"]
    importance: float = param(1.0, unit="weight", low=0, doc="how often and how much it matters")
    failure: float = param(1.0, unit="weight", low=0, doc="how often it fails, relative to the others")
    fix_cost: float = param(20_000.0, unit="$", low=1, doc="spending on causes that mends 63 % of it")


def _row(name: str, stage: str, kind: str, importance: float, failure: float, fix_cost: float) -> Touchpoint:
    return Touchpoint.model_validate(
        {"name": name, "stage": stage, "kind": kind, "importance": importance, "failure": failure, "fix_cost": fix_cost}
    )


USUAL = [
    _row("advertisement", "search", "communication", 3.0, 0.5, 15_000.0),
    _row("web site", "search", "channel", 6.0, 1.0, 30_000.0),
    _row("reviews and friends", "search", "brand", 3.0, 0.5, 20_000.0),
    _row("first phone call", "search", "people", 5.0, 1.0, 12_000.0),
    _row("finding the way in", "site", "channel", 3.0, 0.8, 25_000.0),
    _row("look of the place", "site", "brand", 4.0, 0.4, 40_000.0),
    _row("welcome", "site", "people", 8.0, 0.6, 8_000.0),
    _row("signs and notices", "site", "communication", 3.0, 0.8, 6_000.0),
    _row("advice", "shopping", "people", 12.0, 1.0, 15_000.0),
    _row("the product itself", "shopping", "brand", 14.0, 1.6, 60_000.0),
    _row("price and offer", "shopping", "communication", 6.0, 0.8, 20_000.0),
    _row("checkout and payment", "shopping", "channel", 8.0, 1.0, 25_000.0),
    _row("delivery", "satisfaction", "channel", 9.0, 1.6, 40_000.0),
    _row("invoice", "satisfaction", "communication", 4.0, 1.2, 15_000.0),
    _row("after-sales help", "satisfaction", "people", 8.0, 1.2, 20_000.0),
    _row("keeping in touch", "satisfaction", "brand", 4.0, 0.6, 10_000.0),
]


class Touchpoints(Mechanism):
    """Keep each touchpoint's failure rate: what is mended, and what slips back."""

    failure: float = param(
        0.02,
        unit="chance",
        low=0,
        high=1,
        doc="mean chance that an encounter which is not indifferent fails",
        source="F18",
    )
    relapse: float = param(
        0.02, unit="share/month", low=0, high=1, doc="part of what was mended that slips back a month", source="F20"
    )
    table: list[Touchpoint] = param(
        USUAL, unit="rows", doc="the touchpoints: name, stage, kind, importance, failure, fix_cost", source="F18"
    )

    importance = column("touchpoints", "float64", unit="share", doc="share of encounters")
    usual_rate = column("touchpoints", "float64", unit="chance", doc="failure rate with nothing mended")
    mended = column("touchpoints", "float64", unit="share", doc="part of its failures that is mended")
    rate = column("touchpoints", "float64", unit="chance", doc="failure rate now")
    slot_share = column("touchpoints", "uint64", doc="alias table: share of the slot that is its own, times 2**32")
    slot_other = column("touchpoints", "int64", doc="alias table: the touchpoint that has the rest of the slot")

    failure_rate = metric(
        unit="chance", over="mean", better="lower", doc="mean failure rate of touchpoints, by importance"
    )

    def begin(self, world: World, luck: Draws) -> None:
        """Scale the table to the stated mean failure rate."""
        import numpy as np

        points = world.touchpoints
        weight = np.array([row.importance for row in self.table], float)
        points.importance[:] = weight / weight.sum()
        relative = np.array([row.failure for row in self.table], float)
        mean = float(points.importance @ relative)
        points.usual_rate[:] = np.clip(self.failure * relative / mean, 0, 1) if mean > 0 else 0
        points.rate[:] = points.usual_rate
        points.slot_share[:], points.slot_other[:] = _alias(points.importance)

    def step(self, world: World, luck: Draws, report: Report) -> None:
        """Let what was mended slip back a little, and mend the touchpoint believed worst with last month's money for causes."""
        import numpy as np

        points, firm = world.touchpoints, world.firm
        points.mended[:] *= 1 - self.relapse
        worst = int(firm.believed_worst[0])
        if worst >= 0 and firm.money_for_causes[0] > 0:
            effect = -np.expm1(-firm.money_for_causes[0] / self.table[worst].fix_cost)
            points.mended[worst] += (1 - points.mended[worst]) * effect
        points.rate[:] = points.usual_rate * (1 - points.mended) * firm.friction[0]
        report(failure_rate=float(points.importance @ points.rate))


def _alias(weights: object) -> tuple[list[int], list[int]]:
    """Make Walker's alias table (as Vose orders it): for each slot the share kept (times 2**32) and who has the rest."""
    import numpy as np

    scaled = np.asarray(weights, float) * len(np.asarray(weights))
    kept, other = [2**32] * len(scaled), list(range(len(scaled)))
    small = [i for i, share in enumerate(scaled) if share < 1]
    large = [i for i, share in enumerate(scaled) if share >= 1]
    while small and large:
        short, long = small.pop(), large[-1]
        kept[short], other[short] = int(scaled[short] * 2**32), long
        scaled[long] -= 1 - scaled[short]
        if scaled[long] < 1:
            small.append(large.pop())
    return kept, other
