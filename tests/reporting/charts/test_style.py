"""The pictures: nothing cut off, nothing overlapping, long names whole, the same bytes each time, no pyplot state."""

from __future__ import annotations

import io
import itertools
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import plots
from loyaltysim.reporting.charts import draw_all
from loyaltysim.reporting.charts.money import ranked
from loyaltysim.reporting.charts.style import fit, line_look, look, png, spread, width_of
from loyaltysim.study import Study
from tests.support.invented_firm import results
from tests.support.pictures import shown
from tests.support.studies import widened

LONG = "the board's own proposal of last autumn, revised twice, for 5 $ or 6 $ a customer, "


def studies() -> list[Any]:
    many = {f"{LONG} number {i}": 0.004 * (i - 4) for i in range(12)}
    return [results({"as today": 0.0}), results({"W" * 120: 0.0, "b": 0.03}), results(many), results(replications=1)]


@pytest.mark.parametrize("study", studies())
@pytest.mark.parametrize("draw", [plots.customers, plots.money])
def test_no_text_is_cut_off(draw: Any, study: Any) -> None:
    picture = draw(study)
    renderer = picture.canvas.get_renderer()
    width, height = picture.bbox.width, picture.bbox.height
    picture.draw(renderer)
    boxes = [thing.get_tightbbox(renderer) for thing in (*picture.axes, *picture.texts)]
    assert all(box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height for box in boxes)


def test_labels_at_line_ends_do_not_overlap() -> None:
    picture = plots.customers(studies()[2])
    renderer = picture.canvas.get_renderer()
    boxes = sorted((text.get_window_extent(renderer) for text in picture.axes[0].texts), key=lambda box: box.y0)
    assert len(boxes) == 12
    assert all(below.y1 <= above.y0 + 0.5 for below, above in itertools.pairwise(boxes))


def test_titles_state_the_finding_and_axes_their_units() -> None:
    study = results({"as today": 0.0, "recovery": 0.09, "advertising": 0.01})
    money, customers = plots.money(study), plots.customers(study)
    assert money.texts[0].get_text().startswith("Recovery earns most over 2 years: ")
    assert "k\\$" in money.axes[0].get_xlabel()
    assert customers.texts[0].get_text().startswith("Recovery ends with the most customers after 2 years: ")
    assert customers.axes[0].get_ylabel() == "customers at the end of the month"


def test_the_same_results_give_the_same_bytes() -> None:
    assert draw_all(results()) == draw_all(results())


def test_a_png_tells_neither_version_nor_date() -> None:
    content = png(plots.money(results()))
    assert content.startswith(b"\x89PNG")
    assert b"tEXt" not in content
    assert b"atplotlib" not in content


def test_pyplot_is_not_touched() -> None:
    draw_all(results())
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_twelve_lines_look_different() -> None:
    assert len({str(line_look(position)) for position in range(28)}) == 28


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 0.8)), min_size=1, max_size=12))
def test_spread_labels_never_overlap_and_stay_inside(labels: list[tuple[float, float]]) -> None:
    wanted, heights = [label[0] for label in labels], [label[1] for label in labels]
    placed = spread(wanted, heights, 0.0, 10.0)
    spans = sorted((y - h / 2, y + h / 2) for y, h in zip(placed, heights, strict=True))
    assert all(one[1] <= other[0] + 1e-6 for one, other in itertools.pairwise(spans))
    assert spans[0][0] >= -1e-6
    assert spans[-1][1] <= 10.0 + 1e-6


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([1.0, 5.0, 9.0], [1.0, 1.0, 1.0], 0.0, 10.0) == [1.0, 5.0, 9.0]


@pytest.mark.parametrize("name", ["a long name of many words, " * 5, "W" * 80, "5 $ a customer"])
def test_a_text_is_broken_into_lines_that_fit_and_is_whole(name: str) -> None:
    with look():
        shown = fit(name, 2.0, fontsize=9)
        assert width_of(None, shown.split("\n"), 9) <= 2.0
    assert shown.replace("\n", "").replace(" ", "").replace(r"\$", "$") == name.replace(" ", "")


def test_many_strategies_have_three_bands_and_the_subtitle_says_so() -> None:
    many, few = (results({f"strategy {i}": 0.01 * i for i in range(count)}) for count in (12, 6))
    for study, bands in ((many, 3), (few, 6)):
        picture = plots.customers(study)
        assert len(picture.axes[0].collections) == bands
        assert ("first strategy and of the two best" in picture.texts[1].get_text()) == (bands == 3)
    looks = [(line.get_color(), line.get_linestyle()) for line in plots.customers(many).axes[0].lines[:12]]
    assert len({str(line_look(position)) for position in range(12)}) == len(looks) == 12


def test_a_letter_that_no_font_has_is_a_box_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    study = results(
        {"\u8fd4\u91d1": 0.0, "\u5e7f\u544a \U0001f680": 0.03, "gr\u00fcn \ue123": 0.01, "\u05e9\u05d9": 0.02}
    )
    assert draw_all(study) == draw_all(study)
    plots.money(study).savefig(io.BytesIO(), format="svg")
    assert not [warning for warning in recwarn if "lyph" in str(warning.message)]


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
