"""Customers follow their friends: what they heard moves them, and a neighbour's defection raises their own hazard for a
while (Nitzan and Libai 2011), by a ratio that fades.
"""

from __future__ import annotations

import math

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, param, solved


class Friends(Mechanism):
    """Give each customer's hazard to follow friends."""

    dormant = {"opinion_weight": 0.0, "ratio": 1.0}

    base: float = solved(
        0.001,
        "1/month",
        "hazard to follow friends, with no opinion and no defector near",
        source="F2, solved from the stated reasons",
    )
    opinion_weight: float = param(
        0.1, "1/message", "how far one fresh good message lowers the log hazard", low=0, high=5
    )
    bad_weight: float = param(2.0, "ratio", "weight of a bad message against a good one", low=0, high=20)
    ratio: float = param(
        1.8,
        "hazard ratio",
        "hazard to follow friends the month after one neighbour's defection",
        low=1,
        high=20,
        source="K8, Nitzan and Libai",
        grade="measured",
    )
    keeps: float = param(
        0.44, "share/month", "part of that effect left a month later", source="K8, Nitzan and Libai", grade="measured"
    )

    following = column("people", "float32", "hazard to follow friends", "1/month")
    exposure = column(
        "people", "float32", "neighbours who defected, faded by age", "defectors", writers="departure joining winback"
    )

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Reckon this month's hazards, and let the effect of past defections fade."""
        people = world.people
        threads.over_row_list(
            kernels.churn.follow, world.customers_now, people.fickleness, people.heard_good, people.heard_bad,
            people.exposure, self.base, self.opinion_weight, self.bad_weight, math.log(self.ratio), self.keeps,
            people.following,
        )  # fmt: skip
