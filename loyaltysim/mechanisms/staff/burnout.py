"""Whoever carries more than they can bear burns out over months, and burnt-out staff turn cold (F12).

Each employee bears a load of their own. What is beyond it, and the strain of showing a mood that is not theirs, feeds
burn-out; good treatment shields from it; it heals slowly. It takes from want, so from care and mood, and so they quit.
"""

from __future__ import annotations

import math

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param


class Burnout(Mechanism):
    """Let each employee burn out or recover."""

    dormant = {"on": False}

    borne: float = param(
        1.1, "ratio", "mean load that an employee bears for long; 1 is the bearable of `staff`", low=0, high=10
    )
    borne_spread: float = param(0.15, "ratio", "standard deviation of what they bear between employees", low=0, high=1)
    feeding: float = param(
        1.0, "1/month", "burn-out gained a month at a load 1 above what they bear", low=0, high=20, source="F12"
    )
    acting: float = param(
        0.1,
        "ratio",
        "strain of showing a mood 1 better than the real one",
        low=0,
        high=5,
        source="F24; Huelsheger and Schewe 2011 find that surface acting goes with exhaustion",
    )
    shield: float = param(0.7, "share", "part of the strain that the best treatment takes off", source="F14")
    recovery: float = param(0.08, "share/month", "burn-out that heals a month")
    coldness: float = param(0.4, "share", "part of their want that the wholly burnt-out have lost", source="F12")

    burnout = column("staff", "float64", "how far they are burnt out", "share", writers="staff")
    zeal = column("staff", "float64", "part of their want that burn-out leaves", "share", start=1, writers="staff")

    burnout_mean = metric("mean burn-out of those at work", "share", over="mean", better="lower")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Feed and heal everyone's burn-out by the load that staff last found."""
        staff, firm = world.staff, world.firm
        shielded = 1 - self.shield * min(1.0, float(firm.treated[0]))
        mean = kernels.staff.burn(
            rng.ever("bears"), staff.hired, max(1, int(firm.employees[0])), float(firm.load[0]), self.borne,
            self.borne_spread * math.sqrt(3), self.acting, self.feeding * shielded, self.recovery, self.coldness,
            staff.acted, staff.burnout, staff.zeal,
        )  # fmt: skip
        report(burnout_mean=mean)
