"""The strip that draws a customer's life under each strategy: what it marks, whom it names, and that its words can be read."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from loyaltysim.experiments.observer import Talk
from loyaltysim.reporting.charts.customer_history import HEARD_HIGH
from loyaltysim.reporting.charts.style import png, svg
from loyaltysim.study import CustomerLife
from tests.support.customer_lives import altered


def test_the_strip_is_drawn_alike_each_time(found_lives: dict[str, CustomerLife]) -> None:
    life = found_lives["saved"]
    assert png(life.strip()) == png(life.strip())
    assert svg(life.strip()) == svg(life.strip())
    texts = [text.get_text() for axes in life.strip().axes for text in axes.texts]
    assert any("left" in text for text in texts)
    assert any("stayed" in text for text in texts)


def test_the_strip_says_by_whom_they_were_told(found_lives: dict[str, CustomerLife]) -> None:
    life = found_lives["saved"]
    strip = life.strip()
    for axes, lived in zip(strip.axes, life.lives, strict=True):
        heard = [
            (month, news) for month in lived.months for news in ("bad", "good") if getattr(month, f"heard_{news}")()
        ]
        marks = [
            each for each in axes.collections if len(each.get_offsets()) == 1 and each.get_offsets()[0][1] == HEARD_HIGH
        ]  # type: ignore[index]
        known = [any(talk.known for talk in month.heard if getattr(talk, news)) for month, news in heard]
        assert [round(each.get_offsets()[0][0]) for each in marks] == [month.month for month, _ in heard]  # type: ignore[index]
        filled = [tuple(each.get_facecolor()[0][:3]) != (1.0, 1.0, 1.0) for each in marks]
        assert filled == known
    tellers = {talk.other: talk.known for month in life.lives[0].months for talk in month.heard}
    beside = [text.get_text() for text in strip.texts]
    assert f"told by {sum(tellers.values())} they know,\n{len(tellers) - sum(tellers.values())} they do not" in beside
    assert any(life.lives[0].months[0].heard or month.heard for month in life.lives[0].months)


def test_nothing_in_the_strip_strikes_through_its_words(found_lives: dict[str, CustomerLife]) -> None:
    life = found_lives["saved"]
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
    for lives in ((reference, beside), *(each.lives for each in found_lives.values())):
        strip: Any = altered(life, lives=lives).strip()
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


def test_long_names_of_lanes_stay_apart_and_clear_of_the_axis(found_lives: dict[str, CustomerLife]) -> None:
    life = found_lives["saved"]
    names = [
        f"As today with training of all the staff in the north, {word} steps, and so on for years"
        for word in ("one", "two", "six")
    ]
    strip: Any = altered(
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


def test_lanes_have_the_names_that_were_given_in_whole_quotes_or_none(found_lives: dict[str, CustomerLife]) -> None:
    life = found_lives["saved"]
    names = [f"quarter one plan for the desk, variant {each}, with training of everyone in the north" for each in "ABC"]
    lives = [dataclasses.replace(each, strategy=name) for each, name in zip(life.lives, names, strict=True)]
    beside = [text.get_text() for text in altered(life, lives=tuple(lives)).strip().texts]
    lanes = [text for text in beside if text.startswith("quarter")]
    assert [re.search(r"\b[ABC]\b", text)[0] for text in lanes] == ["A", "B", "C"]  # type: ignore[index]
    assert not any('"' in text for text in lanes)


@pytest.mark.parametrize("title", ["", " ", "Which desk?"])
def test_the_strip_s_subtitle_reads_without_a_title(found_lives: dict[str, CustomerLife], title: str) -> None:
    life = altered(found_lives["saved"], setting=dataclasses.replace(found_lives["saved"].history.setting, title=title))
    told = " ".join(text.get_text() for text in life.strip().texts).replace("\n", " ")
    begins = f"{title}, seed" if title.strip() else "Seed"
    assert f"under 3 strategies. {begins} {life.history.setting.seed}, replication 0" in told


def test_the_forgotten_are_back_in_line_and_strip(found_lives: dict[str, CustomerLife]) -> None:
    life = found_lives["regained"]
    forgotten = tuple(
        dataclasses.replace(
            each,
            months=tuple(
                dataclasses.replace(month, returned=False, had_left=bool(month.came)) for month in each.months
            ),
        )
        for each in life.lives
    )
    told = altered(life, lives=forgotten)
    texts = [text.get_text() for axes in told.strip().axes for text in axes.texts]
    assert any("back (" in text for text in texts)
    assert not any("came (" in text for text in texts)
    assert "back in" in told.story
    assert "came in" not in told.story
    assert "counted as new" in " ".join(told.story.split())
    assert "counted as new" not in life.story
