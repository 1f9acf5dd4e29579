"""The strip that draws a customer's life under each strategy: what it marks, whom it names, and that its words can be read."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from loyaltysim.experiments.customer import CustomerLife
from loyaltysim.report.charts.style import png, svg
from loyaltysim.report.figure_life_heard import HEARD_HIGH, TELLER_HIGH
from loyaltysim.report.life import Life, Month, Talk


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
