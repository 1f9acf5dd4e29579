"""A voiced complaint comes to a desk with few hands: it is ignored, logged without being solved, resolved, or resolved
fast.

A case goes its way (F29) in events inside the month: it arrives at an instant, is recorded, classified and assigned,
waits for one of the handlers with finite hours, who take them first ready first served, is solved or not, perhaps after
other departments, called back or not, and closed. What is not handled waits into the next month (F30). More money a
case means more answered and more solved.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.codes import DAYS_A_MONTH, HOURS_A_MONTH
from loyaltysim.core.mechanism import Mechanism, RngStream, World, column, lever, metric, param, row_list, solved
from loyaltysim.core.records import Report
from loyaltysim.core.tables import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


NEVER_BUSY = -1e9
OF_CASES = ("begun", "closed", "counted_solved", "called_back", "reopened", "misclassified", "passed_on", "stalled")
COUNTS = ("acknowledged", *(f"cases_{what}" for what in OF_CASES))
"""What the kernel counts, in its order."""


class Desk(Mechanism):
    """Give this month's complaints, and those still waiting, what the desk's hours allow."""

    needs = ("voice", "recovery")

    answer_scale: float = solved(
        65.0,
        "$/case",
        "spending a case at which 63 % are acknowledged",
        low=1e-6,
        source="F7, solved from the stated outcomes",
    )
    solve_scale: float = solved(
        120.0,
        "$/case",
        "spending a case at which 63 % of the most are resolved",
        low=1e-6,
        source="F7, solved from the stated outcomes",
    )
    hours_a_case: float = solved(
        3.0, "hours/case", "mean handling time of a case", low=1e-6, source="F30, solved from the stated outcomes"
    )
    solvable: float = param(0.9, "share", "most of the acknowledged cases that can be resolved")
    promise_hours: float = param(
        24.0,
        "hours",
        "an answer within this time keeps the promise; later it is not fast",
        low=0,
        source="F30",
        plausible=(4, 72),
    )
    quick_hours: float = param(
        24.0,
        "hours",
        "an answer within this time feels fast, if it also keeps the promise: a longer promise makes no answer faster",
        low=0,
        source="F30",
        plausible=(4, 72),
    )
    wage: float = param(25.0, "$/hour", "cost of a handler's hour", low=0.01)
    handler_hours: float = param(
        160.0,
        "hours/month",
        "hours a full-time handler works a month; what is left over hires a part-timer",
        low=1,
        high=744,
    )
    care_weight: float = param(
        0.5, "share", "how far the staff's care and empowerment carry into resolving", source="F31"
    )
    intake_hours: float = param(
        2.0, "hours", "time in which a recorded case is classified and assigned", low=0, source="F29"
    )
    patience: float = param(3.0, "months", "a case that is not answered in this time ends unsolved", low=0.1)
    analysis_hours: float = param(0.5, "hours/case", "time to find the cause of one closed case", low=0.01)
    compensation_scale: float = param(
        100.0, "$/case", "compensation that satisfies 63 % of the unsolved", low=0.01, source="F30"
    )

    budget: float = lever(2_000.0, "$/month", "the complaint desk: handlers and what they need", main=True)
    causes: float = lever(
        0.05,
        "share",
        "part of the desk's time spent on analysing causes",
        cost="taken from the desk's budget",
        source="F8",
    )
    compensation: float = lever(0.0, "$/case", "compensation for each acknowledged case", cost="per case", source="F30")

    open_case = column("people", "int8", "has a case open", writers="departure")
    person_row = column("cases", "int32", "whose case it is")
    opened = column("cases", "float64", "instant of arrival", "months")
    effort = column("cases", "float64", "handling time it needs", "hours")
    delay = column("cases", "float64", "delay in other departments after handling", "months")
    due = column("cases", "float64", "instant at which its outcome is known; infinite until a handler begins", "months")
    month_opened = column("cases", "int16", "month of arrival", "month")
    ready = column("cases", "float64", "instant from which a handler can take it", "months")
    reopened = column("cases", "int16", "how often it was reopened")
    mislaid = column("cases", "int8", "whether it was mislaid between departments, so that nobody solves it")
    free_at = column("handlers", "float64", "instant at which the handler is free", "months", start=NEVER_BUSY)
    open_cases = column("firm", "int64", "cases on the desk's list", "cases")
    handlers_now = column("firm", "int64", "full-time handlers at work")
    part_free_at = column("firm", "float64", "instant at which the part-timer is free", "months", start=NEVER_BUSY)
    money_for_causes = column("firm", "float64", "spent on causes last month", "$")

    compensated = column("firm", "float64", "compensation offered last month", "$/case")
    desk_open = column("firm", "int8", "whether there is a desk")

    closed = row_list(doc="rows of the complainers whose outcome is known this month")
    closed_as = row_list(dtype="int8", doc="their outcomes")

    acknowledged = metric("complaints that became a case", "cases", better="higher")
    cases_misclassified = metric("of these, assigned to the wrong department first", "cases", better="lower")
    cases_passed_on = metric("of these, passed on to another department", "cases", better="lower")
    cases_stalled = metric("of these, stalled between departments", "cases", better="lower")
    cases_begun = metric("cases that a handler began", "cases", better="higher")
    cases_counted_solved = metric("cases that the desk counts as solved", "cases", better="higher")
    cases_called_back = metric("of these, called back", "cases")
    cases_reopened = metric("of these, reopened because they were not solved", "cases")
    cases_closed = metric("acknowledged cases whose outcome became known", "cases")
    cases_analysed = metric("closed cases whose cause was looked for", "cases", better="higher")
    response_months = metric("summed months from complaint to outcome, of acknowledged cases", "months")
    response_time = metric(
        "mean time from complaint to outcome",
        "months",
        over="ratio",
        of=("response_months", "cases_closed"),
        better="lower",
    )
    waiting_days = metric("mean age of the cases still open at the month's end", "days", over="mean", better="lower")
    cost_desk = metric("spent on the complaint desk", "$", account="cost", label="complaint desk")
    cost_compensation = metric("compensation paid", "$", account="cost")

    def begin(self, world: World, rng: RngStream) -> None:
        """Tell that there is a desk."""
        world.firm.desk_open[0] = self.on

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Answer, handle and conclude this month's cases."""
        people, cases, firm = world.people, world.cases, world.firm
        held, waiting = kernels.case_desk.forget_withdrawn(
            int(firm.open_cases[0]), *case_columns(cases), people.open_case
        )
        cases.reserve(held + world.voiced.size)
        money = self.budget * (1 - self.causes)
        false = float(firm.false_now[0])
        spent_each = money / max(1, world.voiced.size + waiting + false)
        answered = -math.expm1(-spent_each / self.answer_scale)
        false *= answered
        money = max(0.0, money - false * self.hours_a_case * self.wage)
        free_at, part_free_at, part_hours = self._handlers(world, money)
        left, firm.part_free_at[0], world.closed, world.closed_as, took, counts = kernels.case_desk.work(
            world.voiced, world.record_lag, world.lag_before, world.lag_after, world.routed, world.month,
            people.generation, rng("case"), rng.ever("case"), self.intake_hours / HOURS_A_MONTH, answered,
            self._chance_solved(world, spent_each), float(firm.not_solved[0]), float(firm.called_back[0]),
            min(self.promise_hours, self.quick_hours) / HOURS_A_MONTH, self.patience, self.hours_a_case, free_at,
            self.handler_hours, part_free_at, part_hours, held, *case_columns(cases), people.open_case,
        )  # fmt: skip
        firm.open_cases[0] = left
        firm.money_for_causes[0] = self.budget * self.causes
        firm.compensated[0] = self.compensation
        report.all(COUNTS, counts.tolist())
        acknowledged, ended = report["acknowledged"], report["cases_closed"]
        report(
            cases_analysed=min(ended, self.budget * self.causes / self.wage / self.analysis_hours),
            response_months=took,
            waiting_days=DAYS_A_MONTH * float((world.month + 1 - cases.opened[:left]).sum()) / left if left else 0.0,
            cost_desk=self.budget,
            cost_compensation=(acknowledged + false * (1 - float(firm.unmasked[0]))) * self.compensation,
        )

    def _handlers(self, world: World, money: float) -> tuple[NDArray, float, float]:
        """Return the instants at which the full-time handlers whom the money pays and the part-timer are free, and the
        part-timer's hours.

        Of last month's, those who are free soonest stay; the first one added was the part-timer before.
        """
        firm, hours = world.firm, money / self.wage
        full = math.floor(hours / self.handler_hours)
        before, part = int(firm.handlers_now[0]), float(firm.part_free_at[0])
        world.handlers.reserve(full)
        free_at = world.handlers.free_at
        if full > before:
            free_at[before], free_at[before + 1 : full], part = part, NEVER_BUSY, NEVER_BUSY
        free_at[: max(before, full)].sort()
        firm.handlers_now[0] = full
        return free_at[:full], part, hours - full * self.handler_hours

    def _chance_solved(self, world: World, spent_each: float) -> float:
        usual, now = float(world.firm.care_usual[0]), float(world.firm.care_now[0])
        carried = 1 + self.care_weight * (now / max(usual, 0.001) - 1)
        chance = min(1.0, self.solvable * -math.expm1(-spent_each / self.solve_scale) * carried)
        return 1 - (1 - chance) * math.exp(-self.compensation / self.compensation_scale)


def case_columns(cases: Table) -> tuple[NDArray, ...]:
    """Return the columns of the open cases, in the order in which the kernels take them."""
    return (
        cases.person_row, cases.opened, cases.ready, cases.effort, cases.delay, cases.due, cases.month_opened,
        cases.reopened, cases.mislaid,
    )  # fmt: skip
