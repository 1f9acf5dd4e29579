"""A voiced complaint comes to a desk with few hands: it is ignored, logged without being solved, resolved, or resolved fast.

A case goes its way (F29) in events inside the month: it arrives at an instant, is recorded, classified and assigned,
waits for one of the handlers with finite hours, who take them first ready first served, is solved or not, perhaps after
other departments, called back or not, and closed. What is not handled waits into the next month (F30). More money a case
means more answered and more solved.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core.codes import DAYS_A_MONTH, HOURS_A_MONTH
from loyaltysim.core.mechanism import Mechanism, column, lever, metric, param, row_list, solved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import Table, World

NEVER_BUSY = -1e9
COUNTS = (
    "acknowledged",
    "cases_begun",
    "cases_closed",
    "cases_counted_solved",
    "cases_called_back",
    "cases_reopened",
    "cases_misclassified",
    "cases_passed_on",
    "cases_stalled",
)
"""What the kernel counts, in its order."""


class Desk(Mechanism):
    """Give this month's complaints, and those still waiting, what the desk's hours allow."""

    needs = ("voice", "recovery")

    answer_scale: float = solved(
        65.0,
        unit="$/case",
        low=1e-6,
        doc="spending a case at which 63 % are acknowledged",
        source="F7, solved from the stated outcomes",
    )
    solve_scale: float = solved(
        120.0,
        unit="$/case",
        low=1e-6,
        doc="spending a case at which 63 % of the most are resolved",
        source="F7, solved from the stated outcomes",
    )
    hours_a_case: float = solved(
        3.0,
        unit="hours/case",
        low=1e-6,
        doc="mean handling time of a case",
        source="F30, solved from the stated outcomes",
    )
    solvable: float = param(0.9, unit="share", low=0, high=1, doc="most of the acknowledged cases that can be resolved")
    promise_hours: float = param(
        24.0,
        unit="hours",
        low=0,
        doc="an answer within this time keeps the promise; later it is not fast",
        source="F30",
        plausible=(4, 72),
    )
    quick_hours: float = param(
        24.0,
        unit="hours",
        low=0,
        doc="an answer within this time feels fast, if it also keeps the promise: a longer promise makes no answer faster",
        source="F30",
        plausible=(4, 72),
    )
    wage: float = param(25.0, unit="$/hour", low=0.01, doc="cost of a handler's hour")
    handler_hours: float = param(
        160.0,
        unit="hours/month",
        low=1,
        high=744,
        doc="hours a full-time handler works a month; what is left over hires a part-timer",
    )
    care_weight: float = param(
        0.5,
        unit="share",
        low=0,
        high=1,
        doc="how far the staff's care and empowerment carry into resolving",
        source="F31",
    )
    intake_hours: float = param(
        2.0, unit="hours", low=0, doc="time in which a recorded case is classified and assigned", source="F29"
    )
    patience: float = param(3.0, unit="months", low=0.1, doc="a case that is not answered in this time ends unsolved")
    analysis_hours: float = param(0.5, unit="hours/case", low=0.01, doc="time to find the cause of one closed case")
    compensation_scale: float = param(
        100.0, unit="$/case", low=0.01, doc="compensation that satisfies 63 % of the unsolved", source="F30"
    )

    budget: float = lever(2_000.0, unit="$/month", doc="the complaint desk: handlers and what they need", main=True)
    causes: float = lever(
        0.05,
        unit="share",
        high=1,
        doc="part of the desk's time spent on analysing causes",
        cost="taken from the desk's budget",
        source="F8",
    )
    compensation: float = lever(
        0.0, unit="$/case", doc="compensation for each acknowledged case", cost="per case", source="F30"
    )

    open_case = column("people", "int8", doc="has a case open", writers="departure")
    person_row = column("cases", "int32", doc="whose case it is")
    opened = column("cases", "float64", unit="months", doc="instant of arrival")
    effort = column("cases", "float64", unit="hours", doc="handling time it needs")
    delay = column("cases", "float64", unit="months", doc="delay in other departments after handling")
    due = column(
        "cases", "float64", unit="months", doc="instant at which its outcome is known; infinite until a handler begins"
    )
    month_opened = column("cases", "int16", unit="month", doc="month of arrival")
    ready = column("cases", "float64", unit="months", doc="instant from which a handler can take it")
    reopened = column("cases", "int16", doc="how often it was reopened")
    mislaid = column("cases", "int8", doc="whether it was mislaid between departments, so that nobody solves it")
    free_at = column("handlers", "float64", unit="months", doc="instant at which the handler is free", start=NEVER_BUSY)
    open_cases = column("firm", "int64", unit="cases", doc="cases on the desk's list")
    handlers_now = column("firm", "int64", doc="full-time handlers at work")
    part_free_at = column(
        "firm", "float64", unit="months", doc="instant at which the part-timer is free", start=NEVER_BUSY
    )
    money_for_causes = column("firm", "float64", unit="$", doc="spent on causes last month")

    compensated = column("firm", "float64", unit="$/case", doc="compensation offered last month")
    desk_open = column("firm", "int8", doc="whether there is a desk")

    closed = row_list(doc="rows of the complainers whose outcome is known this month")
    closed_as = row_list(dtype="int8", doc="their outcomes")

    acknowledged = metric(unit="cases", better="higher", doc="complaints that became a case")
    cases_misclassified = metric(unit="cases", better="lower", doc="of these, assigned to the wrong department first")
    cases_passed_on = metric(unit="cases", better="lower", doc="of these, passed on to another department")
    cases_stalled = metric(unit="cases", better="lower", doc="of these, stalled between departments")
    cases_begun = metric(unit="cases", better="higher", doc="cases that a handler began")
    cases_counted_solved = metric(unit="cases", better="higher", doc="cases that the desk counts as solved")
    cases_called_back = metric(unit="cases", doc="of these, called back")
    cases_reopened = metric(unit="cases", doc="of these, reopened because they were not solved")
    cases_closed = metric(unit="cases", doc="acknowledged cases whose outcome became known")
    cases_analysed = metric(unit="cases", better="higher", doc="closed cases whose cause was looked for")
    response_months = metric(unit="months", doc="summed months from complaint to outcome, of acknowledged cases")
    response_time = metric(
        unit="months",
        over="ratio",
        of=("response_months", "cases_closed"),
        better="lower",
        doc="mean time from complaint to outcome",
    )
    waiting_days = metric(
        unit="days", over="mean", better="lower", doc="mean age of the cases still open at the month's end"
    )
    cost_desk = metric(unit="$", account="cost", doc="spent on the complaint desk")
    cost_compensation = metric(unit="$", account="cost", doc="compensation paid")

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
        free_at, part_free_at, part_hours = self._handlers(
            world, max(0.0, money - false * self.hours_a_case * self.wage)
        )
        left, firm.part_free_at[0], world.closed, world.closed_as, took, counts = kernels.case_desk.work(
            world.voiced, world.record_lag, world.lag_before, world.lag_after, world.routed, world.month, people.generation,
            rng("case"), rng.ever("case"), self.intake_hours / HOURS_A_MONTH, answered,
            self._chance_solved(world, spent_each), float(firm.not_solved[0]), float(firm.called_back[0]),
            min(self.promise_hours, self.quick_hours) / HOURS_A_MONTH, self.patience, self.hours_a_case, free_at, self.handler_hours, part_free_at,
            part_hours, held, *case_columns(cases), people.open_case,
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
        """Give the instants at which the full-time handlers whom the money pays and the part-timer are free, and the
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
