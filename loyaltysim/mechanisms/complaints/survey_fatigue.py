"""Who is asked too often tires of it: each further ask costs more goodwill, and fewer surveys are answered.

Asking every customer how it went and asking a sample both count. People forget it again when they are left in peace.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim.core.mechanism import Mechanism, column, metric, param

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class SurveyFatigue(Mechanism):
    """Settle how tired customers are of being asked; the same for all of them."""

    dormant = {"on": False}

    memory: float = param(
        0.8, unit="share/month", low=0, high=0.99, doc="part of past asks that customers still feel a month later"
    )
    weariness: float = param(
        0.1,
        unit="1/ask",
        low=0,
        high=10,
        doc="further goodwill that an ask costs for each ask still felt, against what it costs the rested",
        plausible=(0, 0.5),
    )
    refusal: float = param(
        0.1,
        unit="log ratio/ask",
        low=0,
        high=10,
        doc="log of the answers to a survey lost for each ask still felt",
        plausible=(0, 0.3),
    )

    asked_lately = column(
        "firm", "float64", unit="asks", doc="asks per customer, faded by age", writers="voice surveys"
    )
    ask_weight = column("firm", "float64", unit="ratio", doc="goodwill that an ask costs against the rested", start=1)
    willing = column("firm", "float64", unit="ratio", doc="answers to a survey against the rested", start=1)

    asks_felt = metric(unit="asks", over="mean", better="lower", doc="asks that a customer still feels")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Let past asks fade, and settle what the next one costs."""
        firm = world.firm
        felt = self.memory * float(firm.asked_lately[0])
        firm.asked_lately[0] = felt
        firm.ask_weight[0] = 1 + self.weariness * felt
        firm.willing[0] = math.exp(-self.refusal * felt)
        report(asks_felt=felt)
