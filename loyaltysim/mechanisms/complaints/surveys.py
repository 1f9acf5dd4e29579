"""A sampled survey of all customers measures what the silent ones feel, and finds some of their grievances (F23).

What it measures has a sampling error, told beside it and beside the truth. A grievance that is found is handed to the
desk as if it had been voiced, but never in public. Who is asked also says whether they mean to leave; that is not what
they do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.codes import CUSTOMER
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, lever, metric, param, row_list

if TYPE_CHECKING:
    from numpy.typing import NDArray


WIDEST_SPREAD = 0.5
"""The largest standard deviation that answers between 0 and 1 can have; taken where one answer shows none."""


class Surveys(Mechanism):
    """Ask a random sample of this month's customers."""

    price: float = param(2.0, "$/person", "cost of asking one person of the sample", low=0.001, plausible=(0.5, 30))
    response: float = param(
        0.3, "share", "of those asked, those who answer, if they were not asked lately", plausible=(0.05, 0.6)
    )
    telling: float = param(
        0.8,
        "share",
        "of those who answer with a grievance that they have not voiced, those who tell it",
        plausible=(0.4, 1),
    )
    goodwill: float = param(
        0.002,
        "satisfaction/ask",
        "satisfaction that being surveyed costs the rested",
        low=0,
        high=1,
        plausible=(0, 0.01),
    )
    intends_below: float = param(
        0.4,
        "0 to 1",
        "satisfaction below which a customer says that they will leave",
        source="the gap to what they do: Chandon, Morwitz and Reinartz 2005",
        plausible=(0.3, 0.6),
    )

    budget: float = lever(
        0.0, "$/month", "surveying a random sample of all customers, each at most once a month", source="F23"
    )

    found = row_list(doc="of those with a grievance this month, those silent ones whom the survey found")
    intending = row_list(doc="rows of those who said that they will leave")
    staying = row_list(doc="rows of those who said that they will stay")

    surveyed = metric("customers asked by a survey", "customers")
    survey_answers = metric("of these, those who answered", "customers", better="higher")
    survey_sum = metric("sum of satisfaction over those who answered", "customers")
    survey_error_sum = metric("each month's standard error times its answers", "customers")
    survey_customers = metric("customers in the months of a survey", "customer-months")
    survey_true_sum = metric("sum of satisfaction over all of them", "customer-months")
    survey_satisfaction = metric(
        "mean satisfaction as surveys measure it", "0 to 1", over="ratio", of=("survey_sum", "survey_answers")
    )
    survey_error = metric(
        "standard error of a single month's survey, not of survey_satisfaction over the horizon",
        "0 to 1",
        over="ratio",
        of=("survey_error_sum", "survey_answers"),
        better="lower",
    )
    survey_true = metric(
        "mean satisfaction of all customers when the surveys were made",
        "0 to 1",
        over="ratio",
        of=("survey_true_sum", "survey_customers"),
    )
    grievances_found = metric("silent grievances that a survey found", "grievances", better="higher")
    survey_intending = metric("of those who answered, those who said that they will leave", "customers")
    survey_intention = metric(
        "share of those who answered who said that they will leave",
        "share",
        over="ratio",
        of=("survey_intending", "survey_answers"),
        better="lower",
    )
    intended = metric("those who had said so a month ago", "customers")
    intended_left = metric("of these, those who left in that month", "customers")
    intention_kept = metric(
        "annual churn of those who had said that they will leave",
        "share/year",
        over="ratio",
        of=("intended_left", "intended"),
        annual=True,
    )
    denied = metric("those who had said a month ago that they will stay", "customers")
    denied_left = metric("of these, those who left in that month", "customers")
    intention_missed = metric(
        "annual churn of those who had said that they will stay",
        "share/year",
        over="ratio",
        of=("denied_left", "denied"),
        annual=True,
    )
    cost_surveys = metric("spent on surveys", "$", account="cost", label="surveys")

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """See who kept last month's word, then ask a sample, and hand what it finds to the desk."""
        self._look_back(world, report)
        nobody = np.empty(0, np.int32)
        world.found = world.intending = world.staying = nobody
        if self.budget > 0 and world.customers_now.size:
            self._ask(world, rng, report)
        report(cost_surveys=self.budget)

    def _look_back(self, world: World, report: Report) -> None:
        """Count who of last month's answers has left since; not in month 1, whose customers were founded anew."""
        if world.month == 1 or not world.intending.size + world.staying.size:
            return
        status = world.people.status
        report(
            intended=world.intending.size,
            intended_left=int(np.count_nonzero(status[world.intending] != CUSTOMER)),
            denied=world.staying.size,
            denied_left=int(np.count_nonzero(status[world.staying] != CUSTOMER)),
        )

    def _ask(self, world: World, rng: RngStream, report: Report) -> None:
        people, firm, everyone = world.people, world.firm, world.customers_now
        parts = threads.over_row_list(
            kernels.complaints.sample, everyone, people.generation, rng("asks"),
            min(1.0, self.budget / self.price / everyone.size), people.satisfaction,
        )  # fmt: skip
        asked = threads.join_ranges([rows for rows, _ in parts])
        draws = kernels.rng.uniforms(rng("answers"), asked, people.generation)
        answered = asked[draws < self.response * float(firm.willing[0])]
        told = people.satisfaction[answered].astype(float)
        leaving = told < self.intends_below
        world.intending, world.staying = answered[leaving], answered[~leaving]
        self._hand_over(world, rng, answered)
        cost = np.float32(self.goodwill * float(firm.ask_weight[0]))
        people.satisfaction[asked] = np.maximum(people.satisfaction[asked] - cost, 0)
        firm.asked_lately[0] += asked.size / everyone.size
        report(
            surveyed=asked.size,
            survey_answers=told.size,
            survey_sum=float(told.sum()),
            survey_error_sum=told.size * standard_error(told, everyone.size) if told.size else 0.0,
            survey_customers=everyone.size,
            survey_true_sum=threads.sum_ranges([totals for _, totals in parts]),
            grievances_found=world.found.size,
            survey_intending=world.intending.size,
        )

    def _hand_over(self, world: World, rng: RngStream, answered: NDArray) -> None:
        """Find silent grievances among the answers; they are complaints from here on, if there is a desk."""
        people = world.people
        silent = np.setdiff1d(world.grieved, world.voiced, assume_unique=True)
        met = np.intersect1d(silent, answered, assume_unique=True)
        draws = kernels.rng.uniforms(rng("tells"), met, people.generation)
        found = world.found = met[draws < self.telling]
        if world.firm.desk_open[0]:
            world.voiced = np.union1d(world.voiced, found)
            people.complained[found] = 1


def standard_error(answers: NDArray, customers: int) -> float:
    """Return the standard error of the mean of answers drawn without replacement from so many customers."""
    spread = float(np.std(answers, ddof=1)) if answers.size > 1 else WIDEST_SPREAD
    return spread * math.sqrt((1 - answers.size / customers) / answers.size)
