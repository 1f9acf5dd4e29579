"""The sections of a page in their order: each a function from what lies in a folder to a section, or to nothing.

A command with a question of its own adds a function here, which reads the tables that the command writes.
"""

from __future__ import annotations

from collections.abc import Callable

from loyaltysim.report.page import basis, decisions, failures, money, questions
from loyaltysim.report.page.parts import Section
from loyaltysim.results.reader import ReportSource

Maker = Callable[[ReportSource], Section | None]

SECTIONS: tuple[Maker, ...] = (
    questions.answer,
    failures.failures,
    money.money,
    questions.customers,
    questions.reasons,
    questions.funnel,
    questions.talk,
    questions.touchpoints,
    money.next_dollar,
    decisions.next_dollar,
    decisions.breakeven,
    decisions.sensitivity,
    decisions.other_tables,
    basis.rests_on,
    basis.made,
)


def sections(material: ReportSource) -> list[Section]:
    """Give the sections that have something to say."""
    return [section for make in SECTIONS if (section := make(material)) is not None]
