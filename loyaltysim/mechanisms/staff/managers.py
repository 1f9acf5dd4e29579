"""Staff mirror their managers' attitude, and customers mirror the staff (F14).

Leadership work raises the attitude slowly; left alone it sinks back to today's. It raises the staff's want by itself,
and more of what is spent on treating staff well reaches them through managers who mean it.
"""

from __future__ import annotations

import math

from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param


class Managers(Mechanism):
    """Move the managers' attitude, and what the staff take from it."""

    dormant = {"mirroring": 0.0, "carried": 0.0}

    attitude_today: float = param(
        0.6,
        "0 to 1",
        "managers' attitude to staff and service today, which the staff's want already mirrors",
        low=0.05,
        source="F14",
        plausible=(0.3, 0.9),
    )
    mirroring: float = param(0.1, "share", "want that staff gain as the attitude rises from 0 to 1", source="F14")
    carried: float = param(
        0.5, "ratio", "how much more of good treatment a whole step of attitude lets through", low=0, high=5
    )
    pace: float = param(1 / 12, "share/month", "part of the gap in attitude closed a month", source="F13")
    scale: float = param(120.0, "$/employee-month", "spending at which leadership work has 63 % of its effect", low=1)

    leadership: float = lever(0.0, "$/month", "leadership work: choosing and coaching managers whom staff can mirror")

    attitude = column("firm", "float64", "managers' attitude now", "0 to 1")
    mirrored = column("firm", "float64", "want that staff gain by mirroring their managers", "share")
    backing = column("firm", "float64", "how much of good treatment reaches the staff", "ratio", start=1)

    managers_attitude = metric("managers' attitude", "0 to 1", over="mean", better="higher")
    cost_leadership = metric("spent on leadership work", "$", account="cost", label="leadership work")

    def begin(self, world: World, rng: RngStream) -> None:
        """Start at today's attitude."""
        world.firm.attitude[0] = self.attitude_today

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Move the attitude toward what leadership work sets, and pass it on."""
        firm = world.firm
        worked = -math.expm1(-self.leadership / (self.scale * int(firm.employees[0])))
        goal = self.attitude_today + (1 - self.attitude_today) * worked
        firm.attitude[0] += self.pace * (goal - firm.attitude[0])
        gained = float(firm.attitude[0]) - self.attitude_today
        firm.mirrored[0] = self.mirroring * gained
        firm.backing[0] = 1 + self.carried * gained
        report(managers_attitude=firm.attitude[0], cost_leadership=self.leadership)
