"""One clerk promises an answer in 24 hours, another in 48: two standards, and a promise broken whenever a slower one
keeps it (F20).

Every employee has a standard of their own. What one promises another keeps; if that takes clearly longer, the encounter
has failed. So a part of today's failures where people serve comes from differing standards, and common standards end
it; nobody keeps them up by themselves, so without the money each returns to their own.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param
from loyaltysim.core.touchpoint_table import PEOPLE

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Consistency(Mechanism):
    """Let employees promise by different standards, and count the promises that others break."""

    dormant = {"share": 0.0}

    spread: float = param(
        0.5,
        "log ratio",
        "standard deviation between employees of the log of the time they promise; .5: 24 h beside 40 h",
        low=0,
        high=3,
        source="F20",
        plausible=(0.2, 0.8),
    )
    tolerance: float = param(
        1.25, "ratio", "a promise kept this many times later than promised is broken", low=1, high=100
    )
    share: float = param(
        0.4,
        "share",
        "usual failures of a touchpoint of kind people that are promises broken",
        source="F20",
        plausible=(0.1, 0.6),
    )
    pace: float = param(1 / 6, "share/month", "part of the way to common standards, or back, gone a month")
    most: float = param(0.9, "share", "most of the spread that common standards take away")
    scale: float = param(
        15.0, "$/employee-month", "spending at which common standards have 63 % of their effect", low=1
    )

    standards: float = lever(0.0, "$/month", "common standards: written, trained and checked", source="F20")

    by_promise = column("touchpoints", "float64", "part of its usual failures that are promises broken", "share")
    narrowed = column("firm", "float64", "part of the spread of standards that is gone", "share")

    broken_promises = metric(
        "chance that a promise is broken by whoever keeps it", "chance", over="mean", better="lower"
    )
    standards_spread = metric(
        "standard deviation of the log of the times promised", "log ratio", over="mean", better="lower"
    )
    cost_standards = metric("spent on common standards", "$", account="cost", label="common standards")

    def begin(self, world: World, rng: RngStream) -> None:
        """Settle which failures are promises broken: of these, only common standards rid a touchpoint."""
        if self.on and self._usual > 0:
            world.touchpoints.by_promise[:] = self.share * (world.touchpoints.kind == PEOPLE)

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Move the standards together or apart, and let broken promises raise or lower failures where people serve."""
        firm, points = world.firm, world.touchpoints
        at_work = int(firm.employees[0])
        reached = self.most * -math.expm1(-self.standards / (self.scale * at_work))
        firm.narrowed[0] += self.pace * (reached - firm.narrowed[0])
        times = self._times(world, rng, at_work)
        broken, usual = kernels.staff.share_broken(times, math.log(self.tolerance)), self._usual
        if usual > 0:
            kernels.service.break_promises(
                broken, usual, float(firm.friction[0]), points.usual_rate, points.by_promise, points.mended, points.rate
            )
        report(broken_promises=broken, standards_spread=standard_deviation(times), cost_standards=self.standards)

    def _times(self, world: World, rng: RngStream, at_work: int) -> NDArray:
        """Return the log of the time that each employee at work promises, against the middle one."""
        spread = self.spread * (1 - float(world.firm.narrowed[0]))
        return kernels.staff.standards(rng.ever("standard"), world.staff.hired, at_work, spread)

    @cached_property
    def _usual(self) -> float:
        """Return the chance that a promise is broken among very many employees with untouched standards."""
        if self.spread == 0:
            return 0.0
        return 0.5 * math.erfc(math.log(self.tolerance) / (2 * self.spread))


def standard_deviation(values: NDArray) -> float:
    """Return the standard deviation of values, (n,), with the same bits whatever the threads."""
    around = values - values.sum() / values.size
    return math.sqrt((around * around).sum() / values.size)  # a dot product would spread over threads of its own
