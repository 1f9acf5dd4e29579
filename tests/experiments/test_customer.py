"""`loyaltysim customer`: a life worth telling is found by its rule, told truly in words, and drawn."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import loyaltysim as ls
from loyaltysim.commands import main
from loyaltysim.core.errors import InputError
from loyaltysim.core.words import CUSTOMER, LONG_AGO
from loyaltysim.experiments.customer import CustomerLife, customer
from loyaltysim.experiments.defaults import FINDS
from loyaltysim.experiments.finding_life import RULES, fates
from loyaltysim.experiments.observing import Observer
from loyaltysim.model import LoyaltyModel
from loyaltysim.report.drawing import png, svg
from loyaltysim.report.figure_life_heard import HEARD_HIGH, TELLER_HIGH
from loyaltysim.report.life import Life, Month, Setting, Talk
from loyaltysim.report.life_parting import fork, parting
from loyaltysim.report.life_sentences import calendar, sentences
from loyaltysim.report.life_words import _against, _against_reference, _moved, _spells, _summed
from loyaltysim.scenario import Scenario

Small = Callable[..., Scenario]
BUSY = {
    "market.people": 400,
    "market.customers": 200,
    "months": 18,
    "grievance.indifference": 0.15,
    "departure.moved": 0.0,
    "departure.died": 0.0,
}
PLANS = {
    "as today": {},
    "listen": {"voice.budget": 300.0, "desk.budget": 2_000.0},
    "advertise": {"advertising.budget": 6_000.0},
}


@pytest.fixture(scope="module")
def scenario(small: Small) -> Scenario:
    return small(**BUSY, strategies=PLANS)


@pytest.fixture(scope="module")
def everyone(scenario: Scenario) -> dict[str, list[Life]]:
    """Everyone's life under every strategy, from one start."""
    lives = {}
    for name in scenario.strategies:
        model = LoyaltyModel(scenario, name)
        observer = Observer(model, range(model.world.people.rows))
        model.timed(observer)
        while model.running:
            model.step()
        lives[name] = [observer.life(row) for row in range(model.world.people.rows)]
    return lives


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> dict[str, CustomerLife]:
    return {rule: customer(scenario, find=rule) for rule in FINDS}


def test_the_rules_are_those_that_the_help_names() -> None:
    assert tuple(RULES) == FINDS
    told = CliRunner().invoke(main, ["customer", "--help"]).output
    assert all(told.count(rule) >= 2 for rule in FINDS)


def test_a_found_life_is_the_one_that_was_lived(
    found: dict[str, CustomerLife], everyone: dict[str, list[Life]]
) -> None:
    for life in found.values():
        assert all(each == everyone[each.strategy][life.id] for each in life.lives)


def test_lost_in_silence(found: dict[str, CustomerLife]) -> None:
    life, *others = found["lost-in-silence"].lives
    assert not any(month.voiced for month in life.months)
    [left] = [month for month in life.months if month.left]
    assert (left.outcome, left.stayed) == ("silent", False)
    assert life.months[-1].standing == "lost"
    assert any(_kept_over(other, left.month) for other in others)


def test_saved(found: dict[str, CustomerLife]) -> None:
    assert _is_saved(found["saved"].lives)


def test_saved_are_all_who_are_lost_for_good_and_elsewhere_stay_without_a_break(small: Small) -> None:
    plans = {name: PLANS[name] for name in ("as today", "listen")}
    restless = small(**BUSY | {"months": 30, "rivals.base": 0.04, "joining.unprompted": 0.08}, strategies=plans)
    models = {name: LoyaltyModel(restless, name) for name in restless.strategies}
    people = np.flatnonzero(models["as today"].world.people.status == CUSTOMER).tolist()
    each: dict[int, list[Life]] = {row: [] for row in people}
    for name in restless.strategies:
        model = LoyaltyModel(restless, name)
        observer = Observer(model, people)
        model.timed(observer)
        while model.running:
            model.step()
        for row in people:
            each[row].append(observer.life(row))
    saved = [row for row in people if _is_saved(each[row])]
    assert sorted(RULES["saved"](fates(models))) == saved
    assert saved
    kept = [row for row in people if _is_kept_to_the_end(each[row])]
    returned = [row for row in kept if any(month.came for month in each[row][0].months)]
    broken = [row for row in kept if row not in {*saved, *returned}]  # lost for good, and left elsewhere, too
    assert returned
    assert broken


