"""Names that are shortened stay apart, on every picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import plots
from loyaltysim.report import labels
from loyaltysim.report.drawing import look, titled, wrapped
from loyaltysim.report.figure_waterfall import ranked, waterfall
from loyaltysim.study import Study
from tests.report.studies import widened
from tests.report.test_plots import shown

WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
MIDDLE = (
    "training of all the staff who meet customers at the desk, in the shop and on the telephone, {} steps at a time, beginning "
    "with the branches in the north, and from the second year on everywhere (as the works council proposed, in two stages)"
)
GERMAN = "Beschwerdemanagementzentralenmitarbeiterschulungsprogramm{}fortsetzungsgenehmigungsverfahrensordnung"
FAMILIES: dict[str, list[str]] = {
    "the middle differs": [MIDDLE.format(word) for word in WORDS],
    "two places differ": [MIDDLE.format(f"{a} or {b}") for a in WORDS[:4] for b in WORDS[:3]],
    "one long word": [GERMAN.format(word) for word in WORDS],
    "one goes on": [MIDDLE, f"{MIDDLE} {MIDDLE}", f"{MIDDLE} {MIDDLE} {MIDDLE}"],
    "not to be drawn": [f"a\u200b{MIDDLE}", f"a{MIDDLE}", f"a\u200b\u200b{MIDDLE}"],
    "short": ["as today", "recovery"],
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("width", "lines"), [(30, 3), (26, 3), (15, 3), (22, 1), (6, 1)])
def test_shortened_names_stay_apart(family: str, width: int, lines: int) -> None:
    names = FAMILIES[family]
    found = labels.all_wrapped(names, width, lines)
    assert len(set(found)) == len(names)
    assert all(label.count("\n") < lines for label in found)
    assert all(len(line) <= width for label in found for line in label.split("\n"))


def test_a_shortened_name_keeps_its_beginning_and_the_word_that_differs() -> None:
    found = labels.all_wrapped(FAMILIES["the middle differs"], 30)
    assert all(label.startswith("training of all the") for label in found)
    assert all(word in label for word, label in zip(WORDS, found, strict=True))
    assert all(word in set(MIDDLE.split()) | {*WORDS, "…"} for label in found for word in label.rstrip("…").split())


def test_names_that_are_apart_anyway_are_shortened_as_one_alone() -> None:
    names = [f"{MIDDLE}, number {number}" for number in range(12)]
    assert labels.all_wrapped(names, 30) == [wrapped(name, 30) for name in names]


@given(
    st.lists(
        st.text("ab ", min_size=1, max_size=60).filter(str.strip),
        min_size=2,
        max_size=8,
        unique_by=lambda name: " ".join(name.split()),
    )
)
def test_any_names_stay_apart(names: list[str]) -> None:
    found = labels.all_wrapped(names, 12, 1)
    assert len(set(found)) == len(names)


def test_names_that_must_not_be_wider_than_their_room_stay_apart() -> None:
    with look():
        picture, _ = titled(9.0, 1.0, "", "")
        for names in FAMILIES.values():
            assert len(set(labels.all_within(picture, names, 1.75, 8.5, 1))) == len(names)


@pytest.mark.parametrize("question", ["customers", "money", "reasons", "talk", "next_dollar", "waterfall"])
def test_every_picture_tells_long_names_apart(study: Study, question: str) -> None:
    results = widened(study.results, FAMILIES["the middle differs"])
    texts = [text for text, _ in shown(getattr(plots, question)(results))]
    named = WORDS[1:] if question in ("money", "waterfall", "next_dollar") else WORDS
    for word in named:
        assert any(text.startswith("training") and word in text.split() for text in texts), word


def test_panels_on_different_drawings_have_different_headings(study: Study) -> None:
    results = widened(study.results, FAMILIES["one long word"])
    names = ranked(results)
    drawings = [waterfall(results, names[place : place + 2]) for place in range(0, len(names) - 1, 2)]
    headings = [
        text.get_text()
        for picture in drawings
        for axes in picture.axes
        for text in axes.texts
        if text.get_fontsize() == 10
    ]
    assert len(set(headings)) == len(headings) == 10
