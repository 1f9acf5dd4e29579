"""The page: every section that has something to say, in the order of the registry, in one self-contained file."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from loyaltysim.reporting.page import components, sections
from loyaltysim.reporting.page.components import Drawing, Section
from loyaltysim.reporting.text.formats import to_text
from loyaltysim.results.reader import ReportSource

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

# The sections of a page in their order: each a function from what lies in a folder to a section, or to nothing.

Maker = Callable[[ReportSource], Section | None]

SECTIONS: tuple[Maker, ...] = (
    sections.build_answer_section,
    sections.build_failures_section,
    sections.build_money_section,
    sections.build_customers_section,
    sections.build_reasons_section,
    sections.build_funnel_section,
    sections.build_talk_section,
    sections.build_touchpoints_section,
    sections.build_return_section,
    sections.build_split_section,
    sections.build_breakeven_section,
    sections.build_sensitivity_section,
    sections.build_tables_section,
    sections.build_evidence_section,
    sections.build_provenance_section,
)


def build_sections(material: ReportSource) -> list[Section]:
    """Return the sections that have something to say."""
    return [section for make in SECTIONS if (section := make(material)) is not None]


def render_page(material: ReportSource) -> bytes:
    """Return report.html: UTF-8, the same bytes for the same folder."""
    title = to_text(str(material.manifest.get("title") or "Results"))
    shown = [render_drawings(section) for section in build_sections(material)]
    text = load_template().render(
        title=title,
        question=to_text(" ".join(str(material.manifest.get("question", "")).split())),
        sections=shown,
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
    from markupsafe import Markup, escape

    foreign = sorted((each for each in words if not each.isascii()), key=lambda each: (-len(each), each))
    if not foreign:
        return escape
    found = re.compile(f"({'|'.join(map(re.escape, foreign))})")

    def isolated(text: str) -> Markup:
        parts = enumerate(found.split(text))
        return Markup("").join(Markup("<bdi>{}</bdi>").format(part) if odd % 2 else escape(part) for odd, part in parts)

    return isolated


def render_drawings(section: Section) -> tuple[Section, list[tuple[Drawing, str, str]]]:
    """Return a section with each drawing's heading and element."""
    return section, [
        (
            drawing,
            heading(drawing),
            components.render_svg(drawing.figure, f"{section.key}{number}", describe_drawing(drawing)),
        )
        for number, drawing in enumerate(section.drawings)
    ]


def heading(drawing: Drawing) -> str:
    """Return what a drawing shows, as one sentence."""
    return drawing.title or str(getattr(drawing.figure, "headline", ""))


def describe_drawing(drawing: Drawing) -> str:
    """Say what a drawing shows for who cannot see it."""
    said = [
        heading(drawing),
        drawing.note or str(getattr(drawing.figure, "note", "")),
        "The table below has the numbers",
    ]
    return ". ".join(part.rstrip(".") for part in said if part) + "."


@cache
def load_template() -> Template:
    """Return the page's template, which escapes all that is put into it."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("loyaltysim.reporting.page", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template("report.html.j2")
