"""Who is asked too often tires of it: each further ask costs more goodwill, and fewer surveys are answered.

Asking every customer how it went and asking a sample both count. People forget it again when they are left in peace.
"""

from __future__ import annotations

import math

from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param


class SurveyFatigue(Mechanism):
    """Settle how tired customers are of being asked; the same for all of them."""

    dormant = {"on": False}

    memory: float = param(0.8, "share/month", "part of past asks that customers still feel a month later", high=0.99)
    weariness: float = param(
        0.1,
        "1/ask",
        "further goodwill that an ask costs for each ask still felt, against what it costs the rested",
        low=0,
        high=10,
        plausible=(0, 0.5),
    )
    refusal: float = param(
        0.1,
        "log ratio/ask",
        "log of the answers to a survey lost for each ask still felt",
        low=0,
        high=10,
        plausible=(0, 0.3),
    )

    asked_lately = column("firm", "float64", "asks per customer, faded by age", "asks", writers="voice surveys")
    ask_weight = column("firm", "float64", "goodwill that an ask costs against the rested", "ratio", start=1)
    willing = column("firm", "float64", "answers to a survey against the rested", "ratio", start=1)

    asks_felt = metric("asks that a customer still feels", "asks", over="mean", better="lower")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Let past asks fade, and settle what the next one costs."""
        firm = world.firm
        felt = self.memory * float(firm.asked_lately[0])
        firm.asked_lately[0] = felt
        firm.ask_weight[0] = 1 + self.weariness * felt
        firm.willing[0] = math.exp(-self.refusal * felt)
        report(asks_felt=felt)
