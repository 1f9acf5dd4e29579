"""The arithmetic that consultants do on a spreadsheet, after TARP: problems x voice x outcome x value.

Everyone is alike, every month is the mean month, nothing is remembered, nobody talks and no complaint waits. A row a
month, each cell a closed form of the one before. The monthly rates follow by algebra from what the scenario states.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyaltysim.experiments.spreadsheet_rates import rates_today
from loyaltysim.experiments.spreadsheet_staff import (
    Levers,
    care_and_hires,
    care_at_the_desk,
    chosen_want,
    saturation,
)
from loyaltysim.scenario.registry import levers

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario


@dataclass(frozen=True)
class Month:
    """One month's row: shares of a customer, and sums over all customers."""

    customers: float
    care: float
    problems: float
    voiced: float
    answered: float
    solved: float
    lost_over_problems: float
    left: float
    came: float
    told_bad: float
    told_good: float
    spent: float


class Spreadsheet:
    """The arithmetic of one scenario; `rates` are today's, `row` makes a month, `course` a strategy's whole horizon."""

    def __init__(self, scenario: Scenario) -> None:
        self.spec = scenario
        self.today: dict[str, float] = {path: _at(scenario, path) for path in levers()}
        self.rates = rates_today(scenario, self.today)

    def row(self, customers: float, levers: Levers, chosen: float) -> Month:
        """Reckon a month from the customers at its start; `chosen`: what selection has added to the staff's want."""
        spec, rates = self.spec, self.rates
        care, hires = care_and_hires(spec, customers, levers, chosen)
        met = spec.service.encounters_mean * care
        over_staff = spec.service.encounters_mean * (1 - care) * rates.of_staff
        grieving = saturation(over_staff + met * spec.touchpoints.failure * rates.of_product)
        asks = levers["voice.budget"] / spec.voice.price / customers
        unheard = rates.silence * spec.voice.silence_left**asks * (1 - self.found(customers, levers))
        voiced = 1 - unheard if spec.voice.on else 0.0
        cases = voiced * grieving * customers
        answered, solved = self.desk(cases, care, levers)
        mix = self.mix(answered, solved)
        kept_voiced = sum(share * rates.kept[name] for name, share in mix.items())
        lost = grieving * (1 - (1 - voiced) * rates.kept["silent"] - voiced * kept_voiced)
        left = 1 - (1 - lost) * math.exp(-rates.others)
        unhappy = grieving * (1 - voiced * answered * solved)
        happy = grieving - unhappy + (1 - grieving) * saturation(met * spec.service.wow)
        talk = spec.word_of_mouth if spec.word_of_mouth.on else None
        paid = sum(value for path, value in levers.items() if path.split(".")[1] in PAID and _is_on(spec, path))
        return Month(
            customers,
            care,
            grieving * customers,
            voiced,
            answered,
            solved,
            lost * customers,
            left * customers,
            self.came(customers, levers),
            unhappy * customers * talk.told_when_unhappy if talk else 0.0,
            happy * customers * talk.told_when_happy if talk else 0.0,
            paid
            + hires * (spec.staff.hire_cost + levers["staff.selectivity"])
            + cases * (answered * levers["desk.compensation"] + spec.channels.mean_cost()),
        )

    def found(self, customers: float, levers: Levers) -> float:
        """Give the share of the silent whose grievance a survey finds."""
        surveys = self.spec.surveys
        asked = min(1.0, levers["surveys.budget"] / surveys.price / customers)
        return asked * surveys.response * surveys.telling if surveys.on else 0.0

    def desk(self, cases: float, care: float, levers: Levers) -> tuple[float, float]:
        """Give the shares answered and, of these, solved, by spending a case; no case waits."""
        desk, rates = self.spec.desk, self.rates
        if not desk.on:
            return 0.0, 0.0
        each = levers["desk.budget"] * (1 - levers["desk.causes"]) / max(1.0, cases)
        chance = min(1.0, desk.solvable * saturation(each / rates.solve_scale) * care_at_the_desk(self.spec, care))
        unsolved = (1 - chance) * math.exp(-levers["desk.compensation"] / desk.compensation_scale)
        return saturation(each / rates.answer_scale), 1 - unsolved

    def mix(self, answered: float, solved: float) -> dict[str, float]:
        """Give the shares of the outcomes of what is voiced."""
        good, fast = answered * solved, self.rates.fast
        return {
            "ignored": 1 - answered,
            "logged": answered - good,
            "resolved": good * (1 - fast),
            "resolved_fast": good * fast,
        }

    def came(self, customers: float, levers: Levers) -> float:
        """Give who joins, and, at the mean margin, what is won back."""
        spec, rates = self.spec, self.rates
        back = 0.0
        if spec.winback.on and spec.market.margin_mean > 0:
            price = spec.winback.cost_per_dollar * spec.winback.horizon * spec.market.margin_mean
            back = levers["winback.budget"] / price
        if not spec.joining.on:
            return back
        most = saturation(self.today["advertising.budget"] / spec.advertising.scale)
        reach = saturation(levers["advertising.budget"] / spec.advertising.scale) / most if most else 0.0
        hazard = rates.joining - rates.brought + rates.brought * reach
        return (spec.market.people - customers) * saturation(hazard) + back

    def course(self, strategy: str) -> list[Month]:
        """Give a strategy's months 1..T and the month after, whose customers are those at the horizon's end."""
        plan, customers = self.spec.plan(strategy), float(self.spec.market.customers)
        months, chosen = list[Month](), chosen_want(self.spec, self.today)
        for month in range(self.spec.months + 1):
            at = min(month, self.spec.months - 1)
            levers = {**self.today, **{path: values[at] for path, values in plan.items()}}
            chosen += self.spec.staff.turnover * (chosen_want(self.spec, levers) - chosen)
            months.append(self.row(customers, levers, chosen))
            customers += months[-1].came - months[-1].left
        return months

    def npv(self, strategy: str) -> float:
        """Give a strategy's net present value, booked as the model's accounts book it."""
        months, margin = self.course(strategy), self.spec.market.margin_mean
        factor = (1 + self.spec.discount_rate) ** (-1 / 12)
        paid = sum((margin * month.customers - month.spent) * factor**t for t, month in enumerate(months[:-1], 1))
        later = self.spec.accounts.later_multiple(self.spec) * factor ** len(months)
        return float(paid + margin * months[-1].customers * later)

    def value_of_customer(self) -> float:
        """Give the present value of a customer's margin while they leave at today's rate, from next month on (K5)."""
        monthly = (1 + self.spec.discount_rate) ** (1 / 12) - 1
        return float(self.spec.market.margin_mean / (monthly + self.rates.leaving))


PAID = (
    "budget", "training", "treatment", "empowerment", "sharing", "hands", "leadership", "listening", "smile_campaign", "repair",
    "simplify", "standards", "restraint", "kindnesses", "direct", "shared_record", "role_swaps",
)  # fmt: skip


def _is_on(spec: Any, path: str) -> bool:
    return bool(spec.mechanism(path.split(".", maxsplit=1)[0]).on)


def _at(scenario: Any, path: str) -> float:
    block, name = path.split(".", 1)
    return float(getattr(scenario.mechanism(block), name))
