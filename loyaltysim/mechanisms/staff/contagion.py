"""Moods are caught: colleagues catch each other's, and customers the staff's real one, not a fixed smile (F24).

A smile campaign raises the mood shown and not the mood felt. Who is susceptible to moods feels what is acted, and acting
tires (`burnout`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, column, lever, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Contagion(Mechanism):
    """Spread moods within teams, and settle what customers catch of them."""

    team: int = param(8, unit="employees", low=1, high=10_000, doc="colleagues who see each other daily")
    colleagues: float = param(
        0.3, unit="share", low=0, high=1, doc="part of the gap to the team's mean mood that is caught", source="F24"
    )
    acted_worth: float = param(
        0.0,
        unit="ratio",
        low=0,
        high=1,
        doc="what a mood that is only shown is worth, against a real one",
        source="F24; Hennig-Thurau and others 2006: the extent of smiling moved nobody, its authenticity did",
        grade="secondary",
    )
    distrust: float = param(
        0.3, unit="ratio", low=0, high=5, doc="what the susceptible lose by a mood that is acted", source="F24"
    )
    scale: float = param(
        240.0, unit="$/employee-month", low=1, doc="spending at which a smile campaign has 63 % of its effect"
    )

    smile_campaign: float = lever(
        0.0, unit="$/month", doc="smile campaign: raises the mood that staff show, not the one they have"
    )

    acted = column("staff", "float64", unit="share", doc="mood shown beyond the real one")

    mood_mean = metric(unit="share", over="mean", better="higher", doc="mean real mood of those at work")
    mood_shown = metric(unit="share", over="mean", doc="mean mood that those at work show")
    mood_spread = metric(unit="share", over="mean", doc="standard deviation of the real mood between employees")
    cost_smiles = metric(unit="$", account="cost", doc="spent on smile campaigns")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw each mood toward the team's, and put on the smile that is asked for."""
        staff, at_work = world.staff, int(world.firm.employees[0])
        asked = -math.expm1(-self.smile_campaign / (self.scale * at_work))
        real, shown, spread = kernels.staff.share_moods(
            at_work, self.team, self.colleagues, asked, self.acted_worth - self.distrust, staff.mood, staff.acted
        )
        report(mood_mean=real, mood_shown=shown, mood_spread=spread, cost_smiles=self.smile_campaign)
