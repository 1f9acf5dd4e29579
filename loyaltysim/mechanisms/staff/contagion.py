"""Moods are caught: colleagues catch each other's, and customers the staff's real one, not a fixed smile (F24).

A smile campaign raises the mood shown and not the mood felt. Who is susceptible to moods feels what is acted, and
acting tires (`burnout`).
"""

from __future__ import annotations

import math

from loyaltysim import kernels
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param


class Contagion(Mechanism):
    """Spread moods within teams, and settle what customers catch of them."""

    team: int = param(8, "employees", "colleagues who see each other daily", low=1, high=10_000)
    colleagues: float = param(0.3, "share", "part of the gap to the team's mean mood that is caught", source="F24")
    acted_worth: float = param(
        0.0,
        "ratio",
        "what a mood that is only shown is worth, against a real one",
        low=0,
        high=1,
        source="F24; Hennig-Thurau and others 2006: the extent of smiling moved nobody, its authenticity did",
        grade="secondary",
    )
    distrust: float = param(
        0.3, "ratio", "what the susceptible lose by a mood that is acted", low=0, high=5, source="F24"
    )
    scale: float = param(240.0, "$/employee-month", "spending at which a smile campaign has 63 % of its effect", low=1)

    smile_campaign: float = lever(
        0.0, "$/month", "smile campaign: raises the mood that staff show, not the one they have"
    )

    acted = column("staff", "float64", "mood shown beyond the real one", "share")

    mood_mean = metric("mean real mood of those at work", "share", over="mean", better="higher")
    mood_shown = metric("mean mood that those at work show", "share", over="mean")
    mood_spread = metric("standard deviation of the real mood between employees", "share", over="mean")
    cost_smiles = metric("spent on smile campaigns", "$", account="cost", label="smile campaigns")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw each mood toward the team's, and put on the smile that is asked for."""
        staff, at_work = world.staff, int(world.firm.employees[0])
        asked = -math.expm1(-self.smile_campaign / (self.scale * at_work))
        real, shown, spread = kernels.staff.share_moods(
            at_work, self.team, self.colleagues, asked, self.acted_worth - self.distrust, staff.mood, staff.acted
        )
        report(mood_mean=real, mood_shown=shown, mood_spread=spread, cost_smiles=self.smile_campaign)