def _is_saved(lives: Sequence[Life]) -> bool:
    """Tell whether someone is lost for good under the first strategy, and kept over the same grievance, unbroken, under another."""
    life, *others = lives
    gone = not any(month.came for month in life.months) and life.months[-1].standing == "lost"
    unbroken = [other for other in others if all(m.was_customer and not m.left for m in other.months)]
    return gone and _is_kept_to_the_end((life, *unbroken))


def _is_kept_to_the_end(lives: Sequence[Life]) -> bool:
    """Tell whether someone left over a grievance and under another strategy stayed over it and is a customer at the end."""
    life, *others = lives
    if life.ended() or not life.months[0].was_customer:
        return False
    left = next((month for month in life.months if month.left in ("product", "indifference")), None)
    if left is None:
        return False
    grieved = max((month.month for month in life.months[: left.month] if month.grievance), default=0)
    return bool(grieved) and any(
        _kept_over(other, grieved) and other.months[-1].standing == "customer" and not other.ended() for other in others
    )


@pytest.mark.parametrize("asked", [{"id": "x"}, {"id": 1.5}, {"id": True}, {"replication": "x"}])
def test_what_is_no_number_is_refused_from_python_too(scenario: Scenario, asked: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="is no whole number"):
        customer(scenario, **asked)


def _kept_over(life: Life, month: int) -> bool:
    """Tell whether someone stayed over the grievance of a month."""
    grieved = life.months[month - 1]
    ends = [each for each in life.months[month - 1 :] if each.outcome]
    return bool(grieved.grievance) and bool(ends) and ends[0].stayed and not ends[0].left


def test_regained(found: dict[str, CustomerLife]) -> None:
    def regained(life: Life) -> bool:
        first = next((month for month in life.months if month.left), None)
        return (
            first is not None and first.left in ("product", "indifference") and life.months[-1].standing == "customer"
            and any(month.came and month.month > first.month for month in life.months)
        )  # fmt: skip

    assert any(regained(life) for life in found["regained"].lives)


def test_most_talkative(found: dict[str, CustomerLife], everyone: dict[str, list[Life]]) -> None:
    told = [sum(month.told_bad() + month.told_good() for month in life.months) for life in everyone["as today"]]
    assert found["most-talkative"].id == told.index(max(told))


def test_words_agree_with_the_months(everyone: dict[str, list[Life]]) -> None:
    checked = 0
    for month in (month for life in everyone["listen"][:200] for month in life.months):
        told = " ".join(sentences(month))
        assert ("They said nothing" in told) == bool(month.grievance and (not month.voiced or month.found))
        assert ("They complained" in told) == (month.voiced and not month.found)
        assert ("They stayed" in told) == bool(month.outcome and month.stayed)
        assert ("delighted" in told) == bool(month.wowed)
        assert ("failed them" in told) == bool(month.failed)
        assert ("left" in told or "lured" in told) == (
            bool(month.left) or "left" in month.indifferent_at + month.failed_at
        )
        for news, talks in (("bad", month.told), ("good", month.told)):
            others = re.findall(rf"They told (\d+) others? something {news}", told)
            assert [int(other) for other in others] == [n for n in [sum(bool(getattr(t, news)) for t in talks)] if n]
        for talk in month.heard:
            assert re.search(rf"\b{talk.other}\b", told)
            checked += 1
    assert checked > 100


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
    twice = scenario.replaced({"strategies": {"one": {}, "two": {}}}, source="test")
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


def test_months_are_tidy(found: dict[str, CustomerLife]) -> None:
    table = found["saved"].months
    assert list(table.strategy.unique()) == list(PLANS)
    assert (table.groupby("strategy").month.apply(list).map(len) == BUSY["months"]).all()
    as_today = found["saved"].lives[0]
    assert table[table.strategy == "as today"].met.sum() == sum(month.met for month in as_today.months)


