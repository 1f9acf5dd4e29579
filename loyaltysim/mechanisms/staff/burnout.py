"""Whoever carries more than they can bear burns out over months, and burnt-out staff turn cold (F12).

Each employee bears a load of their own. What is beyond it, and the strain of showing a mood that is not theirs, feeds
burn-out; good treatment shields from it; it heals slowly. It takes from want, so from care and mood, and so they quit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, column, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Burnout(Mechanism):
    """Let each employee burn out or recover."""

    dormant = {"on": False}

    borne: float = param(
        1.1, unit="ratio", low=0, high=10, doc="mean load that an employee bears for long; 1 is the bearable of `staff`"
    )
    borne_spread: float = param(
        0.15, unit="ratio", low=0, high=1, doc="standard deviation of what they bear between employees"
    )
    feeding: float = param(
        1.0,
        unit="1/month",
        low=0,
        high=20,
        doc="burn-out gained a month at a load 1 above what they bear",
        source="F12",
    )
    acting: float = param(
        0.1,
        unit="ratio",
        low=0,
        high=5,
        doc="strain of showing a mood 1 better than the real one",
        source="F24; Huelsheger and Schewe 2011 find that surface acting goes with exhaustion",
    )
    shield: float = param(
        0.7, unit="share", low=0, high=1, doc="part of the strain that the best treatment takes off", source="F14"
    )
    recovery: float = param(0.08, unit="share/month", low=0, high=1, doc="burn-out that heals a month")
    coldness: float = param(
        0.4, unit="share", low=0, high=1, doc="part of their want that the wholly burnt-out have lost", source="F12"
    )

    burnout = column("staff", "float64", unit="share", doc="how far they are burnt out", writers="staff")
    zeal = column(
        "staff", "float64", unit="share", doc="part of their want that burn-out leaves", start=1, writers="staff"
    )

    burnout_mean = metric(unit="share", over="mean", better="lower", doc="mean burn-out of those at work")

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
