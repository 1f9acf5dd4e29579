"""The page: every section that has something to say, in their order, in one self-contained file."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from loyaltysim.reporting.page import components
from loyaltysim.reporting.page.components import Drawing, Section
from loyaltysim.reporting.page.sections import SECTIONS
from loyaltysim.reporting.text.formats import to_text
from loyaltysim.results.reader import ReportSource


def render_page(material: ReportSource) -> bytes:
    """Return report.html: UTF-8, the same bytes for the same folder."""
    sections = [section for make in SECTIONS if (section := make(material)) is not None]
    text = load_template().render(
        title=to_text(str(material.manifest.get("title") or "Results")),
        question=to_text(" ".join(str(material.manifest.get("question", "")).split())),
        sections=[(section, render_drawings(section)) for section in sections],
        isolate=isolate(users_words(material)),
        colours=[(components.name_of(light), light, dark) for light, dark in components.DARK.items()],
    )
    return text.encode()


def users_words(material: ReportSource) -> set[str]:
    """Return the title, the question and the names of strategies and touchpoints, as the page shows them."""
    manifest, results = material.manifest, material.results
    question = " ".join(str(manifest.get("question", "")).split())
    words = {str(manifest.get("title", "")), question, *map(str, manifest.get("strategies", ()))}
    if results is not None:
        words |= {*results.strategies, *(name for audits in results.audits.values() for name in audits[0].names)}
    return {to_text(each) for each in words}


def isolate(words: set[str]) -> Callable[[str], Markup]:
    """Return what escapes a text and puts `bdi` around those of its words that might have a direction of their own."""
    foreign = sorted((each for each in words if not each.isascii()), key=lambda each: (-len(each), each))
    if not foreign:
        return escape
    found = re.compile(f"({'|'.join(map(re.escape, foreign))})")

    def isolated(text: str) -> Markup:
        parts = enumerate(found.split(text))
        return Markup("").join(Markup("<bdi>{}</bdi>").format(part) if odd % 2 else escape(part) for odd, part in parts)

    return isolated


def render_drawings(section: Section) -> list[tuple[Drawing, str, str]]:
    """Return each drawing of a section with its heading and its element, labelled for who cannot see it."""
    found = []
    for number, drawing in enumerate(section.drawings):
        heading = drawing.title or str(getattr(drawing.figure, "headline", ""))
        said = heading, drawing.note or str(getattr(drawing.figure, "note", "")), "The table below has the numbers"
        label = ". ".join(part.rstrip(".") for part in said if part) + "."
        found.append((drawing, heading, components.render_svg(drawing.figure, f"{section.key}{number}", label)))
    return found


@cache
def load_template() -> Template:
    """Return the page's template, which escapes all that is put into it."""
    loader = PackageLoader("loyaltysim.reporting.page", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    environment.trim_blocks = environment.lstrip_blocks = True
    return environment.get_template("report.html.j2")
