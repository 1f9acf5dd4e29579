"""Some of what the desk counts as solved is not: only who asks again learns of it (F29, F30).

Calling back reopens what was not really solved. A customer who is not called back lives with a case that was logged,
and decides as such.
"""

from __future__ import annotations

import math

from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param


class FollowUp(Mechanism):
    """Settle which share of the cases that count as solved is not, and which share is called back."""

    dormant = {"unsound": 0.0}

    unsound: float = param(
        0.15, "share", "cases that the desk counts as solved and that are not", source="F30", plausible=(0.05, 0.3)
    )
    scale: float = param(8.0, "$/case", "spending a case at which 63 % of the solved are called back", low=0.01)

    budget: float = lever(
        0.0, "$/month", "calling back whose case counts as solved, and reopening it if it is not", source="F30"
    )

    not_solved = column("firm", "float64", "cases counted as solved that are not", "share")
    called_back = column("firm", "float64", "cases counted as solved that are called back", "share")

    cost_follow_up = metric("spent on calling back", "$", account="cost", label="calling back")

    def sound(self) -> float:
        """Return the share of the cases counted as solved that are, if nobody is called back."""
        return 1 - self.unsound if self.on else 1.0

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Spread the month's money for calling back over the cases that may need it."""
        firm = world.firm
        cases = max(1, world.voiced.size + int(firm.open_cases[0]))
        firm.not_solved[0] = self.unsound
        firm.called_back[0] = -math.expm1(-self.budget / cases / self.scale)
        report(cost_follow_up=self.budget)
