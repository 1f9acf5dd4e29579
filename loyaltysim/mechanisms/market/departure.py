"""The other reasons to leave compete each month: died or closed, moved, followed friends, lured by a rival (F2).

Each departure has exactly one reason. A customer lost over a grievance or to a rival is mostly a rival's customer won
(F26), and the neighbours notice. Where everyone must have a supplier, every customer lost is a rival's won.
"""

from __future__ import annotations

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.codes import FRIENDS, LEFT, LOST, NEVER_COMPLAINED, REASONS
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, metric, param, row_list, solved

BY_REASON = (*LEFT, *NEVER_COMPLAINED)


class Departure(Mechanism):
    """Draw who leaves for another reason than a grievance, and let it be noticed."""

    always = True

    died: float = solved(0.0002, "1/month", "hazard to die or close", source="F2, solved from the stated reasons")
    moved: float = solved(0.0006, "1/month", "hazard to move away", source="F2, solved from the stated reasons")
    to_rival: float = param(0.8, "share", "of those who leave over a grievance, those who go to a rival", source="F26")

    gone = row_list(doc="rows of those who died or moved this month")

    left = metric("customers who left", "customers", better="lower", headline=True)
    for _reason in REASONS:
        locals()[f"left_{_reason}"] = metric(f"customers who left: {_reason}", "customers", better="lower")
    for _reason in REASONS:
        locals()[f"never_complained_{_reason}"] = metric(
            f"of these ({_reason}), who never complained while a customer", "customers"
        )
    del _reason
    left_voiced = metric("customers who left over a grievance that they had voiced", "customers")
    left_unvoiced = metric("departures without a voiced grievance behind them", "customers")
    never_complained = metric("customers who left without ever having complained", "customers")
    lost_to_rivals = metric("customers who left and went to a rival", "customers", better="lower")
    lost_margin = metric("monthly margin of the customers who left", "$/month", better="lower")
    left_top_tenth = metric(
        "of those who left, those who paid like the top tenth of month 0", "customers", better="lower"
    )
    lost_margin_top_tenth = metric("monthly margin of these", "$/month", better="lower")
    lost_margin_each = metric(
        "mean monthly margin of a customer who left", "$/month", over="ratio", of=("lost_margin", "left")
    )
    withdrawn = metric("open cases of customers who left for another reason", "cases")
    complaints_open = metric("cases open at the month's end", "cases", over="end", better="lower")
    churn_annual = metric(
        "annual churn",
        "share/year",
        over="ratio",
        of=("left", "customers_start"),
        annual=True,
        better="lower",
        headline=True,
    )
    silent_share_of_lost = metric(
        "share of the lost who left without a voiced grievance behind it",
        "share",
        over="ratio",
        of=("left_unvoiced", "left"),
        better="lower",
    )
    never_complained_share = metric(
        "share of the lost who never complained while a customer",
        "share",
        over="ratio",
        of=("never_complained", "left"),
        better="lower",
    )

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Draw the month's other departures and sum up all of them."""
        people = world.people
        to_rival = max(self.to_rival * float(world.firm.rivals_supply[0]), float(world.firm.all_supplied[0]))
        parts = threads.over_row_list(
            kernels.churn.depart, world.customers_now, people.generation, rng("leaves"), world.month, self.died,
            self.moved, people.following, people.lured, people.complained, people.status, people.reason,
            people.left_month, people.open_case,
        )  # fmt: skip
        counts, gone, defectors = zip(*parts, strict=True)
        kernels.churn.notice(
            threads.join_ranges(defectors), people.generation, rng("turns to"),
            people.reason, to_rival, world.first, world.tie, people.exposure, people.with_rival,
        )  # fmt: skip
        if world.firm.all_supplied[0]:
            on_roll = world.customers_now
            people.with_rival[on_roll[(people.status[on_roll] == LOST) & (people.reason[on_roll] == FRIENDS)]] = 1
        margin, of_top, tops, gone_over = kernels.market.value_lost(
            world.customers_now, people.status, people.margin, people.with_rival, float(world.firm.top_margin[0])
        )
        report(lost_margin=margin, lost_margin_top_tenth=of_top, left_top_tenth=tops, lost_to_rivals=gone_over)
        world.gone = threads.join_ranges(gone)
        *more, withdrawn = threads.count_ranges(counts)
        by_reason = [report[name] + number for name, number in zip(BY_REASON, more, strict=True)]
        report.all(BY_REASON, by_reason)
        left = sum(by_reason[: len(LEFT)])
        report(
            left=left,
            left_unvoiced=left - report["left_voiced"],
            never_complained=sum(by_reason[len(LEFT) :]),
            withdrawn=withdrawn,
            complaints_open=world.firm.open_cases[0] - withdrawn,
        )
