"""Some of what the desk counts as solved is not: only who asks again learns of it (F29, F30).

Calling back reopens what was not really solved. A customer who is not called back lives with a case that was logged, and
decides as such.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim.core.mechanism import Mechanism, column, lever, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class FollowUp(Mechanism):
    """Settle which share of the cases that count as solved is not, and which share is called back."""

    dormant = {"unsound": 0.0}

    unsound: float = param(
        0.15,
        unit="share",
        low=0,
        high=1,
        doc="cases that the desk counts as solved and that are not",
        source="F30",
        plausible=(0.05, 0.3),
    )
    scale: float = param(
        8.0, unit="$/case", low=0.01, doc="spending a case at which 63 % of the solved are called back"
    )

    budget: float = lever(
        0.0, unit="$/month", doc="calling back whose case counts as solved, and reopening it if it is not", source="F30"
    )

    not_solved = column("firm", "float64", unit="share", doc="cases counted as solved that are not")
    called_back = column("firm", "float64", unit="share", doc="cases counted as solved that are called back")

    cost_follow_up = metric(unit="$", account="cost", doc="spent on calling back")

    def sound(self) -> float:
        """Give the share of the cases counted as solved that are, if nobody is called back."""
        return 1 - self.unsound if self.on else 1.0

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Spread the month's money for calling back over the cases that may need it."""
        firm = world.firm
        cases = max(1, world.voiced.size + int(firm.open_cases[0]))
        firm.not_solved[0] = self.unsound
        firm.called_back[0] = -math.expm1(-self.budget / cases / self.scale)
        report(cost_follow_up=self.budget)
