"""The company's score out of 100: each bad touchpoint costs its points, as many as it is important (F18).

Among 100 touchpoints of equal importance each has one point. One that always goes wrong costs it whole, one that goes
wrong in a quarter of the encounters a quarter of it. The scorecard changes nothing; it is what an audit would find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric
from loyaltysim.core.records import Audit
from loyaltysim.core.touchpoint_table import Touchpoint

if TYPE_CHECKING:
    from collections.abc import Sequence


class Scorecard(Mechanism):
    """Score every touchpoint by the chance that an encounter there goes wrong."""

    audits = column("touchpoints", "int64", "months 1 and later in which it was scored", "months")
    bad_sum = column("touchpoints", "float64", "sum over these months of its chance of a bad encounter")
    failed_sum = column("touchpoints", "float64", "sum over these months of its chance of a failure")
    gap_sum = column("touchpoints", "float64", "sum over these months of its gap")
    priority_sum = column("touchpoints", "float64", "sum over these months of its priority")

    score = metric(
        "score of the touchpoints: each bad one costs its points", "points of 100", over="mean", better="higher"
    )
    failure_rate = metric("mean failure rate of touchpoints, by importance", "chance", over="mean", better="lower")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Score this month's touchpoints, and remember what each was like over the months that count."""
        points, chance_bad = world.touchpoints, kernels.service.chance_bad
        care = float(world.firm.care_now[0])
        bad = chance_bad(care, points.cold, points.rate)
        failing = bad - chance_bad(care, points.cold, 0 * points.rate)
        if world.month > 0:
            points.audits[:] += 1
            points.bad_sum[:] += bad
            points.failed_sum[:] += failing
            points.gap_sum[:] += points.gap
            points.priority_sum[:] += points.precedence
        report(score=100 * (1 - points.importance.dot(bad)), failure_rate=points.importance.dot(points.rate))

    def audit(self, world: World, table: Sequence[Touchpoint]) -> Audit | None:
        """Return what each touchpoint was like over the months that were scored; None if none was."""
        points = world.touchpoints
        months = int(points.audits.max())
        if months == 0:
            return None
        wrong, failed = points.bad_sum / months, points.failed_sum / months
        figures = {
            "importance": points.importance.copy(),
            "performance": 1 - wrong,
            "indifference": wrong - failed,
            "failure": failed,
            "urgency": points.importance * wrong / (float(points.importance @ wrong) or 1.0),
            "believed": points.believed_sum / months,
            "gap": points.gap_sum / months,
            "fix_cost": points.fix_cost.copy(),
            "ease": points.ease.copy(),
            "priority": points.priority_sum / months,
            "mended": points.mended.copy(),
            "spent": points.spent_on.copy(),
        }
        names, stages, kinds = zip(*((row.name, row.stage, row.kind) for row in table), strict=True)
        return Audit(names, stages, kinds, figures)
