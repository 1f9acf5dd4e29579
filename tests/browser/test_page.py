"""report.html in a real browser: no network, no complaint, accessible in light and dark, and whole on paper.

Without Chromium these tests are left out; `.ci/run` installs it, and axe-core from npm, and sets LOYALTYSIM_BROWSER so
that they must run. LOYALTYSIM_AXE names the file axe.min.js.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyaltysim.reporting.page.build import render_page
from loyaltysim.results.reader import ReportSource, read_source
from loyaltysim.study import Study
from tests.support.browser import Browser, needs_axe, needs_browser
from tests.support.studies import LONG, widened

A4_TEXT = 680
"""Width of the text on A4 (180 mm) in CSS pixels."""

pytestmark = [needs_browser, pytest.mark.pages]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as opened:
        opened.size(1000, 800)
        yield opened


@pytest.fixture(scope="module")
def pages(study: Study, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The small run's own page, and one of twelve strategies with long names over 20 years."""
    found = read_source(study.folder)
    wide = widened(study.results, [LONG.format(number) for number in range(12)], months=240, money=1e3)
    place = tmp_path_factory.mktemp("wide") / "report.html"
    place.write_bytes(render_page(ReportSource(found.manifest, wide, found.path)))
    return {"small": study.folder / "report.html", "wide": place}


@pytest.mark.parametrize("which", ["small", "wide"])
def test_it_asks_for_nothing_and_complains_of_nothing(browser: Browser, pages: dict[str, Path], which: str) -> None:
    browser.open(pages[which])
    browser.value("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
    assert [url for url in browser.asked_for() if not url.startswith("data:")] == [pages[which].as_uri()]
    assert browser.complaints() == []
    assert browser.value("document.title") != ""


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["small", "wide"])
def test_axe_finds_nothing_serious(browser: Browser, pages: dict[str, Path], which: str, scheme: str) -> None:
    browser.media(scheme=scheme)
    browser.open(pages[which])
    found = browser.found_by_axe()
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert not serious, serious
    assert not found, found


@pytest.mark.parametrize("which", ["small", "wide"])
def test_dark_is_dark_and_light_is_light(browser: Browser, pages: dict[str, Path], which: str) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        browser.media(scheme=scheme)
        browser.open(pages[which])
        seen[scheme] = browser.value("getComputedStyle(document.body).backgroundColor")
    assert seen == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 27)"}


@pytest.mark.parametrize("width", [375, 768, 1400])
@pytest.mark.parametrize("which", ["small", "wide"])
def test_no_screen_has_to_be_pushed_aside(browser: Browser, pages: dict[str, Path], which: str, width: int) -> None:
    browser.media()
    browser.size(width, 800)
    browser.open(pages[which])
    assert browser.value("document.documentElement.scrollWidth") <= width
    browser.size(1000, 800)


@pytest.mark.parametrize("which", ["small", "wide"])
def test_on_paper_no_table_or_drawing_is_cut_off(browser: Browser, pages: dict[str, Path], which: str) -> None:
    browser.media(kind="print", scheme="dark")
    browser.size(A4_TEXT, 980)
    browser.open(pages[which])
    too_wide = browser.value(
        "[...document.querySelectorAll('table, figure, svg, .wide')].filter(each => "
        "each.getBoundingClientRect().right > document.documentElement.clientWidth + 1 || "
        "each.scrollWidth > each.clientWidth + 1 && each.tagName == 'DIV').map(each => each.outerHTML.slice(0, 120))"
    )
    assert too_wide == []
    tall = browser.value("Math.max(...[...document.querySelectorAll('figure, tr')].map(each => each.offsetHeight))")
    assert tall <= 980
    assert browser.value("getComputedStyle(document.querySelector('tr')).breakInside") == "avoid"
    assert browser.value("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    assert browser.value("getComputedStyle(document.querySelector('tbody tr')).breakBefore") == "avoid"
    assert browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    printed = browser.pdf()
    assert printed.startswith(b"%PDF-")
    assert 5 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 40
    boxes = set(re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", printed))
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
    browser.size(1000, 800)
    browser.media()


@needs_axe
def test_these_checks_see_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    place = tmp_path / "wrong.html"
    place.write_text(
        "<!DOCTYPE html><html><title>wrong</title><body style='width: 3000px'><img src='missing.png'>"
        "<p style='color: #ccc; background: #fff'>faint</p><script>console.error('no')</script>"
    )
    browser.media()
    browser.open(place)
    assert (tmp_path / "missing.png").as_uri() in browser.asked_for()
    assert browser.complaints()
    assert browser.value("document.documentElement.scrollWidth") > 1000
    assert {"image-alt", "color-contrast", "html-has-lang"} <= {each["id"] for each in browser.found_by_axe()}
