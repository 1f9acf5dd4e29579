"""A customer's story in words: it counts every event, says where lives part and why, and reads aloud."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from loyaltysim.experiments.customer import CustomerLife, customer
from loyaltysim.model import LoyaltyModel
from loyaltysim.report.life import Life, Month, Setting, Talk
from loyaltysim.report.life_parting import fork, parting
from loyaltysim.report.life_sentences import calendar, sentences
from loyaltysim.report.life_words import _against, _against_reference, _moved, _spells, _summed
from loyaltysim.scenario import Scenario
from tests.experiments.customer_lives import BUSY, PLANS, Small


def test_summed_spells_keep_every_count(scenario: Scenario, found: dict[str, CustomerLife]) -> None:
    setting = found["saved"].setting
    for life in (life for each in found.values() for life in each.lives):
        spell = [month for month in life.months if month.was_customer]
        if not spell:
            continue
        told = _summed(setting, spell)
        for words, name in (
            ("encounters?", "met"),
            ("indifferent", "indifferent"),
            ("failed", "failed"),
            ("delightful", "wowed"),
        ):
            total = sum(getattr(month, name) for month in spell)
            assert [int(n.replace(",", "")) for n in re.findall(rf"([\d,]+) {words}", told)] == (
                [total] if total or name == "met" else []
            )
        for verb, bad, good in (
            ("heard", Month.heard_bad, Month.heard_good),
            ("passed on", Month.told_bad, Month.told_good),
        ):
            line = next((line for line in told.split(".") if verb in line), "")
            for news, count in (("bad", bad), ("good", good)):
                total = sum(count(month) for month in spell)
                assert re.findall(rf"(\d+) {news} words?", line) == ([str(total)] if total else [])


def test_the_story_names_where_lives_part(found: dict[str, CustomerLife]) -> None:
    story = found["saved"].story
    assert "-- listen --" in story
    assert re.search(r"What happens to them is the same as under \"?as today\"? until\s+\w+\s+20\d\d", story)
    assert "desk budget, 2,000 $/month here and 80 there" in " ".join(story.split())
    assert max(map(len, story.splitlines())) <= 96


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        ({"outcome": "resolved", "stayed": True}, {"outcome": "ignored"}, "here it was resolved and they stayed, there it was ignored."),
        ({"outcome": "resolved_fast"}, {"case_open": True}, "here it was resolved within the promised time, there it was still open."),
        ({"channel": "phone"}, {"channel": "letter"}, "here by phone, there by letter."),
        ({"detours": ("legal",)}, {}, "went another way through the departments."),
    ],
)  # fmt: skip
def test_it_is_told_how_one_complaint_ended_in_two_worlds(
    here: dict[str, Any], there: dict[str, Any], told: str
) -> None:
    shared = Month(3, "customer", 9, was_customer=True, met=1, grievance="product", voiced=True)
    setting = Setting("", "2027-01", 12, "$", 1, 0, {}, {})
    ours, theirs = (
        Life(name, (dataclasses.replace(shared, **lived),)) for name, lived in (("as today", there), ("recovery", here))
    )
    parted = fork(setting, ours, theirs) or parting(setting, ours, theirs)
    assert parted is not None
    assert parted.cause.endswith(told)


def test_equal_lives_are_told_once(scenario: Scenario) -> None:
    twice = scenario.replace({"strategies": {"one": {}, "two": {}}}, source="test")
    story = customer(twice, id=5).story
    assert 'The same life as under "one", to the end.' in story or "The same life as under one, to the end." in story


def test_the_story_says_where_mood_differs_though_events_do_not(found: dict[str, CustomerLife]) -> None:
    setting, lived = found["saved"].setting, found["saved"].lives[0]
    at = next(index for index, month in enumerate(lived.months) if month.was_customer and not month.left)

    def told(shift: float) -> str:
        months = list(lived.months)
        months[at] = dataclasses.replace(months[at], satisfaction=months[at].satisfaction + shift)
        other = dataclasses.replace(lived, strategy="other", months=tuple(months))
        return " ".join(_against_reference(setting, lived, other, ["as today", "other"], _spells))

    assert "The same life as" in told(0.0)
    assert "The same events as" in told(1e-5)
    assert "differs by less than 0.005." in told(1e-5)
    when = calendar(at + 1, setting.start)
    assert f"first differs by 0.005 or more in {when}; the most that it differs is 0.020." in told(0.02)
    assert f"differs by 0.005 in {when}, and never by more." in told(0.0052)


def test_what_two_lives_differ_by_is_told_without_a_second_until(found: dict[str, CustomerLife]) -> None:
    setting, lived = found["saved"].setting, found["saved"].lives[0]
    months = [dataclasses.replace(month, met=9) if month.month == 5 else month for month in lived.months]
    first = dataclasses.replace(months[1], satisfaction=months[1].satisfaction + 0.0052)
    other = dataclasses.replace(lived, strategy="other", months=(months[0], first, *months[2:]))
    told = next(_against_reference(setting, lived, other, ["as today", "other"], _spells))
    february, may = (calendar(month, setting.start) for month in (2, 5))
    assert f"until {may}. Their satisfaction differs by 0.005 in {february}, and never by more before {may}." in told


@pytest.mark.parametrize(
    ("value", "word"),
    [(0.74, "less"), (0.76, "about as"), (0.79, "about as"), (0.81, "about as"), (1.24, "about as"), (1.26, "more"), (1.34, "more")],
)  # fmt: skip
def test_a_trait_is_put_into_words_by_the_number_that_is_written(value: float, word: str) -> None:
    assert _against(value, "talkative") == f"{word} talkative ({value:.1f} times)"


@pytest.mark.parametrize(
    ("person", "told"),
    [
        ({"standing": "customer", "tenure": 0}, "they have just become a customer, with"),
        ({"standing": "customer", "tenure": 1}, "they have been a customer for 1 month, with"),
        ({"standing": "lost", "tenure": 0, "gone": 0}, "they have just left."),
        ({"standing": "lost", "tenure": 0, "gone": 12}, "they left 1 year ago."),
    ],
)
def test_the_story_says_since_when_they_are_a_customer(
    found: dict[str, CustomerLife], person: dict[str, Any], told: str
) -> None:
    life = found["saved"]
    story = dataclasses.replace(life, person=dataclasses.replace(life.person, **person)).story
    assert told in " ".join(story.split())


def test_satisfaction_moves_only_where_two_decimals_show_it() -> None:
    assert _moved(0.5351, 0.5449) == ""
    assert _moved(0.54, 0.53) == "Satisfaction fell from 0.54 to 0.53."


def test_someone_who_dies_has_no_months_after(small: Small) -> None:
    mortal = small(**{**BUSY, "departure.died": 3.0}, strategies=PLANS)
    founders = LoyaltyModel(mortal).world.people.founder
    lives = [customer(mortal, id=int(row), strategy="as today") for row in founders.nonzero()[0][:8]]
    dead = [life for life in lives if life.lives[0].ended() == "died"]
    assert dead
    assert all(len(life.lives[0].months) < BUSY["months"] and "They died" in life.story for life in dead)


def test_sentences_read_aloud() -> None:
    month = Month(
        month=3, standing="lost", tenure=9, was_customer=True, met=1, indifferent=1, sins={"brush_off": 1}, indifferent_at="repair",
        grievance="indifference", severity="large", outcome="silent", left="indifference", to_rival=True,
        heard=(Talk(7, True, 1, 0),), told=(Talk(8, True, 1, 0), Talk(9, False, 2, 0)),
    )  # fmt: skip
    assert list(sentences(month)) == [
        "They heard something bad about the company from person 7, whom they know.",
        "A clerk brushed them off (repair).",
        "They could not let the indifference pass: it was a reason to leave.",
        "They said nothing.",
        "They left over it, and went to a rival.",
        "They told 2 others something bad, in 3 messages, 1 of whom they know.",
    ]
