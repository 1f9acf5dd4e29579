"""A customer's story: what the table of months holds is told, month by month or summed up, with its dollars."""

from __future__ import annotations

import dataclasses
import re

import pytest

import loyaltysim as ls
from loyaltysim.experiments.observer import Life, Month, Talk
from loyaltysim.model import LoyaltyModel
from loyaltysim.reporting.text.formats import WIDTH_OF_STORIES
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.strategies import month_name
from loyaltysim.study import CustomerLife
from tests.support.customer_lives import BUSY, PLANS, Small, altered, lived

TURNS = ("grievance", "outcome", "left", "came", "attempted", "review_withdrawn")


def told(life: CustomerLife) -> dict[str, dict[str, str]]:
    """Read the story back: for each strategy the text of each month or spell, by its dates."""
    assert max(map(len, life.story.splitlines())) <= WIDTH_OF_STORIES
    found: dict[str, dict[str, str]] = {}
    for section in life.story.replace("\n  ", " ").split("\n-- ")[1:]:
        name, *lines = section.splitlines()
        parts = (re.match(r"(\d{4}-\d\d(?: to \d{4}-\d\d)?): (.*)", line) for line in lines)
        found[name.removesuffix(" --")] = {part[1]: part[2] for part in parts if part}
    return found


def number(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    return int(match[1]) if match else 0


def test_every_turn_in_the_table_of_months_is_told_in_its_month(
    busy: Scenario, found_lives: dict[str, CustomerLife]
) -> None:
    checked, anyone = 0, found_lives["saved"]
    market = lived(LoyaltyModel(busy, "listen"), range(300))
    for life in (*found_lives.values(), *(altered(anyone, lives=(each,)) for each in market)):
        story, margin = told(life), f"{life.history.person.margin:,.2f} {life.history.setting.currency} a month"
        for each in life.lives:
            begin = 1 if each is life.lives[0] else each.fate_differs(life.lives[0])
            table = life.months[(life.months.strategy == each.strategy) & (life.months.month >= (begin or 99))]
            turning = table[table[list(TURNS)].astype(bool).any(axis=1)]
            for row in turning.itertuples():
                text = story[each.strategy][month_name(row.month, life.history.setting.start)]
                assert (f"grievance about {row.grievance} (" in text) == bool(row.grievance)
                assert ("complained" in text) == (row.voiced and not row.found)
                assert ("told a survey" in text) == row.found
                assert ("kept silent" in text) == (bool(row.grievance) and not row.voiced)
                answered = row.outcome not in ("", "silent")
                assert (f"complaint {row.outcome.replace('_', ' ')};" in text) == answered
                assert ("stayed over it" in text) == bool(row.outcome and row.stayed)
                assert (f"{margin} lost" in text) == ("left (" in text) == bool(row.left)
                assert (f"left ({row.left}" in text) == bool(row.left)
                assert (f"{margin} won" in text) == bool(row.came)
                assert ("to a rival" in text) == (bool(row.left) and row.to_rival)
                checked += 1
    assert checked > 100


def test_nothing_is_lost_where_months_are_summed_up(found_lives: dict[str, CustomerLife]) -> None:
    for life in found_lives.values():
        reference, story = life.lives[0], told(life)
        texts = story[reference.strategy].values()
        for pattern, value in {
            r"encounters (\d+)": lambda m: m.met,
            r"indifferent (\d+)": lambda m: m.indifferent,
            r"failed (\d+)": lambda m: m.failed,
            r"delightful (\d+)": lambda m: m.wowed,
            r"heard (\d+) bad": Month.heard_bad,
            r"heard (?:\d+ bad, )?(\d+) good": Month.heard_good,
            r"told (\d+) bad": Month.told_bad,
            r"told (?:\d+ bad, )?(\d+) good": Month.told_good,
        }.items():
            assert sum(number(pattern, text) for text in texts) == sum(value(month) for month in reference.months)


def test_the_story_says_what_they_paid(found_lives: dict[str, CustomerLife]) -> None:
    for life in found_lives.values():
        lines = life.story.split("\n--")[0].replace("\n  ", " ")
        paid = re.findall(r"margin paid ([\d,.]+) \S+ \((\d+) months\)", lines)
        assert [int(months) for _, months in paid] == [sum(m.was_customer for m in each.months) for each in life.lives]
        for amount, months in paid:
            assert float(amount.replace(",", "")) == pytest.approx(int(months) * life.history.person.margin, abs=0.006)


def test_the_story_says_when_events_and_fate_part(found_lives: dict[str, CustomerLife]) -> None:
    life = found_lives["saved"]
    reference = life.lives[0]
    months = list(reference.months)
    months[1] = dataclasses.replace(months[1], met=months[1].met + 9)
    same_fate = dataclasses.replace(reference, strategy="busier", months=tuple(months))
    months[4] = dataclasses.replace(months[4], came="talk")
    other_fate = dataclasses.replace(reference, strategy="other", months=tuple(months))
    alike = dataclasses.replace(reference, strategy="alike")
    assert (alike.events_differ(reference), alike.fate_differs(reference)) == (None, None)
    assert (same_fate.events_differ(reference), same_fate.fate_differs(reference)) == (2, None)
    assert (other_fate.events_differ(reference), other_fate.fate_differs(reference)) == (2, 5)
    three = altered(life, lives=(reference, alike, same_fate, other_fate))
    second, fifth = (month_name(month, life.history.setting.start) for month in (2, 5))
    story = three.story.replace("\n  ", " ")
    assert "events differ in no month, fate in no month." in story
    assert f"events differ from {second} on, fate in no month." in story
    assert f"events differ from {second} on, fate from {fifth} on." in story
    parts = told(three)
    assert not parts["alike"]
    assert not parts["busier"]
    assert next(iter(parts["other"])).startswith(fifth)


def test_mood_alone_is_no_event(found_lives: dict[str, CustomerLife]) -> None:
    life = found_lives["saved"].lives[0]
    moody = tuple(dataclasses.replace(month, satisfaction=0.123, care=0.1, staff=3) for month in life.months)
    assert dataclasses.replace(life, months=moody).events_differ(life) is None


def test_someone_who_dies_has_no_months_after(small: Small) -> None:
    mortal = small(**{**BUSY, "departure.died": 3.0}, strategies=PLANS)
    founders = LoyaltyModel(mortal).world.people.founder
    lives = [
        ls.customer(mortal, customer_id=int(row), quiet=True, strategy="as today") for row in founders.nonzero()[0][:8]
    ]
    dead = [life for life in lives if life.lives[0].ended() == "died"]
    assert dead
    for life in dead:
        assert len(life.lives[0].months) < BUSY["months"]
        [(_, last)] = list(told(life)["as today"].items())[-1:]
        assert "left (died)" in last


def test_who_was_never_a_customer_has_a_story_too(found_lives: dict[str, CustomerLife]) -> None:
    life = found_lives["saved"]
    months = tuple(Month(month, "prospect", 0) for month in range(1, 19))
    person = dataclasses.replace(life.history.person, standing="prospect")
    alone = altered(life, person=person, lives=(Life("as today", months),))
    assert "never a customer; margin paid 0.00" in alone.story.replace("\n  ", " ")
    assert list(told(alone)["as today"].values()) == ["no customer."]


def test_one_month_in_full(found_lives: dict[str, CustomerLife]) -> None:
    month = Month(
        month=1, standing="lost", tenure=9, was_customer=True, met=1, indifferent=1, sins={"brush_off": 1}, indifferent_at="repair",
        grievance="indifference", severity="large", outcome="silent", left="indifference", to_rival=True,
        heard=(Talk(7, True, 1, 0),), told=(Talk(8, True, 1, 0), Talk(9, False, 2, 0)),
    )  # fmt: skip
    life = found_lives["saved"]
    person = dataclasses.replace(life.history.person, margin=40.0)
    alone = altered(life, person=person, lives=(Life("as today", (month,)),))
    assert list(told(alone)["as today"].values()) == [
        f"grievance about indifference (repair, brush off); kept silent; left (indifference, to a rival), "
        f"40.00 {life.history.setting.currency} a month lost; encounters 1, indifferent 1; heard 1 bad; told 3 bad."
    ]


def test_equal_worlds_have_equal_lives(busy: Scenario) -> None:
    twice = busy.replace({"strategies": {"one": {}, "two": {}}}, source="test")
    assert "events differ in no month, fate in no month." in ls.customer(
        twice, customer_id=5, quiet=True
    ).story.replace("\n  ", " ")
