"""One person of the textbook market: an ordinary Mesa agent, with the rules of a month as its methods.

Written from docs/odd.md by reading; nothing of loyaltysim is imported. `values` is a resolved scenario, path -> value;
paths and names are those of the page.
"""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

import mesa

if TYPE_CHECKING:
    from benchmarks.textbook import TextbookMarket

PROSPECT, CUSTOMER, LOST = "prospect", "customer", "lost"
UNHAPPY, RECOVERED = ("silent", "ignored", "logged"), ("resolved", "resolved_fast")


class Person(mesa.Agent):
    """Someone in the market: a prospect, a customer or lost."""

    def __init__(self, model: TextbookMarket) -> None:
        super().__init__(model)
        self.ties: list[Person] = []
        self.be_new()
        self.supplied_by_rival = self.random.random() < model.values["rivals.share"]

    def be_new(self) -> None:
        """Become another person in the same place: new traits, nothing heard, the same ties."""
        values, random = self.model.values, self.random
        spread = log(1 + values["market.margin_cv"] ** 2)
        self.margin = values["market.margin_mean"] * exp(spread**0.5 * random.gauss(0, 1) - spread / 2)
        shapes = [values[f"market.{trait}_shape"] for trait in ("fickleness", "talkativeness", "readiness")]
        self.fickleness, self.talkativeness, self.readiness = (random.gammavariate(k, 1 / k) for k in shapes)
        self.committed = random.random() >= values["rivals.indifferent"]
        self.status, self.reason, self.last_outcome = PROSPECT, None, None
        self.left_month = self.grieved_month = -32_000
        self.heard, self.inbox, self.exposure = {"good": 0.0, "bad": 0.0}, {"good": 0, "bad": 0}, 0.0
        self.supplied_by_rival = False

    def become_customer(self, tenure: int = 0) -> None:
        """Begin, or begin again, as a customer."""
        values = self.model.values
        self.status, self.reason, self.tenure, self.exposure = CUSTOMER, None, tenure, 0.0
        self.satisfaction, self.expectation = values["satisfaction.at_first"], values["satisfaction.expected_at_first"]
        self.case_due, self.supplied_by_rival = None, False

    def hear(self) -> None:
        """Take in what was told last month, and forget some of the rest."""
        for mood, messages in self.inbox.items():
            self.heard[mood] = self.model.values["opinion.kept"] * self.heard[mood] + messages
            self.inbox[mood] = 0

    def meet_the_company(self) -> None:
        """Be served, feel it, and grieve and speak up where it comes to that (a customer)."""
        values, asks = self.model.values, self.model.asks
        self.tenure += 1
        self.outcome, self.voiced, before = None, False, self.satisfaction
        self.serve()
        self.feel()
        grieves = self.case_due is None and self.grieves()
        self.satisfaction = max(0, self.satisfaction - values["voice.goodwill"] * asks)
        if grieves:
            self.satisfaction_spoilt = before
            silence = (1 - values["voice.unprompted"]) ** self.readiness * values["voice.silence_left"] ** asks
            self.voiced = self.random.random() < 1 - silence
            self.outcome = None if self.voiced else "silent"
            self.model.tally["complaints"] += self.voiced

    def serve(self) -> None:
        """Draw this month's encounters."""
        model, random, values = self.model, self.random, self.model.values
        self.met = {"ordinary": 0, "indifference": 0, "failure": 0, "wow": 0}
        for _ in range(model.poisson(values["service.encounters_mean"])):
            what = "ordinary"
            if random.random() < 1 - model.care:
                what = "indifference"
            elif (draw := random.random()) < random.choices(model.failure_rates, model.importances)[0]:
                what = "failure"
            elif draw >= 1 - values["service.wow"]:
                what = "wow"
            self.met[what] += 1

    def feel(self) -> None:
        """Move satisfaction and expectation by what was met against what was expected."""
        values, encounters = self.model.values, sum(self.met.values())
        if encounters:
            seen = sum(number * values[f"satisfaction.{what}"] for what, number in self.met.items()) / encounters
            gap = seen - self.expectation
            goal = values["satisfaction.neutral"] + (gap if gap > 0 else values["satisfaction.bad_weight"] * gap)
            self.satisfaction += values["satisfaction.speed"] * (min(max(goal, 0), 1) - self.satisfaction)
            self.expectation += values["satisfaction.rises" if gap > 0 else "satisfaction.falls"] * gap
        self.expectation = min(max(self.expectation + values["satisfaction.ratchet"] / 12, 0), 1)

    def grieves(self) -> bool:
        """Draw whether a bad encounter became a grievance, and which."""
        values, random, month = self.model.values, self.random, self.model.month
        i, f = self.met["indifference"], self.met["failure"]
        if not i + f:
            return False
        shared = self.fickleness / (1 + self.tenure / values["grievance.forgiveness"])
        shared *= exp(values["grievance.slope"] * (values["grievance.middle"] - self.satisfaction))
        a, b = (min(1, values[f"grievance.{kind}"] * shared) for kind in ("indifference", "product"))
        if random.random() >= 1 - (1 - a) ** i * (1 - b) ** f:
            return False
        self.kind = "indifference" if random.random() * (i * a + f * b) < i * a else "product"
        self.kept = "recovery.kept_small" if random.random() < values["grievance.small_share"] else "recovery.kept"
        self.repeated = month - self.grieved_month < values["grievance.memory"]
        self.grieved_month = month
        self.model.tally["grievances"] += 1
        return True

    def settle(self) -> None:
        """Have a grievance decided if its outcome is known; then stay or leave (a customer)."""
        values = self.model.values
        if self.voiced:
            self.complain()
        if self.case_due is not None and self.case_due < self.model.month + 1:
            fast_hours = min(values["desk.promise_hours"], values["desk.quick_hours"])
            fast = self.case_due - self.case_opened <= fast_hours / 730.5
            solved = self.random.random() < self.model.chance_resolved
            self.case_due, self.outcome = None, RECOVERED[fast] if solved else "logged"
        if self.outcome:
            self.decide()
        hazards = {"died": values["departure.died"], "moved": values["departure.moved"]}
        hazards |= {"friends": self.pull_of_friends(), "rival": self.pull_of_rivals()}
        if self.status == CUSTOMER and self.random.random() < 1 - exp(-sum(hazards.values())):
            self.leave(*self.random.choices(list(hazards), list(hazards.values())))

    def complain(self) -> None:
        """Be ignored, or have a case opened; a handler begins at once."""
        model, random, values = self.model, self.random, self.model.values
        if random.random() < 1 - exp(-model.money_a_case / values["desk.answer_scale"]):
            self.case_opened = model.month + random.random()
            hours = random.expovariate(1 / values["desk.hours_a_case"])
            self.case_due = self.case_opened + hours / values["desk.handler_hours"]
            model.tally["acknowledged"] += 1
        else:
            self.outcome = "ignored"

    def decide(self) -> None:
        """Stay or leave over a grievance."""
        values, self.last_outcome = self.model.values, self.outcome
        self.model.tally[self.outcome] += 1
        stay = values["recovery.behaviour"] * values[f"{self.kept}.{self.outcome}"]
        if self.random.random() >= stay * (values["recovery.repeat_factor"] if self.repeated else 1):
            self.leave(self.kind)
        elif self.outcome in RECOVERED:
            self.satisfaction += values["recovery.restored"] * max(0, self.satisfaction_spoilt - self.satisfaction)
            self.satisfaction += values["recovery.paradox"] * (1 - self.satisfaction)

    def pull_of_friends(self) -> float:
        """Return the hazard to follow friends; the effect of past defections then fades."""
        values = self.model.values
        opinion = values["friends.opinion_weight"] * (
            self.heard["good"] - values["friends.bad_weight"] * self.heard["bad"]
        )
        pull = values["friends.base"] * self.fickleness * exp(log(values["friends.ratio"]) * self.exposure - opinion)
        self.exposure *= values["friends.keeps"]
        return pull

    def pull_of_rivals(self) -> float:
        """Return the hazard to be lured; the committed are safe while they are content."""
        values = self.model.values
        if self.committed and self.satisfaction >= values["rivals.content"]:
            return 0.0
        return (
            values["rivals.base"]
            * self.fickleness
            * exp(values["rivals.slope"] * (values["rivals.middle"] - self.satisfaction))
        )

    def leave(self, reason: str) -> None:
        """Become lost, for one reason; an open case is withdrawn."""
        self.status, self.reason, self.left_month, self.case_due = LOST, reason, self.model.month, None
        turns = reason in ("product", "indifference") and self.random.random() < self.model.values["departure.to_rival"]
        self.supplied_by_rival = reason == "rival" or turns
        self.model.tally[f"left_{reason}"] += 1

    def spread(self) -> None:
        """Let friends notice a departure, and tell of the month (a customer, or one who left this month)."""
        if self.reason in ("died", "moved"):
            return
        if self.status == LOST:
            for friend in self.ties:
                friend.exposure += 1
        if self.outcome in UNHAPPY:
            self.tell("bad", "told_when_unhappy")
        elif self.met["wow"] or self.outcome in RECOVERED:
            self.tell("good", "told_when_happy")

    def tell(self, mood: str, mean: str) -> None:
        """Tell friends and anyone; they hear it next month."""
        model, random, values = self.model, self.random, self.model.values
        number = model.poisson(values[f"word_of_mouth.{mean}"] * self.talkativeness)
        model.tally[f"messages_{mood}"] += number
        for _ in range(number):
            near = self.ties and random.random() < values["word_of_mouth.strong"]
            hearer = random.choice(self.ties) if near else model.anyone_but(self)
            hearer.inbox[mood] += 1

    def join_or_not(self) -> None:
        """Join as a prospect, or return as one of the lost (who is no customer)."""
        values, month = self.model.values, self.model.month
        if self.left_month == month or self.reason in ("died", "moved"):
            return
        if self.status == LOST and month - self.left_month >= values["joining.forget"]:
            self.status, self.reason = PROSPECT, None
        rate = self.model.pull + values["joining.praise"] * self.heard["good"]
        rate *= exp(-values["joining.blame"] * self.heard["bad"]) * (
            values["joining.hold"] if self.supplied_by_rival else 1
        )
        if self.status == LOST:
            rate *= values["joining.lost_factor"]
            rate *= values["joining.logged_factor"] if self.last_outcome in ("logged", *RECOVERED) else 1
        if self.random.random() < 1 - exp(-rate):
            self.model.tally["joined" if self.status == PROSPECT else "returned"] += 1
            self.become_customer()
