"""What is told of a life is true: everyone's months add up to what the market recorded, and each agrees with the columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER, OUTCOMES, REASONS
from loyaltysim.experiments.observer import FINAL, STANDINGS, Life, Month, Observer
from loyaltysim.mechanisms.service.sins import KINDS
from loyaltysim.model import LoyaltyModel, metric_columns
from loyaltysim.scenario import Scenario

Small = Callable[..., Scenario]
BUSY = {
    "market.people": 400, "market.customers": 200, "months": 12, "voice.budget": 60.0, "surveys.budget": 60.0, "grievance.product": 0.6,
    "winback.budget": 400.0, "winback.cost_per_dollar": 0.3, "grievance.small_share": 0.3, "grievance.indifference": 0.2,
    "follow_up.budget": 40.0, "desk.budget": 300.0, "service.encounters_mean": 2.5, "handoffs.stalls": 0.4, "reviews.posted": 0.5,
}  # fmt: skip
"""A market in which everything happens that a life can hold."""
IMMORTAL = {"departure.died": 0.0, "departure.moved": 0.0}
"""Nobody's row becomes someone else, so that all lives together are the whole market."""
PILOT = {"as today": {}, "tried": {"staff.training": 2_000.0, "pilot": {"share": 0.4, "months": 8}}}


def observed(scenario: Scenario, strategy: str | None = None) -> tuple[LoyaltyModel, list[Life]]:
    model = LoyaltyModel(scenario, strategy)
    observer = Observer(model, range(model.world.people.rows))
    model.use_timer(observer)
    while model.running:
        model.step()
    return model, [observer.life(row) for row in range(model.world.people.rows)]


@pytest.fixture(scope="module")
def market(small: Small) -> tuple[LoyaltyModel, list[Life]]:
    return observed(small(**BUSY, **IMMORTAL))


def sums(lives: list[Life], value: Callable[[Month], Any]) -> list[float]:
    """Add something up over everyone, month by month."""
    return [float(sum(value(life.months[month]) for life in lives)) for month in range(len(lives[0].months))]


TOTALS: dict[str, Callable[[Month], Any]] = {
    "customers": lambda m: m.standing == "customer",
    "encounters": lambda m: m.met,
    "indifferent_encounters": lambda m: m.indifferent,
    "failures": lambda m: m.failed,
    "wows": lambda m: m.wowed,
    **{f"sin_{kind}": lambda m, kind=kind: m.sins.get(kind, 0) for kind in KINDS},
    "grievances_indifference": lambda m: m.grievance == "indifference",
    "grievances_product": lambda m: m.grievance == "product",
    "grievances_repeated": lambda m: m.repeated,
    "grievances_found": lambda m: m.found,
    "complaints": lambda m: m.voiced and not m.found,
    "complaints_public": lambda m: m.public,
    "cases_misclassified": lambda m: "sent to the wrong department first" in m.detours,
    "cases_stalled": lambda m: "stalled between departments" in m.detours,
    "survey_answers": lambda m: m.surveyed,
    "left": lambda m: bool(m.left),
    **{f"left_{reason}": lambda m, reason=reason: m.left == reason for reason in REASONS},
    "left_voiced": lambda m: m.left in ("product", "indifference") and m.outcome not in ("", "silent") and not m.stayed,
    "lost_to_rivals": lambda m: bool(m.left) and m.to_rival,
    "messages_bad": lambda m: m.told_bad(),
    "messages_good": lambda m: m.told_good(),
    "reviews_posted": lambda m: m.review_posted,
    "reviews_withdrawn": lambda m: m.review_withdrawn,
    "joined": lambda m: bool(m.came) and not m.returned,
    "returned": lambda m: m.returned,
    "joined_by_advertising": lambda m: m.came == "advertising",
    "joined_by_talk": lambda m: m.came == "talk",
    "joined_unprompted": lambda m: m.came == "unprompted",
    "winback_returned": lambda m: m.came == "winback",
    "winback_attempts": lambda m: m.attempted or m.came == "winback",
}  # fmt: skip


@pytest.mark.parametrize("metric", TOTALS)
def test_everyones_months_add_up_to_what_the_market_recorded(
    market: tuple[LoyaltyModel, list[Life]], metric: str
) -> None:
    model, lives = market
    recorded = model.record[1:, metric_columns()[metric]].tolist()
    assert sums(lives, TOTALS[metric]) == recorded
    assert sum(recorded) > 0 or metric in ("left_died", "left_moved"), "the market shows nothing to compare"


