"""Long names of strategies are whole, and so apart, on every picture."""

from __future__ import annotations

import pytest

from loyaltysim import plots
from loyaltysim.reporting.charts.money import ranked
from loyaltysim.study import Study
from tests.support.studies import widened
from tests.test_plots import shown

WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
MIDDLE = (
    "training of all the staff who meet customers at the desk, in the shop and on the telephone, {} steps at a time, beginning "
    "with the branches in the north, and from the second year on everywhere (as the works council proposed, in two stages)"
)
GERMAN = "Beschwerdemanagementzentralenmitarbeiterschulungsprogramm{}fortsetzungsgenehmigungsverfahrensordnung"


@pytest.mark.parametrize("question", ["customers", "money", "reasons", "talk", "next_dollar", "waterfall"])
def test_every_picture_tells_long_names_apart(study: Study, question: str) -> None:
    results = widened(study.results, [MIDDLE.format(word) for word in WORDS])
    texts = [text for text, _ in shown(getattr(plots, question)(results))]
    named = WORDS[1:] if question in ("money", "waterfall", "next_dollar") else WORDS
    for word in named:
        assert any(text.startswith("training") and word in text.split() for text in texts), word


def test_panels_on_different_drawings_have_different_headings(study: Study) -> None:
    results = widened(study.results, [GERMAN.format(word) for word in WORDS])
    names = ranked(results)
    drawings = [plots.waterfall(results, names[place : place + 2]) for place in range(0, len(names) - 1, 2)]
    headings = [axes.get_title(loc="left") for picture in drawings for axes in picture.axes if axes.axison]
    assert len(set(headings)) == len(headings) == 10