def test_the_strip_is_drawn_alike_each_time(found: dict[str, CustomerLife]) -> None:
    life = found["saved"]
    assert png(life.strip()) == png(life.strip())
    assert svg(life.strip()) == svg(life.strip())
    texts = [text.get_text() for axes in life.strip().axes for text in axes.texts]
    assert any("left" in text for text in texts)
    assert any("stayed" in text for text in texts)


def test_the_strip_says_by_whom_they_were_told(found: dict[str, CustomerLife]) -> None:
    life = found["saved"]
    strip = life.strip()
    for axes, lived in zip(strip.axes, life.lives, strict=True):
        texts = [text.get_text() for text in axes.texts]
        heard = [
            (month, news) for month in lived.months for news in ("bad", "good") if getattr(month, f"heard_{news}")()
        ]
        for month, news in heard:
            tellers = [talk for talk in month.heard if getattr(talk, news)]
            assert any(str(tellers[0].other) in text for text in texts), (lived.strategy, month.month)
        marks = [
            each for each in axes.collections if len(each.get_offsets()) == 1 and each.get_offsets()[0][1] == HEARD_HIGH
        ]  # type: ignore[index]
        known = [any(talk.known for talk in month.heard if getattr(talk, news)) for month, news in heard]
        filled = [tuple(each.get_facecolor()[0][:3]) != (1.0, 1.0, 1.0) for each in marks]
        assert filled == known
    tellers = {talk.other: talk.known for month in life.lives[0].months for talk in month.heard}
    beside = [text.get_text() for text in strip.texts]
    assert f"told by {sum(tellers.values())} they know,\n{len(tellers) - sum(tellers.values())} they do not" in beside
    assert any(life.lives[0].months[0].heard or month.heard for month in life.lives[0].months)


def test_in_a_life_full_of_talk_the_strip_counts_who_told_them(found: dict[str, CustomerLife]) -> None:
    life = found["saved"]
    talk = tuple(Talk(40_000 + place, place < 2, 1, 1) for place in range(3))
    busy = dataclasses.replace(
        life.lives[0], months=tuple(dataclasses.replace(month, heard=talk) for month in life.lives[0].months)
    )
    strip = dataclasses.replace(life, lives=(busy,)).strip()
    texts = [text.get_text() for text in strip.axes[0].texts]
    assert texts.count("×3") == 2 * len(busy.months)
    assert not any("40000" in text for text in texts)
    assert "told by 2 they know,\n1 they do not" in [text.get_text() for text in strip.texts]


@pytest.mark.parametrize(
    ("told_in", "shown"),
    [
        ({30: 1, 60: 2, 200: 1}, ["40001", "40001 +1", "40001"]),
        ({30: 3, 34: 2, 200: 1}, ["40001 +2", "40001 +1", "40001"]),
        ({30: 1, 31: 2, 200: 1}, ["", "×2", ""]),  # side by side, a number would leave its month
        ({30: 3, 34: 2, 38: 3, 200: 1}, ["×3", "×2", "×3", ""]),
        (dict.fromkeys(range(30, 38), 2), []),
    ],
)
def test_over_long_times_who_told_stands_above_its_month(
    found: dict[str, CustomerLife], told_in: dict[int, int], shown: list[str]
) -> None:
    life = found["saved"]
    talks = {at: tuple(Talk(40_001 + place, True, 1, 0) for place in range(many)) for at, many in told_in.items()}
    months = tuple(Month(at, "customer", 9, was_customer=True, heard=talks.get(at, ())) for at in range(1, 241))
    setting = dataclasses.replace(life.setting, months=240)
    strip: Any = dataclasses.replace(life, setting=setting, lives=(Life("as today", months),)).strip()
    renderer = strip.canvas.get_renderer()
    axes = strip.axes[0]
    names = [text for text in axes.texts if text.get_position()[1] == TELLER_HIGH]
    assert [text.get_text() for text in names] == shown
    for text, month in zip(names, told_in, strict=False):
        box, at = text.get_window_extent(renderer), axes.transData.transform((month, 1))[0]
        assert not text.get_text() or box.x0 - 1 <= at <= box.x1 + 1
        aside = abs((box.x0 + box.x1) / 2 - at) > 0.05 * strip.dpi
        guides = [line for line in axes.lines if list(line.get_xdata())[1:] == [month] and line.get_ydata()[0] > 1.3]
        assert bool(guides) == (aside and bool(text.get_text())), text.get_text()


