"""The arithmetic that consultants do on a spreadsheet, after TARP: problems x voice x outcome x value.

Everyone is alike, every month is the mean month, nothing is remembered, nobody talks and no complaint waits. A row a
month, each cell a closed form of the one before. The monthly rates follow by algebra from what the scenario states.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyaltysim.calibration.feasible import monthly_hazard
from loyaltysim.core.words import OUTCOMES
from loyaltysim.scenario.book import levers

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

Levers = Mapping[str, float]
HALF_A_POST = 0.5
"""Posts are whole, and as many as customers need: half a post more than the quotient, in the mean."""


def saturation(x: float) -> float:
    """Give 1 - exp(-x), what spending of x times its scale reaches of the most it can."""
    return -math.expm1(-x)


def scale_reaching(spent: float, share: float) -> float:
    """Give the scale at which `spent` reaches a share of the most: the inverse of `saturation`."""
    return spent / -math.log1p(-share) if 0 < share < 1 else (1e-6 if share >= 1 else 1e12)


@dataclass(frozen=True)
class Rates:
    """Today's monthly rates, by algebra from what is stated.

    `leaving`: all who leave; `grieving`: chance of a problem worth leaving over; `silence`: share not voiced if nobody
    asks; `others`: hazard of all other reasons; `joining`: hazard of who is not a customer, `brought` the part of it
    that advertising brings. Scales as in the desk; `fast`: share of the solved that is fast.
    """

    leaving: float
    grieving: float
    of_staff: float
    of_product: float
    silence: float
    kept: dict[str, float]
    others: float
    answer_scale: float
    solve_scale: float
    fast: float
    joining: float
    brought: float


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
        self.rates = self._rates()

    def row(self, customers: float, levers: Levers, chosen: float) -> Month:
        """Reckon a month from the customers at its start; `chosen`: what selection has added to the staff's want."""
        spec, rates = self.spec, self.rates
        care, hires = self.staff(customers, levers, chosen)
        met = spec.service.encounters_mean * care
        over_staff = spec.service.encounters_mean * (1 - care) * rates.of_staff
        grieving = saturation(over_staff + met * spec.touchpoints.failure * rates.of_product)
        asks = levers["voice.budget"] / spec.voice.price / customers
        voiced = 1 - rates.silence * spec.voice.silence_left**asks if spec.voice.on else 0.0
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

    def staff(self, customers: float, levers: Levers, chosen: float) -> tuple[float, float]:
        """Give care in its steady state at these levers, and hires a month."""
        staff = self.spec.staff
        posts = customers / staff.customers_each + HALF_A_POST
        reached = {
            name: saturation(levers[f"staff.{name}"] / (staff.effect_scale * posts)) if staff.on else 0.0
            for name in ("training", "treatment", "empowerment")
        }
        know = min(1.0, staff.know + staff.training_effect * reached["training"])
        want = min(1.0, staff.want + staff.treatment_effect * reached["treatment"] + chosen)
        can = min(1.0, staff.can + staff.empowerment_effect * reached["empowerment"])
        quits = staff.turnover * math.exp(-staff.turnover_slope * (want - staff.want)) if staff.on else 0.0
        return know * want * can, posts * quits

    def chosen(self, levers: Levers) -> float:
        """Give what selection adds to the want of those hired."""
        staff = self.spec.staff
        return float(staff.selectivity_effect * saturation(levers["staff.selectivity"] / staff.selectivity_scale))

    def desk(self, cases: float, care: float, levers: Levers) -> tuple[float, float]:
        """Give the shares answered and, of these, solved, by spending a case; no case waits."""
        desk, rates = self.spec.desk, self.rates
        if not desk.on:
            return 0.0, 0.0
        each = levers["desk.budget"] * (1 - levers["desk.causes"]) / max(1.0, cases)
        chance = min(1.0, desk.solvable * saturation(each / rates.solve_scale) * self._carried(care))
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
        months, chosen = list[Month](), self.chosen(self.today)
        for month in range(self.spec.months + 1):
            at = min(month, self.spec.months - 1)
            levers = {**self.today, **{path: values[at] for path, values in plan.items()}}
            chosen += self.spec.staff.turnover * (self.chosen(levers) - chosen)
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

    def _carried(self, care: float) -> float:
        staff = self.spec.staff
        usual = max(staff.know * staff.want * staff.can, 0.001)
        return float(1 + self.spec.desk.care_weight * (care / usual - 1))

    def _rates(self) -> Rates:
        spec, stated = self.spec, self.spec.stated
        leaving, reasons, outcomes = monthly_hazard(spec), stated.reasons, stated.outcomes
        small, kept = spec.grievance.small_share, {}
        for name in OUTCOMES:
            large_one, small_one = (getattr(block, name) for block in (spec.recovery.kept, spec.recovery.kept_small))
            kept[name] = spec.recovery.behaviour * ((1 - small) * large_one + small * small_one)
        over = reasons.product + reasons.indifference
        kept_voiced = sum(getattr(outcomes, name) * kept[name] for name in OUTCOMES[1:])
        spoke = min(0.999, (1 - stated.silent_share_of_lost) / over) if over and spec.voice.on else 0.0
        odds = spoke / (1 - spoke) * (1 - kept["silent"]) / max(1e-9, 1 - kept_voiced)
        voiced = odds / (1 + odds)
        grieving = over * leaving / max(1e-9, 1 - (1 - voiced) * kept["silent"] - voiced * kept_voiced)
        people, customers = spec.market.people, spec.market.customers
        care, _ = self.staff(customers, self.today, self.chosen(self.today))
        felt, met = -math.log1p(-min(grieving, 0.999999)), spec.service.encounters_mean
        of_staff, of_product = (felt * part / over if over else 0.0 for part in (reasons.indifference, reasons.product))
        asks = self.today["voice.budget"] / spec.voice.price / customers
        each = self.today["desk.budget"] * (1 - self.today["desk.causes"]) / max(1.0, voiced * grieving * customers)
        answered, good = 1 - outcomes.ignored, outcomes.resolved + outcomes.resolved_fast
        soothed = math.exp(self.today["desk.compensation"] / spec.desk.compensation_scale)
        solved = 1 - (1 - good / max(1e-9, answered)) * soothed
        joins = leaving * customers / (people - customers)
        joining = -math.log1p(-min(joins, 0.999999)) if spec.joining.on else 0.0
        brought = self.today["advertising.budget"] / stated.acquisition_cost / (leaving * customers) if leaving else 0.0
        return Rates(
            leaving,
            grieving,
            of_staff / max(1e-12, met * (1 - care)),
            of_product / max(1e-12, met * care * spec.touchpoints.failure),
            min(1.0, (1 - voiced) / max(1e-12, spec.voice.silence_left**asks)),
            kept,
            math.log1p(-over * leaving) - math.log1p(-leaving),
            scale_reaching(each, answered),
            scale_reaching(each, max(0.0, solved) / (spec.desk.solvable * self._carried(care))),
            outcomes.resolved_fast / good if good else 0.0,
            joining,
            joining * min(1.0, brought) if spec.advertising.on else 0.0,
        )


PAID = ("budget", "training", "treatment", "empowerment", "sharing", "direct", "shared_record", "role_swaps")


def _is_on(spec: Any, path: str) -> bool:
    return bool(spec.mechanism(path.split(".", maxsplit=1)[0]).on)


def _at(scenario: Any, path: str) -> float:
    block, name = path.split(".", 1)
    return float(getattr(scenario.mechanism(block), name))
