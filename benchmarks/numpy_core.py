"""The month's core as a good NumPy user would write it: columns, masks and whole-array draws, nothing compiled here.

Written from docs/odd.md by reading; nothing of loyaltysim is imported. It takes a resolved scenario as a plain dict of
path -> value, covers what `benchmarks.textbook` covers, and is docked with the engine as that is. Encounters of each
kind are drawn as independent Poisson numbers (thinning): the same in law, and the cheapest that NumPy has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import exp, inf, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.numpy_desk import complain, conclude
from benchmarks.numpy_people import (
    CUSTOMER,
    INDIFFERENCE,
    LOGGED,
    LOST,
    MOVED,
    NONE,
    OUTCOMES,
    PRODUCT,
    PROSPECT,
    REASONS,
    RESOLVED,
    RIVAL,
    SILENT,
    People,
    Rows,
    small_world,
)
from benchmarks.numpy_talk import spread
from benchmarks.textbook import CORE


class NumpyMarket:
    """A market of people, a month a step; `values` is the resolved scenario, path -> value."""

    def __init__(self, values: Mapping[str, Any], rng: int) -> None:
        beyond = [path for path, value in CORE.items() if values[path] != value]
        if beyond or values["market.network.kind"] not in ("none", "small_world"):
            raise ValueError(f"beyond the core: {', '.join(beyond) or values['market.network.kind']}; it needs {CORE}")
        self.values, self.rng, self.month, self.tally = values, np.random.default_rng(rng), 0, Counter[str]()
        self.people = People(values, self.rng)
        self.first, self.tie = np.zeros(self.people.number + 1, np.int64), np.empty(0, np.int64)
        if values["market.network.kind"] == "small_world":
            ties, rewired = values["market.network.ties"], values["market.network.rewired"]
            self.first, self.tie = small_world(self.people, ties, rewired)
        self.people.choose_first_customers()
        self.kept = np.array(
            [[values[f"recovery.{kept}.{word}"] for word in OUTCOMES] for kept in ("kept", "kept_small")]
        )
        self.means = {kind: values["service.encounters_mean"] * share for kind, share in self.shares().items()}
        self.records: list[tuple[int, float, int]] = []
        self.report()

    def shares(self) -> dict[str, float]:
        """Return the share of each kind among encounters: constant care, and failures by the touchpoints' importance."""
        values, table = self.values, self.values["touchpoints.table"]
        care = values["staff.know"] * values["staff.want"] * values["staff.can"]
        weight = np.array([row["importance"] for row in table])
        weight /= weight.sum()
        relative = np.array([row["failure"] for row in table])
        rate = np.minimum(values["touchpoints.failure"] * relative / (weight @ relative), 1)
        failure, wow = care * (weight @ rate), care * (weight @ np.minimum(values["service.wow"], 1 - rate))
        return {"ordinary": care - failure - wow, "indifference": 1 - care, "failure": failure, "wow": wow}

    def step(self) -> None:
        """Play a month."""
        values, people, before = self.values, self.people, self.tally.copy()
        self.month += 1
        people.be_new(np.flatnonzero((people.reason >= 0) & (people.reason <= MOVED)))
        self.hear()
        customers = np.flatnonzero(people.status == CUSTOMER)
        people.tenure[customers] += 1
        met = {kind: self.rng.poisson(mean, customers.size) for kind, mean in self.means.items()}
        self.feel(customers, met)
        outcome = self.grieve(customers, met)
        self.decide(customers, outcome)
        self.depart(customers)
        spread(self, customers, outcome, met["wow"] > 0)
        self.join(len(customers))
        spent = values["voice.budget"] + values["desk.budget"] + values["advertising.budget"]
        spent += values["desk.compensation"] * (self.tally["acknowledged"] - before["acknowledged"])
        self.tally["npv"] += (self.records[-1][1] - spent) / (1 + values["discount_rate"]) ** (self.month / 12)
        self.tally["customers_start"] += customers.size
        self.report()

    def report(self) -> None:
        """Record the number of customers, their margin, and the messages told so far."""
        here = self.people.status == CUSTOMER
        told = self.tally["messages_good"] + self.tally["messages_bad"]
        self.records.append((int(np.count_nonzero(here)), float(self.people.margin.sum(where=here, dtype=float)), told))

    def hear(self) -> None:
        """Take in what was told last month, and forget some of the rest."""
        for mood in ("good", "bad"):
            heard, inbox = getattr(self.people, f"heard_{mood}"), getattr(self.people, f"inbox_{mood}")
            heard *= self.values["opinion.kept"]
            heard += inbox
            inbox[:] = 0

    def feel(self, customers: Rows, met: dict[str, NDArray[np.int64]]) -> None:
        """Move satisfaction and expectation by what was met against what was expected."""
        values, people = self.values, self.people
        encounters = sum(met.values())
        satisfaction, expectation = people.satisfaction[customers], people.expectation[customers]
        people.satisfaction_spoilt[customers] = satisfaction
        total = sum(np.float32(values[f"satisfaction.{kind}"]) * number for kind, number in met.items())
        gap = np.where(encounters > 0, total / np.maximum(encounters, 1) - expectation, 0).astype(np.float32)
        rises = gap > 0
        goal = np.clip(
            values["satisfaction.neutral"] + np.where(rises, gap, values["satisfaction.bad_weight"] * gap), 0, 1
        )
        moves = satisfaction + values["satisfaction.speed"] * (goal - satisfaction)
        people.satisfaction[customers] = np.where(encounters > 0, moves, satisfaction)
        pace = np.where(rises, np.float32(values["satisfaction.rises"]), np.float32(values["satisfaction.falls"]))
        people.expectation[customers] = np.clip(expectation + pace * gap + values["satisfaction.ratchet"] / 12, 0, 1)

    def grieve(self, customers: Rows, met: dict[str, NDArray[np.int64]]) -> NDArray[np.int8]:
        """Draw who grieves and who speaks up, and have the desk answer; gives each customer's outcome of this month."""
        values, people, rng = self.values, self.people, self.rng
        outcome = np.full(customers.size, NONE, np.int8)
        bad = np.flatnonzero((met["indifference"] + met["failure"] > 0) & np.isinf(people.case_due[customers]))
        rows, i, f = customers[bad], met["indifference"][bad], met["failure"][bad]
        shared = people.fickleness[rows] / (1 + people.tenure[rows] / np.float32(values["grievance.forgiveness"]))
        shared *= np.exp(values["grievance.slope"] * (values["grievance.middle"] - people.satisfaction[rows]))
        a, b = (np.minimum(1, values[f"grievance.{kind}"] * shared) for kind in ("indifference", "product"))
        grieves = rng.random(rows.size, np.float32) < 1 - (1 - a) ** i * (1 - b) ** f
        place, rows, by_indifference, by_failure = bad[grieves], rows[grieves], (i * a)[grieves], (f * b)[grieves]
        indifferent = rng.random(rows.size) * (by_indifference + by_failure) < by_indifference
        people.kind[rows] = np.where(indifferent, INDIFFERENCE, PRODUCT)
        people.is_small[rows] = rng.random(rows.size) < values["grievance.small_share"]
        people.is_repeated[rows] = self.month - people.grieved_month[rows] < values["grievance.memory"]
        people.grieved_month[rows] = self.month
        self.tally["grievances"] += rows.size
        asks = values["voice.budget"] / values["voice.price"] / max(1, customers.size)
        if asks:
            people.satisfaction[customers] = np.maximum(
                0, people.satisfaction[customers] - values["voice.goodwill"] * asks
            )
        silence = (1 - values["voice.unprompted"]) ** people.readiness[rows] * values["voice.silence_left"] ** asks
        voiced = rng.random(rows.size) < 1 - silence
        outcome[place[~voiced]] = SILENT
        chance = complain(self, rows[voiced], place[voiced], outcome)
        conclude(self, customers, outcome, chance)
        return outcome

    def decide(self, customers: Rows, outcome: NDArray[np.int8]) -> None:
        """Let those whose grievance is decided stay or leave over it."""
        values, people = self.values, self.people
        decided = np.flatnonzero(outcome != NONE)
        rows, now = customers[decided], outcome[decided]
        people.last_outcome[rows] = now
        for word, number in zip(OUTCOMES, np.bincount(now, minlength=len(OUTCOMES)), strict=True):
            self.tally[word] += int(number)
        stay = values["recovery.behaviour"] * self.kept[people.is_small[rows].astype(int), now]
        stay *= np.where(people.is_repeated[rows], values["recovery.repeat_factor"], 1)
        stays = self.rng.random(rows.size) < stay
        self.leave(rows[~stays], people.kind[rows[~stays]])
        won = rows[stays & (now >= RESOLVED)]
        satisfaction = people.satisfaction[won]
        satisfaction += values["recovery.restored"] * np.maximum(0, people.satisfaction_spoilt[won] - satisfaction)
        people.satisfaction[won] = satisfaction + values["recovery.paradox"] * (1 - satisfaction)

    def depart(self, customers: Rows) -> None:
        """Let other reasons compete for those who are still here; the effect of past defections then fades."""
        values, people, rng = self.values, self.people, self.rng
        rows = customers[people.status[customers] == CUSTOMER]
        fickleness, satisfaction = people.fickleness[rows], people.satisfaction[rows]
        opinion = people.heard_good[rows] - values["friends.bad_weight"] * people.heard_bad[rows]
        near = log(values["friends.ratio"]) * people.exposure[rows]
        friends = values["friends.base"] * fickleness * np.exp(near - values["friends.opinion_weight"] * opinion)
        people.exposure[customers] *= values["friends.keeps"]
        slope, middle = values["rivals.slope"], values["rivals.middle"]
        rival = values["rivals.base"] * fickleness * np.exp(slope * (middle - satisfaction))
        rival[people.is_committed[rows] & (satisfaction >= values["rivals.content"])] = 0
        always = values["departure.died"] + values["departure.moved"]
        total = always + friends + rival
        leaves = np.flatnonzero(rng.random(rows.size, np.float32) < -np.expm1(-total))
        draw = rng.random(leaves.size) * total[leaves]
        steps = (values["departure.died"], always, always + friends[leaves])
        self.leave(rows[leaves], sum((draw >= step).astype(np.int8) for step in steps))

    def leave(self, rows: Rows, reason: NDArray[np.int8]) -> None:
        """Let them be lost, each for one reason; open cases are withdrawn."""
        people = self.people
        people.status[rows], people.reason[rows], people.left_month[rows] = LOST, reason, self.month
        people.case_due[rows] = inf
        turns = (reason >= PRODUCT) & (self.rng.random(rows.size) < self.values["departure.to_rival"])
        people.with_rival[rows] = (reason == RIVAL) | turns
        for word, number in zip(REASONS, np.bincount(reason, minlength=len(REASONS)), strict=True):
            self.tally[f"left_{word}"] += int(number)

    def join(self, customers: int) -> None:
        """Let prospects join and the lost return."""
        values, people, month = self.values, self.people, self.month
        reach = 1 - exp(-values["advertising.budget"] / values["advertising.scale"])
        pull = values["advertising.strength"] * reach + values["joining.unprompted"]
        pull += values["joining.imitation"] * customers / people.number
        gone = (people.reason >= 0) & (people.reason <= MOVED)
        rows = np.flatnonzero((people.status != CUSTOMER) & (people.left_month != month) & ~gone)
        forgets = rows[(people.status[rows] == LOST) & (month - people.left_month[rows] >= values["joining.forget"])]
        people.status[forgets], people.reason[forgets] = PROSPECT, NONE
        rate = pull + values["joining.praise"] * people.heard_good[rows]
        rate *= np.exp(-values["joining.blame"] * people.heard_bad[rows])
        rate[people.with_rival[rows]] *= values["joining.hold"]
        lost = people.status[rows] == LOST
        rate[lost] *= values["joining.lost_factor"]
        rate[lost & (people.last_outcome[rows] >= LOGGED)] *= values["joining.logged_factor"]
        comes = self.rng.random(rows.size, np.float32) < -np.expm1(-rate)
        self.tally["joined"] += int(np.count_nonzero(comes & ~lost))
        self.tally["returned"] += int(np.count_nonzero(comes & lost))
        people.become_customers(rows[comes])

    @property
    def customers(self) -> int:
        return self.records[-1][0]

    def npv(self) -> float:
        """Return the discounted net margin so far, and what those still customers are worth at the stated churn."""
        stay = (1 - self.values["stated.churn_annual"]) ** (1 / 12)
        month = (1 + self.values["discount_rate"]) ** (-1 / 12)
        return self.tally["npv"] + self.records[-1][1] * month ** (self.month + 1) / (1 - stay * month)
