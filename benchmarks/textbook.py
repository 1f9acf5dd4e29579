"""The month's core as an ordinary Mesa model: one agent a person, no columns, no kernels.

Written from docs/odd.md by reading; nothing of loyaltysim is imported. It takes a resolved scenario as a plain dict of
path -> value. The core: constant care, a desk whose handlers are never busy, no hand-offs, no causes mended, no reviews,
no win-back, no burn-in. `benchmarks.docking` compares it with the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import exp
from typing import Any

import mesa

from benchmarks.textbook_person import CUSTOMER, LOST, Person

WITHOUT = {"reviews.on": False, "winback.budget": 0.0, "market.burn_in": 0, "desk.causes": 0.0, "desk.intake_hours": 0.0,
           "channels.on": False, "handoffs.on": False, "follow_up.on": False, "apology.on": False,
           "surveys.budget": 0.0, "survey_fatigue.on": False, "false_claims.on": False}  # fmt: skip
CONSTANT_CARE = {"staff.spread": 0.0, "staff.turnover": 0.0, "staff.overload_effect": 0.0}
ALL_ALIKE = {
    "touchpoints.differ": 0.0,
    "touchpoints.repair": 0.0,
    "touchpoints.first_impression": 0.0,
    "consistency.on": False,
    "manners.on": False,
}
UNTRAINED = {f"staff.{lever}": 0.0 for lever in ("training", "treatment", "empowerment", "sharing", "selectivity")}
AS_RESTED = {"burnout.on": False, "sins.on": False}
UNMOVED = {"joining.fickle_draw": 0.0, "complexity.growth": 0.0, "rivals.offers": 0.0, "rivals.reaction": 0.0}
CORE = {
    **WITHOUT, **AS_RESTED, **CONSTANT_CARE, **UNTRAINED, **ALL_ALIKE, **UNMOVED, "market.fickleness_kind": "gamma",
}  # fmt: skip
"""What must stand at these values, because the core has no rule for anything else."""


class TextbookMarket(mesa.Model):
    """A market of people, a month a step; `values` is the resolved scenario, path -> value."""

    def __init__(self, values: Mapping[str, Any], rng: int) -> None:
        super().__init__(rng=rng)
        beyond = [path for path, value in CORE.items() if values[path] != value]
        if beyond or values["market.network.kind"] not in ("none", "small_world"):
            raise ValueError(f"beyond the core: {', '.join(beyond) or values['market.network.kind']}; it needs {CORE}")
        self.values, self.month, self.tally = values, 0, Counter()
        self.care = values["staff.know"] * values["staff.want"] * values["staff.can"]
        table = values["touchpoints.table"]
        self.importances = [row["importance"] for row in table]
        mean = sum(row["importance"] * row["failure"] for row in table) / sum(self.importances)
        self.failure_rates = [min(values["touchpoints.failure"] * row["failure"] / mean, 1) for row in table]
        self.everyone = [Person(self) for _ in range(values["market.people"])]
        if values["market.network.kind"] == "small_world":
            self.tie_small_world()
        self.choose_first_customers()
        self.datacollector = mesa.DataCollector({name: name for name in ("customers", "margin", "told")})
        self.datacollector.collect(self)

    def tie_small_world(self) -> None:
        """Tie each to the next few round a ring, some of the ties to anyone instead."""
        for row, person in enumerate(self.everyone):
            for step in range(1, max(1, self.values["market.network.ties"] // 2) + 1):
                other = self.everyone[(row + step) % len(self.everyone)]
                if self.random.random() < self.values["market.network.rewired"]:
                    other = self.anyone_but(person)
                person.ties.append(other)
                other.ties.append(person)

    def choose_first_customers(self) -> None:
        """Choose who is a customer at the start, and since when, and who is lost: the steadier, the likelier to be here."""
        values, wait = self.values, self.random.expovariate
        proneness = {person: 0.05 + person.fickleness for person in self.everyone}
        race = sorted(self.everyone, key=lambda person: wait(1) * proneness[person])
        customers, prospects = race[: values["market.customers"]], race[values["market.customers"] :]
        leaving = 1 - (1 - values["stated.churn_annual"]) ** (1 / 12)
        mean = sum(proneness[person] for person in customers) / len(customers)
        for person in customers:
            person.become_customer(int(min(wait(max(leaving * proneness[person] / mean, 1e-6)), 600)))
        forget = values["joining.forget"]
        number = min(round(leaving * len(customers) * forget), len(prospects) // 2)
        for place, person in enumerate(sorted(prospects, key=lambda one: wait(1) / proneness[one])[:number]):
            person.status, person.reason, person.left_month = LOST, "indifference", -1 - place % forget

    @property
    def customers(self) -> int:
        return sum(person.status == CUSTOMER for person in self.everyone)

    @property
    def margin(self) -> float:
        return sum(person.margin for person in self.everyone if person.status == CUSTOMER)

    @property
    def told(self) -> int:
        return self.tally["messages_good"] + self.tally["messages_bad"]

    def step(self) -> None:
        """Play a month. Within it people meet only in what the stages below hand on, so order among them is free."""
        values, self.month, before = self.values, self.month + 1, self.tally.copy()
        for person in self.everyone:
            if person.reason in ("died", "moved"):
                person.be_new()
        self.agents.do("hear")
        customers = self.agents.select(lambda person: person.status == CUSTOMER)
        self.asks = values["voice.budget"] / values["voice.price"] / max(1, len(customers))
        customers.shuffle_do("meet_the_company")
        self.fund_desk(self.tally["complaints"] - before["complaints"])
        customers.shuffle_do("settle")
        customers.shuffle_do("spread")
        reach = 1 - exp(-values["advertising.budget"] / values["advertising.scale"])
        self.pull = values["advertising.strength"] * reach + values["joining.unprompted"]
        self.pull += values["joining.imitation"] * len(customers) / len(self.everyone)
        self.agents.select(lambda person: person.status != CUSTOMER).shuffle_do("join_or_not")
        spent = values["voice.budget"] + values["desk.budget"] + values["advertising.budget"]
        spent += values["desk.compensation"] * (self.tally["acknowledged"] - before["acknowledged"])
        paid = self.datacollector.model_vars["margin"][-1]
        self.tally["npv"] += (paid - spent) / (1 + values["discount_rate"]) ** (self.month / 12)
        self.tally["customers_start"] += len(customers)
        self.datacollector.collect(self)

    def fund_desk(self, complaints: int) -> None:
        """Spread the desk's money over its cases."""
        values = self.values
        self.money_a_case = values["desk.budget"] / max(1, complaints)
        hours = values["desk.budget"] / values["desk.wage"]
        handlers = int(hours / values["desk.handler_hours"])
        if complaints > handlers:
            raise ValueError(f"beyond the core: {complaints} complaints a month keep {handlers} handlers busy")
        solved = min(1, values["desk.solvable"] * (1 - exp(-self.money_a_case / values["desk.solve_scale"])))
        self.chance_resolved = 1 - (1 - solved) * exp(-values["desk.compensation"] / values["desk.compensation_scale"])

    def npv(self) -> float:
        """Return the discounted net margin so far, and what those still customers are worth at the stated churn."""
        stay = (1 - self.values["stated.churn_annual"]) ** (1 / 12)
        month = (1 + self.values["discount_rate"]) ** (-1 / 12)
        return self.tally["npv"] + self.margin * month ** (self.month + 1) / (1 - stay * month)

    def poisson(self, mean: float) -> int:
        """Draw a Poisson number: how many exponential waits fit into `mean`."""
        number, left, floor = 0, self.random.random(), exp(-mean)
        while left > floor:
            number, left = number + 1, left * self.random.random()
        return number

    def anyone_but(self, person: Person) -> Person:
        """Draw anyone else, all alike."""
        while (other := self.random.choice(self.everyone)) is person:
            pass
        return other
