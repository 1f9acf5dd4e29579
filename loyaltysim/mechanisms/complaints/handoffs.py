"""A complaint gets lost between departments: each has told the next, and for months nothing is done (F22).

A case that is sent to the wrong department, or that another one must answer, is handed on; there it waits, and may stall.
A shared record shortens that and lets fewer stall. Departments that swap roles know whose case it is and stop blaming each
other: fewer hand-offs, and fewer failures between departments in the first place (F33).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.codes import DAYS_A_MONTH
from loyaltysim.core.mechanism import Mechanism, column, lever, metric, param, row_list

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Handoffs(Mechanism):
    """Find the way of each of this month's complaints through the departments."""

    dormant = {"misclassified": 0.0, "passed_on": 0.0, "stalls": 0.0, "record_effect": 0.0, "swap_effect": 0.0}

    misclassified: float = param(
        0.1, unit="share", low=0, high=1, doc="cases first assigned to the wrong department", source="F29"
    )
    passed_on: float = param(
        0.3, unit="share", low=0, high=1, doc="cases that another department must answer", source="F22"
    )
    passed_on_days: float = param(5.0, unit="days", low=0, doc="mean delay of a hand-off", source="F22")
    stalls: float = param(
        0.1, unit="share", low=0, high=1, doc="hand-offs that stall between departments", source="F22"
    )
    stall_months: float = param(1.5, unit="months", low=0, doc="mean further delay of a stalled case", source="F22")
    mislaid: float = param(
        0.5, unit="share", low=0, high=1, doc="stalled hand-offs after which nobody solves the case", source="F22"
    )
    between: float = param(
        0.1, unit="share", low=0, high=1, doc="failures that arise where departments meet", source="F33"
    )
    record_effect: float = param(
        0.7,
        unit="share",
        low=0,
        high=1,
        doc="stalls, and delay of hand-offs, that a full shared record spares",
        source="F22",
    )
    record_scale: float = param(
        500.0, unit="$/month", low=0.01, doc="spending on the shared record that reaches 63 % of its effect"
    )
    swap_effect: float = param(
        0.5,
        unit="share",
        low=0,
        high=1,
        doc="hand-offs, stalls and failures between departments that role swaps spare",
        source="F33",
    )
    swap_scale: float = param(
        40.0, unit="$/employee-month", low=0.01, doc="spending on role swaps that reaches 63 % of their effect"
    )
    pace: float = param(
        0.1,
        unit="share/month",
        low=0,
        high=1,
        doc="part of the gap to what is paid for that closes a month",
        source="F20",
    )

    shared_record: float = lever(0.0, unit="$/month", doc="one record of each case for all departments", source="F22")
    role_swaps: float = lever(
        0.0, unit="$/month", doc="departments that swap roles for a fortnight now and then", source="F33"
    )

    record_kept = column("firm", "float64", unit="share", doc="how far the shared record is in use")
    roles_known = column("firm", "float64", unit="share", doc="how far departments know each other's work")
    friction = column("firm", "float64", unit="ratio", doc="factor of role swaps on failures", start=1)

    routed = row_list(
        dtype="int8",
        doc="for each of `voiced`, what happens on its way: a sum of MISCLASSIFIED, PASSED_ON, STALLED, MISLAID",
    )
    lag_before = row_list(dtype="float64", doc="for each of `voiced`, months in the wrong department, before handling")
    lag_after = row_list(dtype="float64", doc="for each of `voiced`, months in other departments, after handling")

    cost_shared_record = metric(unit="$", account="cost", doc="spent on the shared record")
    cost_role_swaps = metric(unit="$", account="cost", doc="spent on role swaps")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Settle what record and swaps have reached, and draw the way of each complaint."""
        firm = world.firm
        posts = max(1, int(firm.employees[0]))
        self._drift(firm.record_kept, self.shared_record / self.record_scale)
        self._drift(firm.roles_known, self.role_swaps / (self.swap_scale * posts))
        spared = 1 - self.record_effect * firm.record_kept[0]
        known = 1 - self.swap_effect * firm.roles_known[0]
        firm.friction[0] = 1 - self.between * (1 - known)
        world.routed, world.lag_before, world.lag_after = kernels.complaints.route(
            world.voiced, world.people.generation, rng("routes"), self.misclassified * known,
            self.passed_on * known, self.passed_on_days / DAYS_A_MONTH * spared, self.stalls * spared * known,
            self.stall_months, self.mislaid,
        )  # fmt: skip
        report(cost_shared_record=self.shared_record, cost_role_swaps=self.role_swaps)

    def _drift(self, state: object, spent: float) -> None:
        state[0] += self.pace * (-math.expm1(-spent) - state[0])  # type: ignore[index]
