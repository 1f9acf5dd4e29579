"""report.html: the answer first, every section in its order, nothing from outside, and users' words as words."""

from __future__ import annotations

import itertools
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from loyaltysim.reporting.charts import style as drawing
from loyaltysim.reporting.charts.customers import LOOKS
from loyaltysim.reporting.page import components
from loyaltysim.reporting.page.build import render_page
from loyaltysim.reporting.page.components import write_amount
from loyaltysim.reporting.page.sections import build_evidence_section
from loyaltysim.reporting.text.formats import money_for
from loyaltysim.results.reader import ReportSource, read_source
from loyaltysim.stats.intervals import Interval
from loyaltysim.study import Study
from tests.support.studies import HOSTILE, LONG, widened

IN_ORDER = [
    "answer", "money", "customers", "reasons", "funnel", "talk", "touchpoints", "next-dollar", "basis", "made",
]  # fmt: skip
VOID = {"meta", "link", "br"}


class Outline(HTMLParser):
    """The page's elements, headings, texts and attributes; raises where elements do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def text(folder: Path) -> str:
    return (folder / "report.html").read_text()


@pytest.fixture(scope="module")
def outline(text: str) -> Outline:
    return Outline(text)


def test_the_sections_stand_in_the_promised_order(outline: Outline) -> None:
    assert [attributes["id"] for attributes in outline.all("section")] == IN_ORDER


def test_it_opens_with_the_terminal_s_sentence(study: Study, outline: Outline) -> None:
    first = study.answer.split("\n")[0]
    words = "".join(outline.texts).replace("\u00a0", " ")
    assert first in words
    assert words.index(first) < words.index("Where does the money come from?")


def test_headings_descend_one_by_one_and_each_drawing_says_what_it_shows(outline: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    drawings = outline.all("svg")
    assert len(drawings) == 9
    assert all(each["role"] == "img" and len(str(each["aria-label"])) > 60 for each in drawings)
    assert outline.all("html")[0]["lang"] == "en"
    assert {each.get("scope") for each in outline.all("th")} == {"row", "col"}
    assert len(outline.all("caption")) == len(outline.all("table"))


def test_nothing_is_fetched_from_anywhere(text: str, outline: Outline) -> None:
    assert not outline.all("script")
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    links = [str(value) for _, attributes in outline.tags for name, value in attributes.items() if name in ("src", "href", "xlink:href")]  # fmt: skip
    assert all(link.startswith(("#", "data:")) for link in links)
    assert set(re.findall(r"url\((.)", text)) <= {"#"}
    ids = [str(attributes["id"]) for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_users_words_stay_words(text: str, outline: Outline) -> None:
    assert HOSTILE in outline.texts
    assert "<script" not in text
    assert "<b>Recovery" not in text
    assert "<b>Recovery</b> or =acquisition?" in outline.texts


def test_every_colour_of_a_drawing_has_one_for_the_dark(text: str) -> None:
    drawings = "".join(re.findall(r"<svg.*?</svg>", text, re.DOTALL))
    used = set(re.findall(r"var\((--c[0-9a-f]{6})\)", drawings))
    assert used <= {components.name_of(colour) for colour in components.DARK}
    assert not re.search(r"#[0-9a-fA-F]{6}\b", drawings)
    assert {*drawing.COLOURS, drawing.INK, drawing.ACCENT, drawing.BAD} <= components.DARK.keys()


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [drawing.INK, drawing.GREY, drawing.ACCENT, drawing.BAD])
def test_writing_in_drawings_can_be_read_in_light_and_dark(colour: str) -> None:
    assert contrast(colour, drawing.PAPER) >= 4.5
    assert contrast(components.DARK[colour], components.DARK[drawing.PAPER]) >= 4.5


def test_letters_on_bars_can_be_read_in_light_and_dark() -> None:
    for fill, letters, reason in LOOKS.values():
        assert contrast(fill, letters) >= 4.5, reason
        assert contrast(components.DARK[fill], components.DARK[letters]) >= 4.5, reason


def test_a_dark_colour_differs_from_the_others_as_its_light_one_does() -> None:
    strategies = [components.DARK[colour] for colour in drawing.COLOURS]
    assert len(set(strategies)) == len(strategies)
    assert all(contrast(colour, components.DARK[drawing.PAPER]) >= 3 for colour in strategies)


def test_twelve_long_names_fit_into_three_megabytes(study: Study) -> None:
    wide = widened(study.results, [LONG.format(number) for number in range(12)], months=240, money=1e3)
    found = read_source(study.folder)
    content = render_page(ReportSource(found.manifest, wide, found.path))
    assert len(content) < 3_000_000
    outline = Outline(content.decode())
    assert len(outline.all("svg")) == 10
    assert LONG.format(11) in outline.texts


def test_a_column_of_money_is_in_one_unit() -> None:
    spans = [
        Interval(1_010_000.0, 940_000.0, 1_090_000.0, 30),
        Interval(-4_000.0, -9_000.0, 1_000.0, 30),
        Interval(0.0),
    ]
    money = money_for("$", *spans)
    assert [write_amount(money, span, signed=True).text for span in spans] == ["+1.010 M$", "-0.004 M$", "+0.000 M$"]
    assert write_amount(money, spans[1]).below == "-0.009 to 0.001"
    assert write_amount(money, Interval(-40.0)).text == "-40.0 $"  # which M$ would show as a row of noughts


def test_what_it_rests_on_names_the_weakest_figures(outline: Outline, study: Study) -> None:
    assert "folklore" in outline.texts
    assert "stated.churn_annual" in outline.texts or "stated.silent_share_of_lost" in outline.texts or study.rests_on
    assert f"{study.results.replications}" in outline.texts
    assert "loyaltysim run scenario.yml" in outline.texts


def test_it_names_the_command_that_finds_where_the_recommendation_turns(
    study: Study, text: str, tmp_path: Path
) -> None:
    command = "loyaltysim breakeven scenario.yml"
    section = text.partition('<section id="basis"')[2].partition("</section>")[0]
    assert f"<code>{command}</code>" in section
    audit = study.folder / "audit.csv"
    weakest = next(path for path in pd.read_csv(audit).path if not path.startswith("stated.reasons"))
    assert re.findall(rf"<code>{command} --over (\S+)</code>", section) == [weakest]
    found = read_source(study.folder)
    assert found.results is not None
    alone = widened(found.results, ["as today"])
    assert command not in render_page(ReportSource(found.manifest, alone, found.path)).decode()
    assert build_evidence_section(ReportSource({}, alone, found.path)) is None
    shutil.copytree(study.folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "breakeven_curve.csv").write_text("path\n")
    assert build_evidence_section(read_source(tmp_path)).code == []


def test_touchpoints_to_keep_are_not_called_ones_to_mend(text: str) -> None:
    section = text.partition('<section id="touchpoints"')[2].partition("</section>")[0]
    assert "12 touchpoints of highest priority" in section
    assert "to mend first" not in section
    assert "Priority is by importance, urgency, gap and ease" in section


def test_names_from_right_to_left_do_not_reorder_the_sentence(study: Study) -> None:
    name, found = "תוכנית <3>", read_source(study.folder)
    results = widened(study.results, [name, "recovery"])
    manifest = dict(found.manifest) | {
        "answer": f'Over 1 year, "{name}" earns 3 more than recovery.',
        "title": "עברית!",
    }
    content = render_page(ReportSource(manifest, results, found.path)).decode()
    assert '"<bdi>תוכנית &lt;3&gt;</bdi>" earns 3'.replace('"', "&#34;") in content
    assert "<h1><bdi>עברית!</bdi></h1>" in content
    assert '<th scope="row"><bdi>תוכנית &lt;3&gt;</bdi></th>' in content
    assert "<bdi>recovery" not in content
    Outline(content)
