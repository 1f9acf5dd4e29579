"""A bad encounter becomes a grievance, a problem worth leaving over, the likelier the less satisfied the customer is.

A long relationship forgives some failures (F25): tenure lowers the chance of a grievance, never the chance to stay.
"""

from __future__ import annotations

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.codes import LONG_AGO
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param, row_list, solved


class Grievance(Mechanism):
    """Let customers grieve, at most once a month and not while a case of theirs is open."""

    needs = ("service", "recovery")
    dormant = {"slope": 0.0, "forgiveness": 1e12}

    indifference: float = solved(
        0.05,
        "chance/encounter",
        "base chance that an indifferent encounter becomes a grievance",
        source="F1, solved from the stated reasons",
    )
    product: float = solved(
        0.1,
        "chance/encounter",
        "base chance that a failure becomes a grievance",
        source="F2, solved from the stated reasons",
    )
    slope: float = param(
        3.0, "1/satisfaction", "how fast the chance rises as satisfaction falls", low=0, high=20, plausible=(0, 5)
    )
    middle: float = param(0.5, "0 to 1", "satisfaction at which the chance is the base chance")
    forgiveness: float = param(120.0, "months", "tenure that halves the chance of grieving", low=1, source="F25")
    small_share: float = param(
        0.0, "share", "grievances over small problems (under 5 $)", source="K1", grade="secondary"
    )
    memory: int = param(12, "months", "a grievance so soon after the last one is a repeated one", low=0, high=1200)

    kind = column("people", "int8", "what the last grievance was about: the reason if they leave over it")
    severity = column("people", "int8", "last grievance: large 0, small 1")
    grieved_month = column("people", "int16", "month of the last grievance", "month", start=LONG_AGO)
    repeated = column("people", "int8", "whether the last grievance came within a year of another")
    satisfaction_spoilt = column("people", "float32", "satisfaction before the last grievance", "0 to 1")

    grieved = row_list(doc="rows of the customers with a grievance this month")

    grievances = metric("problems worth leaving over", "grievances", better="lower")
    grievances_indifference = metric("grievances over indifferent service", "grievances", better="lower")
    grievances_product = metric("grievances over product or process", "grievances", better="lower")
    grievances_repeated = metric("grievances soon after another one", "grievances", better="lower")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Find this month's grievances among the bad encounters."""
        people = world.people
        parts = threads.over_row_list(
            kernels.complaints.grieve, world.customers_now, people.generation, rng("grieves"), world.month,
            people.indifferent, people.failed, people.satisfaction, people.satisfaction_before, people.tenure,
            people.fickleness, people.open_case, self.indifference, self.product, self.slope, self.middle,
            self.forgiveness, self.small_share, self.memory, world.sinned, world.sin_weight,
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
