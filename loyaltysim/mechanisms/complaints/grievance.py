"""A bad encounter becomes a grievance, a problem worth leaving over, the likelier the less satisfied the customer is.

A long relationship forgives some failures (F25): tenure lowers the chance of a grievance, never the chance to stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.codes import LONG_AGO
from loyaltysim.core.mechanism import Mechanism, column, metric, param, row_list, solved

if TYPE_CHECKING:
    from loyaltysim.core.random_streams import RngStream
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World


class Grievance(Mechanism):
    """Let customers grieve, at most once a month and not while a case of theirs is open."""

    needs = ("service", "recovery")
    dormant = {"slope": 0.0, "forgiveness": 1e12}

    indifference: float = solved(
        0.05,
        unit="chance/encounter",
        doc="base chance that an indifferent encounter becomes a grievance",
        source="F1, solved from the stated reasons",
    )
    product: float = solved(
        0.1,
        unit="chance/encounter",
        doc="base chance that a failure becomes a grievance",
        source="F2, solved from the stated reasons",
    )
    slope: float = param(
        3.0,
        unit="1/satisfaction",
        low=0,
        high=20,
        doc="how fast the chance rises as satisfaction falls",
        plausible=(0, 5),
    )
    middle: float = param(0.5, unit="0 to 1", low=0, high=1, doc="satisfaction at which the chance is the base chance")
    forgiveness: float = param(
        120.0, unit="months", low=1, doc="tenure that halves the chance of grieving", source="F25"
    )
    small_share: float = param(
        0.0,
        unit="share",
        low=0,
        high=1,
        doc="grievances over small problems (under 5 $)",
        source="K1",
        grade="secondary",
    )
    memory: int = param(
        12, unit="months", low=0, high=1200, doc="a grievance so soon after the last one is a repeated one"
    )

    kind = column("people", "int8", doc="what the last grievance was about: the reason if they leave over it")
    severity = column("people", "int8", doc="last grievance: large 0, small 1")
    grieved_month = column("people", "int16", unit="month", doc="month of the last grievance", start=LONG_AGO)
    repeated = column("people", "int8", doc="whether the last grievance came within a year of another")
    satisfaction_spoilt = column("people", "float32", unit="0 to 1", doc="satisfaction before the last grievance")

    grieved = row_list(doc="rows of the customers with a grievance this month")

    grievances = metric(unit="grievances", better="lower", doc="problems worth leaving over")
    grievances_indifference = metric(unit="grievances", better="lower", doc="grievances over indifferent service")
    grievances_product = metric(unit="grievances", better="lower", doc="grievances over product or process")
    grievances_repeated = metric(unit="grievances", better="lower", doc="grievances soon after another one")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Find this month's grievances among the bad encounters."""
        people = world.people
        parts = threads.over_row_list(
            kernels.complaints.grieve, world.customers_now, people.generation, rng("grieves"), world.month, people.indifferent,
            people.failed, people.satisfaction, people.satisfaction_before, people.tenure, people.fickleness, people.open_case,
            self.indifference, self.product, self.slope, self.middle, self.forgiveness, self.small_share, self.memory,
            world.sinned, world.sin_weight,
            people.kind, people.severity, people.grieved_month, people.repeated, people.satisfaction_spoilt,
        )  # fmt: skip
        found, of_products, again = zip(*parts, strict=True)
        rows, of_product = threads.join_ranges(found), sum(of_products)
        world.grieved = rows
        report(
            grievances_repeated=sum(again),
            grievances=rows.size,
            grievances_product=of_product,
            grievances_indifference=rows.size - of_product,
        )