def test_nothing_in_the_strip_strikes_through_its_words(found: dict[str, CustomerLife]) -> None:
    life = found["saved"]
    talk = (Talk(40_000, True, 20, 20),)
    months = tuple(
        dataclasses.replace(month, told=talk, heard=talk if month.left or month.came else month.heard)
        for month in life.lives[0].months
    )
    reference = dataclasses.replace(life.lives[0], months=months)
    other = list(months)
    other[6] = dataclasses.replace(other[6], indifferent=other[6].indifferent + 1)
    other[9] = dataclasses.replace(other[9], came="talk", heard=talk)
    beside = dataclasses.replace(life.lives[1], months=tuple(other))
    for lives in ((reference, beside), *(each.lives for each in found.values())):
        strip: Any = dataclasses.replace(life, lives=lives).strip()
        renderer = strip.canvas.get_renderer()
        strip.draw(renderer)
        words = {text.get_text() for axes in strip.axes for text in axes.texts}
        assert lives[0] is not reference or {"events differ", "fate differs"} <= words
        for axes in strip.axes:
            struck = [text.get_text() for text in axes.texts if text.get_text() and _struck(axes, text, renderer)]
            assert not struck


def _struck(axes: Any, text: Any, renderer: Any) -> bool:
    """Tell whether a line runs through a text, and not only behind its paper."""
    box, paper = text.get_window_extent(renderer).padded(-2), text.get_bbox_patch()
    before = paper is not None and paper.get_facecolor()[3] == 1.0
    return any(
        line.get_path().transformed(line.get_transform()).intersects_bbox(box, filled=False)
        and not (before and line.get_zorder() < text.get_zorder())
        for line in axes.lines
    )


def test_long_names_of_lanes_stay_apart_and_clear_of_the_axis(found: dict[str, CustomerLife]) -> None:
    life = found["saved"]
    names = [
        f"As today with training of all the staff in the north, {word} steps, and so on for years"
        for word in ("one", "two", "six")
    ]
    strip: Any = dataclasses.replace(
        life,
        lives=tuple(dataclasses.replace(each, strategy=name) for each, name in zip(life.lives, names, strict=True)),
    ).strip()
    renderer = strip.canvas.get_renderer()
    strip.draw(renderer)
    beside = [text for text in strip.texts if text.get_fontsize() == 9.5]
    assert len({text.get_text() for text in beside}) == 3
    assert all(word in text.get_text() for text, word in zip(beside, ("one", "two", "six"), strict=True))
    numbers = min(label.get_window_extent(renderer).x0 for axes in strip.axes for label in axes.get_yticklabels())
    assert all(text.get_window_extent(renderer).x1 < numbers - 4 for text in beside)


def test_lanes_have_the_names_that_were_given_in_whole_quotes_or_none(found: dict[str, CustomerLife]) -> None:
    life = found["saved"]
    names = [f"quarter one plan for the desk, variant {each}, with training of everyone in the north" for each in "ABC"]
    lives = [dataclasses.replace(each, strategy=name) for each, name in zip(life.lives, names, strict=True)]
    beside = [text.get_text() for text in dataclasses.replace(life, lives=tuple(lives)).strip().texts]
    lanes = [text for text in beside if text.startswith("quarter")]
    assert [re.search(r"\b[ABC]\b", text)[0] for text in lanes] == ["A", "B", "C"]  # type: ignore[index]
    assert not any('"' in text for text in lanes)


@pytest.mark.parametrize("title", ["", " ", "Which desk?"])
def test_the_strip_s_subtitle_reads_without_a_title(found: dict[str, CustomerLife], title: str) -> None:
    life = dataclasses.replace(found["saved"], setting=dataclasses.replace(found["saved"].setting, title=title))
    told = " ".join(text.get_text() for text in life.strip().texts).replace("\n", " ")
    begins = f"{title}, seed" if title.strip() else "Seed"
    assert f"under 3 strategies. {begins} {life.setting.seed}, replication 0" in told


