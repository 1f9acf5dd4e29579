"""A complaint gets lost between departments: each has told the next, and for months nothing is done (F22).

A case that is sent to the wrong department, or that another one must answer, is handed on; there it waits, and may
stall. A shared record shortens that and lets fewer stall. Departments that swap roles know whose case it is and stop
blaming each other: fewer hand-offs, and fewer failures between departments in the first place (F33).
"""

from __future__ import annotations

import math

from loyaltysim import kernels
from loyaltysim.core.codes import DAYS_A_MONTH
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, lever, metric, param, row_list


class Handoffs(Mechanism):
    """Find the way of each of this month's complaints through the departments."""

    dormant = {"misclassified": 0.0, "passed_on": 0.0, "stalls": 0.0, "record_effect": 0.0, "swap_effect": 0.0}

    misclassified: float = param(0.1, "share", "cases first assigned to the wrong department", source="F29")
    passed_on: float = param(0.3, "share", "cases that another department must answer", source="F22")
    passed_on_days: float = param(5.0, "days", "mean delay of a hand-off", low=0, source="F22")
    stalls: float = param(0.1, "share", "hand-offs that stall between departments", source="F22")
    stall_months: float = param(1.5, "months", "mean further delay of a stalled case", low=0, source="F22")
    mislaid: float = param(0.5, "share", "stalled hand-offs after which nobody solves the case", source="F22")
    between: float = param(0.1, "share", "failures that arise where departments meet", source="F33")
    record_effect: float = param(
        0.7, "share", "stalls, and delay of hand-offs, that a full shared record spares", source="F22"
    )
    record_scale: float = param(
        500.0, "$/month", "spending on the shared record that reaches 63 % of its effect", low=0.01
    )
    swap_effect: float = param(
        0.5, "share", "hand-offs, stalls and failures between departments that role swaps spare", source="F33"
    )
    swap_scale: float = param(
        40.0, "$/employee-month", "spending on role swaps that reaches 63 % of their effect", low=0.01
    )
    pace: float = param(0.1, "share/month", "part of the gap to what is paid for that closes a month", source="F20")

    shared_record: float = lever(0.0, "$/month", "one record of each case for all departments", source="F22")
    role_swaps: float = lever(0.0, "$/month", "departments that swap roles for a fortnight now and then", source="F33")

    record_kept = column("firm", "float64", "how far the shared record is in use", "share")
    roles_known = column("firm", "float64", "how far departments know each other's work", "share")
    friction = column("firm", "float64", "factor of role swaps on failures", "ratio", start=1)

    routed = row_list(
        dtype="int8",
        doc="for each of `voiced`, what happens on its way: a sum of MISCLASSIFIED, PASSED_ON, STALLED, MISLAID",
    )
    lag_before = row_list(dtype="float64", doc="for each of `voiced`, months in the wrong department, before handling")
    lag_after = row_list(dtype="float64", doc="for each of `voiced`, months in other departments, after handling")

    cost_shared_record = metric("spent on the shared record", "$", account="cost", label="shared record")
    cost_role_swaps = metric("spent on role swaps", "$", account="cost", label="role swaps")

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