def test_everyones_margins_add_up_to_what_the_market_was_paid(market: tuple[LoyaltyModel, list[Life]]) -> None:
    model, lives = market
    margins = model.world.people.margin.astype(float)
    paid = [sum(margins[row] for row, life in enumerate(lives) if life.months[at].was_customer) for at in range(12)]
    assert paid == pytest.approx(model.record[1:, metric_columns()["margin"]].tolist(), rel=1e-6)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_outcomes_and_who_stayed_add_up(market: tuple[LoyaltyModel, list[Life]], outcome: str) -> None:
    model, lives = market
    for name, value in (
        ("decided", lambda m: m.outcome == outcome),
        ("stayed", lambda m: m.outcome == outcome and m.stayed),
    ):
        recorded = sum(model.record[1:, metric_columns()[f"{name}_{size}_{outcome}"]] for size in ("large", "small"))
        assert sums(lives, value) == recorded.tolist()


def test_each_message_is_told_by_whom_it_was_heard_from(market: tuple[LoyaltyModel, list[Life]]) -> None:
    _, lives = market
    messages = 0
    for teller, life in enumerate(lives):
        for month, after in zip(life.months, life.months[1:], strict=False):
            assert all(month.month + 1 == lives[talk.other].months[after.month - 1].month for talk in month.told)
            for talk in month.told:
                [back] = [each for each in lives[talk.other].months[after.month - 1].heard if each.other == teller]
                assert (back.bad, back.good, back.known) == (talk.bad, talk.good, talk.known)
                messages += talk.bad + talk.good
    heard = sum(month.heard_bad() + month.heard_good() for life in lives for month in life.months[1:])
    assert heard == messages > 500


@pytest.mark.parametrize(
    ("changes", "strategy"),
    [
        ({}, None),
        ({"market.network.kind": "none"}, None),
        ({"market.network.kind": "scale_free", "word_of_mouth.strong": 1.0}, None),
        ({"strategies": PILOT, "surveys.budget": 0.0}, "tried"),
    ],
    ids=["small world", "anyone", "scale free", "pilot"],
)
def test_a_life_agrees_with_the_columns(small: Small, changes: dict[str, Any], strategy: str | None) -> None:
    mortal = {"departure.died": 0.004, "departure.moved": 0.004, "market.burn_in": 6, "months": 10}
    scenario = small(**{**BUSY, **mortal, **changes})
    _, lives = observed(scenario, strategy)
    model = LoyaltyModel(scenario, strategy)
    compared = 0
    while model.running:
        people = model.world.people
        inbox = people.inbox_bad.copy(), people.inbox_good.copy()
        model.step()
        roll = set(model.world.customers_now.tolist())
        for row, life in enumerate(lives):
            month = life.at(model.month)
            if month is None:
                continue
            compared += 1
            assert (month.heard_bad(), month.heard_good()) == (inbox[0][row], inbox[1][row])
            assert month.standing == STANDINGS[int(people.status[row])]
            assert month.was_customer == (row in roll)
            if month.left:
                assert REASONS[people.reason[row]] == month.left
                assert people.left_month[row] == model.month
            if row not in roll:
                assert not (month.met)
                assert not (month.grievance)
                assert not (month.outcome)
                assert not (month.told)
                continue
            assert (month.met, month.indifferent, month.failed, month.wowed) == (
                people.met[row], people.indifferent[row], people.failed[row], people.wowed[row],
            )  # fmt: skip
            assert month.satisfaction == pytest.approx(float(people.satisfaction[row]))
            assert bool(month.grievance) == (people.grieved_month[row] == model.month)
            assert month.outcome == ("" if people.outcome_now[row] < 0 else OUTCOMES[people.outcome_now[row]])
            assert month.case_open == bool(people.open_case[row])
    assert compared > 3_000
    ends = [life.ended() for life in lives if life.ended()]
    assert ends
    assert set(ends) <= set(FINAL)
    assert all(len(life.months) == scenario.months for life in lives if not life.ended())


def test_watching_changes_nothing(small: Small, market: tuple[LoyaltyModel, list[Life]]) -> None:
    alone = LoyaltyModel(small(**BUSY, **IMMORTAL))
    while alone.running:
        alone.step()
    assert np.array_equal(alone.record, market[0].record)
    for name in alone.world.people.columns:
        assert np.array_equal(getattr(alone.world.people, name), getattr(market[0].world.people, name)), name
    assert np.count_nonzero(alone.world.people.status == CUSTOMER) == alone.customers