def test_whoever_had_been_a_customer_is_back_even_if_forgotten(small: Small) -> None:
    forgetful = small(**{**BUSY, "joining.forget": 3, "advertising.budget": 20_000.0})
    model = LoyaltyModel(forgetful)
    people = range(model.world.people.rows)
    lost_before = {row for row in people if model.world.people.left_month[row] > LONG_AGO}  # some in the burn-in
    observer = Observer(model, people)
    model.timed(observer)
    while model.running:
        model.step()
    back = anew = forgotten = 0
    for row in people:
        life, was = observer.life(row), row in lost_before
        for month in life.months:
            was = was or month.was_customer
            if not month.came:
                continue
            assert month.is_back() == was
            told = " ".join(sentences(month))
            assert ("joined as a new customer" in told) == (not was)
            assert ("count as a new customer" in told) == (was and not month.returned)
            back, anew, forgotten = back + was, anew + (not was), forgotten + (was and not month.returned)
    assert min(back - forgotten, anew, forgotten) > 0


def test_the_forgotten_are_back_in_line_and_strip(found: dict[str, CustomerLife]) -> None:
    life = found["regained"]
    forgotten = tuple(
        dataclasses.replace(
            each,
            months=tuple(
                dataclasses.replace(month, returned=False, had_left=bool(month.came)) for month in each.months
            ),
        )
        for each in life.lives
    )
    told = dataclasses.replace(life, lives=forgotten)
    texts = [text.get_text() for axes in told.strip().axes for text in axes.texts]
    assert any("back (" in text for text in texts)
    assert not any("came (" in text for text in texts)
    assert "back in" in told.story
    assert "came in" not in told.story


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


@pytest.fixture
def file(tmp_path: Path, scenario: Scenario) -> Path:
    path = tmp_path / "mine.yml"
    path.write_text(_yaml(scenario))
    return path


def _yaml(scenario: Scenario) -> str:
    from loyaltysim.scenario import resolved_yaml

    return resolved_yaml(scenario)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--id", "400"], "name a person from 0 to 399"),
        (["--id", "-1"], "name a person from 0 to 399"),
        (["--find", "savd"], "did you mean saved?"),
        (["--id", "3", "--find", "saved"], "both choose a person"),
        (["--find", "saved", "--strategy", "as today"], "name a strategy that could save someone"),
        (["--strategy", "lisen"], "did you mean listen?"),
        (["--months", "1", "--find", "regained"], "try more --months"),
        (
            ["--months", "1", "--find", "saved", "--strategy", "as today", "--strategy", "advertise"],
            "try other --months",
        ),
        (["--replication", "-1"], "write 0 or more"),
    ],
)
def test_wrong_input_is_exit_2_with_the_cure(file: Path, options: list[str], told: str) -> None:
    out = file.parent / "kept"
    done = CliRunner().invoke(main, ["customer", str(file), *options, "--out", str(out)])
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert not out.exists()


def test_the_command_keeps_story_table_and_strip(file: Path, found: dict[str, CustomerLife]) -> None:
    out = file.parent / "kept"
    done = CliRunner().invoke(main, ["customer", str(file), "--find", "saved", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {
        "story.txt",
        "every-month.txt",
        "months.csv",
        "strip.png",
        "strip.svg",
        "scenario.yml",
    }
    assert (out / "story.txt").read_text() == found["saved"].story + "\n"
    assert done.output.startswith((out / "story.txt").read_text())
    assert (out / "strip.png").read_bytes() == png(found["saved"].strip())


def test_every_month_is_told_on_request(file: Path) -> None:
    done = CliRunner().invoke(main, ["customer", str(file), "--id", "3", "--strategy", "listen", "--every-month"])
    assert done.exit_code == 0, done.output
    assert len(re.findall(r"^\w+ 20\d\d: ", done.output, re.M)) == BUSY["months"]


def test_the_function_is_public() -> None:
    assert ls.customer is customer
