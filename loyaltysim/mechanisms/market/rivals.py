"""Rivals keep luring regular buyers (F37): even the satisfied are mostly indifferent to who supplies them (F9), and
only a kept value promise commits the rest.

There are one or a few rivals. Each gives a quality, which may rise from year to year, and makes a price offer now and
then. They see what we advertise, and may answer what is above today's level with campaigns and offers of their own.
They also see that they gain fewer customers from us than usual, whatever it is by which we win or keep them, and may
defend themselves by offers. In a zero-sum market (number portability, F26) everyone has a supplier, so that who is not
ours is theirs.
"""

from __future__ import annotations

import math

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.codes import MONTHS_A_YEAR
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, World, column, metric, param, solved

REACTIONS = "Steenkamp, Nijs, Hanssens and Dekimpe 2005: mostly none; if any, mostly in kind"


class Rivals(Mechanism):
    """Give each customer's hazard to be lured away."""

    of_firm = False
    dormant = {"slope": 0.0, "indifferent": 1.0, "offer_ratio": 1.0, "answer_lure": 0.0, "answer_drowns": 0.0}

    base: float = solved(
        0.002, "1/month", "hazard to be lured, at middling satisfaction", source="F2, solved from the stated reasons"
    )
    slope: float = param(2.0, "1/satisfaction", "how fast the hazard rises as satisfaction falls", low=0, high=20)
    middle: float = param(0.5, "0 to 1", "satisfaction, and rivals' quality, at which the hazard is the base hazard")
    indifferent: float = param(
        0.75, "share", "of the satisfied, those indifferent to who supplies them", source="F9", grade="secondary"
    )
    content: float = param(0.6, "0 to 1", "satisfaction from which a customer counts as satisfied")
    share: float = param(0.5, "share", "of those who are not ours at birth, those who are with a rival", source="F26")
    zero_sum: bool = param(
        False,
        "yes/no",
        "whether everyone has a supplier, so that who is not ours is a rival's (number portability)",
        source="F26",
    )
    quality: list[float] = param(
        [0.5], "0 to 1, each", "what each rival's service is worth, on the scale of satisfaction", source="F37"
    )
    improves: float = param(
        0.0,
        "1/year",
        "how much rivals' quality rises a year, from month 0 on",
        low=-1,
        high=1,
        source="F37",
        plausible=(0, 0.05),
    )
    offers: float = param(
        0.0,
        "chance/month",
        "chance that a rival makes a price offer this month, beyond those that the base hazard holds",
        source="F9, F37",
        plausible=(0, 0.2),
    )
    offer_ratio: float = param(
        2.0,
        "ratio",
        "times as many are lured by a rival who makes an offer",
        low=1,
        high=100,
        source="F9",
        plausible=(1.2, 4),
    )
    reaction: float = param(
        0.0,
        "$/$",
        "what rivals spend in answer to each dollar of our advertising above today's",
        low=0,
        high=10,
        source=REACTIONS,
        grade="secondary",
        plausible=(0, 1),
    )
    answer_pace: float = param(0.3, "share/month", "how fast they take up their answer, and give it up")
    answer_scale: float = param(50_000.0, "$/month", "their spending at which an answer has 63 % of its effect", low=1)
    answer_lure: float = param(
        0.5, "log ratio", "log of how many times as many a boundless answer lures", low=0, high=10, plausible=(0, 1)
    )
    answer_drowns: float = param(
        0.3, "share", "part of our advertising's pull that a boundless answer drowns", plausible=(0, 0.6)
    )
    price_war: float = param(
        0.0,
        "chance/month",
        "further chance of each rival's price offer that a boundless answer brings",
        source=REACTIONS,
        plausible=(0, 0.5),
    )
    defence: float = param(
        0.0,
        "chance/month per share/year",
        "further chance of each rival's price offer, times the share of our customers that rivals gain less a year "
        "than before month 0",
        low=0,
        high=1000,
        source=REACTIONS,
        plausible=(0, 20),
    )

    lured = column("people", "float32", "hazard to be lured by a rival", "1/month")
    rivals_supply = column("firm", "int8", "whether there are rivals who supply anyone")
    all_supplied = column("firm", "int8", "whether everyone has a supplier")
    rivals_hold = column("firm", "float64", "joining of rivals' customers, by their quality", "ratio", start=1)
    quality_rise = column("firm", "float64", "rise of the best rival's quality last month", "1/month")
    answer = column("firm", "float64", "what rivals spend in answer to our advertising", "$/month")
    drowned = column("firm", "float64", "part of our advertising's pull that their answer drowns", "share")
    rivals_had = column("firm", "int64", "rivals' customers when they last looked", "people", start=-1)
    rivals_looks = column("firm", "int64", "months whose gain they have seen", "months")
    rivals_gain = column("firm", "float64", "net gain of rivals, of our customers, over a year", "share/month")
    rivals_gain_usual = column("firm", "float64", "the same at month 0", "share/month")
    with_rival = column("people", "int8", "is supplied by a rival", writers="departure joining winback")

    rival_newcomers = metric("newcomers to the market who went to a rival", "people")
    rival_quality = metric("quality of the best rival", "0 to 1", over="end")
    rival_offers = metric("price offers that rivals made", "offers")
    rival_answer = metric("what rivals spend in answer to our advertising", "$/month", over="mean")
    lure_ratio = metric(
        "hazard to be lured against that of middling rivals without offers", "ratio", over="mean", better="lower"
    )
    committed = metric(
        "of all people, those whom no rival can lure while they are satisfied", "share", over="mean", better="higher"
    )

    def begin(self, world: World, rng: RngStream) -> None:
        """Draw who is with a rival at first: nobody, in a world without rivals."""
        if not self.on:
            return
        people = world.people
        world.firm.rivals_supply[0] = 1
        world.firm.all_supplied[0] = self.zero_sum
        rows = np.arange(people.rows, dtype=np.int32)
        draws = kernels.rng.uniforms(rng("first supplier"), rows, people.generation)
        share = 1.0 if self.zero_sum else self.share
        people.with_rival[:] = (draws < share) & (people.status == 0)

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Let rivals act, then reckon this month's hazards."""
        people, newcomers = world.people, world.gone
        if self.zero_sum:
            people.with_rival[newcomers] = 1
            report(rival_newcomers=newcomers.size)
        lure = self._compete(world, rng, report)
        indifferent = self.indifferent * (1 - float(world.firm.trusted[0]))
        report(lure_ratio=lure, committed=1 - indifferent)
        threads.over_row_list(
            kernels.churn.lure, world.customers_now, people.generation, rng.ever("commits"), indifferent,
            people.fickleness, people.satisfaction, self.base * lure, self.slope, self.middle, self.content,
            people.lured,
        )  # fmt: skip

    def _compete(self, world: World, rng: RngStream, report: Report) -> float:
        """Settle quality, answer and offers; gives the hazard to be lured against middling rivals without offers."""
        firm, quality = world.firm, kernels.churn.quality
        now = quality(self.quality, self.improves, world.month)
        firm.quality_rise[0] = max(now) - max(quality(self.quality, self.improves, world.month - 1))
        firm.rivals_hold[0] = kernels.churn.hold_position(now, self.slope, self.middle)
        wanted = self.reaction * max(0.0, float(firm.advertised[0] - firm.advertised_usual[0]))
        firm.answer[0] += self.answer_pace * (wanted - firm.answer[0])
        might = -math.expm1(-float(firm.answer[0]) / self.answer_scale)
        firm.drowned[0] = self.answer_drowns * might
        chance = self.offers + self.price_war * might + self.defence * self._customers_missed(world)
        offered = kernels.churn.offers(rng("offers"), len(now), chance)
        report(rival_quality=max(now), rival_offers=sum(offered), rival_answer=firm.answer[0])
        lure: float = kernels.churn.lure_customers(now, offered, self.slope, self.middle, self.offer_ratio)
        return lure * math.exp(self.answer_lure * might)

    def _customers_missed(self, world: World) -> float:
        """Return the share of our customers that rivals gain less a year than before month 0; 0 if they do not look."""
        if not self.defence:
            return 0.0
        firm, people = world.firm, world.people
        have, ours = kernels.churn.count_supplied(people.status, people.with_rival)
        if firm.rivals_had[0] >= 0 and world.month != 1:  # month 0 was founded anew
            firm.rivals_looks[0] += 1
            gained = (have - int(firm.rivals_had[0])) / max(1, ours)
            firm.rivals_gain[0] = kernels.churn.smooth(float(firm.rivals_gain[0]), gained, int(firm.rivals_looks[0]))
        firm.rivals_had[0] = have
        if world.month <= 0:
            firm.rivals_gain_usual[0] = firm.rivals_gain[0]
        return MONTHS_A_YEAR * max(0.0, float(firm.rivals_gain_usual[0] - firm.rivals_gain[0]))
