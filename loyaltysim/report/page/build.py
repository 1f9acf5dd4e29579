"""The page: every section that has something to say, in the order of the registry, in one self-contained file."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from loyaltysim.report.page import assumptions, decisions, money, overview, svg
from loyaltysim.report.page.components import Drawing, Section
from loyaltysim.report.text.names import to_text
from loyaltysim.results.reader import ReportSource

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

# The sections of a page in their order: each a function from what lies in a folder to a section, or to nothing.

Maker = Callable[[ReportSource], Section | None]

SECTIONS: tuple[Maker, ...] = (
    overview.answer,
    overview.failures,
    money.money,
    overview.customers,
    overview.reasons,
    overview.funnel,
    overview.talk,
    overview.touchpoints,
    money.next_dollar,
    decisions.next_dollar,
    decisions.breakeven,
    decisions.sensitivity,
    decisions.other_tables,
    assumptions.evidence_section,
    assumptions.provenance_section,
)


def sections(material: ReportSource) -> list[Section]:
    """Give the sections that have something to say."""
    return [section for make in SECTIONS if (section := make(material)) is not None]


def page(material: ReportSource) -> bytes:
    """Give report.html: UTF-8, the same bytes for the same folder."""
    title = to_text(str(material.manifest.get("title") or "Results"))
    shown = [_with_drawings(section) for section in sections(material)]
    text = _template().render(
        title=title,
        question=to_text(" ".join(str(material.manifest.get("question", "")).split())),
        sections=shown,
        isolate=isolate(users_words(material)),
        colours=[(svg.name_of(light), light, dark) for light, dark in svg.DARK.items()],
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


def _with_drawings(section: Section) -> tuple[Section, list[tuple[Drawing, str, str]]]:
    """Give a section with each drawing's heading and element."""
    return section, [
        (drawing, heading(drawing), svg.render_svg(drawing.figure, f"{section.key}{number}", alternative(drawing)))
        for number, drawing in enumerate(section.drawings)
    ]


def heading(drawing: Drawing) -> str:
    """Give what a drawing shows, as one sentence."""
    return drawing.title or str(getattr(drawing.figure, "headline", ""))


def alternative(drawing: Drawing) -> str:
    """Say what a drawing shows for who cannot see it."""
    said = [
        heading(drawing),
        drawing.note or str(getattr(drawing.figure, "note", "")),
        "The table below has the numbers",
    ]
    return ". ".join(part.rstrip(".") for part in said if part) + "."


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("loyaltysim.report.page", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


def _template() -> Template:
    return _environment().get_template("report.html.j2")
