"""The docs site builds without a warning, asks nobody for anything, and can be read by everyone."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import loyaltysim as ls
from loyaltysim.cli import VERBS
from loyaltysim.mechanisms import catalog
from tests.support.browser import Browser, needs_axe, needs_browser

pytestmark = pytest.mark.pages

ROOT = Path(__file__).parents[2]


class Requests(HTMLParser):
    """What a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed"):
            self.addresses.append(given.get("src") or "")
        elif tag == "link" and given.get("rel") != "canonical":
            self.addresses.append(given.get("href") or "")


class Quiet(SimpleHTTPRequestHandler):
    """Serve files and say nothing."""

    def log_message(self, format: str, *values: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as the checks do, in a process of its own: warnings are errors there, too."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_no_page_asks_anyone_for_anything(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 50
    for page in pages:
        seen = Requests()
        seen.feed(page.read_text())
        assert seen.addresses
        assert not [address for address in seen.addresses if "//" in address], page
    for style in site.rglob("*.css"):
        assert not re.findall(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", style.read_text()), style


def the_theme_is_ready(browser: Browser) -> None:
    """Wait until the theme listens to clicks: some time after the page is loaded; it then makes the menu's buttons."""
    assert browser.becomes("document.querySelector('button.toctree-expand')")


@needs_browser
@needs_axe
def test_axe_finds_nothing_serious_on_any_page(site: Path, tmp_path: Path) -> None:
    with Browser(tmp_path) as browser:
        browser.size(1200, 900)
        for page in sorted(site.rglob("*.html")):
            browser.open(page)
            found = browser.found_by_axe()
            assert not [each for each in found if each["impact"] in ("serious", "critical")], (page, found)


@needs_browser
@needs_axe
def test_in_a_narrow_window_all_is_reached_by_keyboard_and_nothing_is_pushed_aside(site: Path, tmp_path: Path) -> None:
    with Browser(tmp_path) as browser:
        browser.size(400, 800)
        for page in sorted(site.rglob("*.html")):
            browser.open(page)
            assert browser.value("document.documentElement.scrollWidth") <= 400, page
            if page.stem in ("results", "parameters", "odd", "luck", "index"):
                assert not browser.found_by_axe("scrollable-region-focusable"), page
        shown = "getComputedStyle(document.querySelector('.wy-nav-side')).left"
        before = browser.value(shown)
        the_theme_is_ready(browser)
        browser.value("document.querySelector('.wy-nav-top button').click()")
        assert browser.becomes(f"{shown} !== '{before}'")


def stops(browser: Browser, most: int) -> list[str]:
    """Press the tabulator so many times; give what had the focus after each."""
    what = (
        "(at => at.className + '|' + (at.getAttribute('aria-label') || at.textContent.trim()))(document.activeElement)"
    )
    found = []
    for _ in range(most):
        for kind in ("rawKeyDown", "keyUp"):
            browser("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        found.append(browser.value(what))
    return found


@needs_browser
def test_the_keyboard_comes_to_the_text_first_and_to_no_menu_that_is_closed(site: Path, tmp_path: Path) -> None:
    with Browser(tmp_path) as browser:
        for width in (1200, 400):
            browser.size(width, 800)
            for name in ("results.html", "index.html", "search.html"):
                browser.open(site / name)
                assert stops(browser, 1) == ["skip|Skip to the text"], (width, name)
                assert (
                    browser.value("document.querySelector(document.activeElement.getAttribute('href')).role") == "main"
                )
                assert browser.value("document.activeElement.getBoundingClientRect().left") == 0
        browser.open(site / "results.html")
        assert [each.partition("|")[2] for each in stops(browser, 3)[1:]] == ["Menu", "loyaltysim"]
        button = "document.querySelector('.wy-nav-top button')"
        inside = "document.querySelector('.wy-nav-side').contains(document.activeElement)"
        assert browser.value(f"{button}.getAttribute('aria-expanded')") == "false"
        the_theme_is_ready(browser)
        browser.value(f"{button}.click()")
        assert browser.becomes(f"{button}.getAttribute('aria-expanded') === 'true'")
        browser.value("document.querySelector('.skip').focus()")
        stops(browser, 1)
        assert browser.value(inside)


@needs_browser
def test_from_a_folder_no_page_complains_or_offers_a_search_that_never_answers(site: Path, tmp_path: Path) -> None:
    with Browser(tmp_path) as browser:
        browser.size(1200, 900)
        for page in sorted(set(site.rglob("*.html")) - {site / "404.html"}):  # which only a server gives
            browser.open(page)
            assert browser.complaints() == [], page
            assert not browser.value("document.querySelector('.wy-side-nav-search [role=search]').checkVisibility()"), (
                page
            )
            assert browser.value("document.querySelector('.no-search').checkVisibility()"), page
        browser.open(site / "search.html")
        assert "Searching" not in browser.value("document.querySelector('[role=main]').innerText")
        assert "mkdocs serve" in browser.value("document.querySelector('[role=main]').innerText")


@needs_browser
def test_where_it_is_served_the_search_answers(site: Path, tmp_path: Path) -> None:
    handler = partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, Browser(tmp_path) as browser:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            browser.visit(f"http://127.0.0.1:{server.server_port}/search.html?q=grievance")
            assert browser.becomes("document.querySelectorAll('#mkdocs-search-results article').length > 3")
            assert browser.value("document.querySelector('.wy-side-nav-search [role=search]').checkVisibility()")
            assert not browser.value("document.querySelector('.no-search').checkVisibility()")
        finally:
            server.shutdown()
            thread.join()


@needs_browser
def test_the_menu_s_buttons_say_whether_they_are_open(site: Path, tmp_path: Path) -> None:
    with Browser(tmp_path) as browser:
        browser.size(1200, 900)
        browser.open(site / "results.html")
        wrong = "document.querySelectorAll('.wy-menu-vertical [aria-expanded]:not(button)').length"
        button = "[...document.querySelectorAll('button.toctree-expand')].find(each => each.closest('a').textContent.includes('Notebooks'))"  # fmt: skip
        the_theme_is_ready(browser)
        assert browser.becomes(f"{button}.getAttribute('aria-expanded') === 'false'")
        browser.value(f"{button}.click()")
        assert browser.becomes(f"{button}.getAttribute('aria-expanded') === 'true'")
        assert browser.value(wrong) == 0


def test_every_page_is_in_the_menu(site: Path) -> None:
    menu = (site / "index.html").read_text()
    pages = {page.relative_to(site).as_posix() for page in site.rglob("*.html")} - {
        "404.html",
        "search.html",
        "index.html",
    }
    listed = {target.partition("#")[0] for target in re.findall(r'href="([^"]+)"', menu)}
    assert pages <= listed


def test_reference_pages_hold_what_is_declared(site: Path) -> None:
    commands, python, metrics = (
        (site / f"reference/{name}.html").read_text() for name in ("commands", "python", "metrics")
    )
    assert all(f"loyaltysim {verb}" in commands for verb in VERBS)
    assert all(f">{name}<" in python or f'.{name}"' in python for name in ls.__all__ if name != "__version__")
    assert all(f"<code>{name}</code>" in metrics for name in catalog())


def test_links_lead_out_of_the_folder_to_pages_made_of_the_files(site: Path) -> None:
    library = (site / "scenarios.html").read_text()
    assert 'href="scenarios/tea-caddy.html"' in library
    assert "extends" in (site / "scenarios/tea-caddy.html").read_text()
    contributing = (site / "CONTRIBUTING.html").read_text()
    assert 'href="odd.html"' in contributing
    assert 'href="adr/0010-threads-within-a-run.html"' in contributing
