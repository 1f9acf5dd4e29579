"""How good the evidence for a scenario's value is: the declared grade while the value is the shipped one, else what its
file says.

A grade belongs to a figure, not to a name: a study behind the shipped 10 says nothing about somebody's 14. So a changed
value is an assumption, unless the comment at the end of its line begins with a grade (`# secondary: TARP 9 to 10`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.scenario.provenance import SOLVED
from loyaltysim.scenario.registry import parameter_registry

if TYPE_CHECKING:
    from loyaltysim.scenario.scenario import Scenario

GRADES = ("folklore", "assumption", "secondary", "measured", "definition")
"""The grades, the weakest evidence first; a definition rests on nothing."""
OWN = "this scenario's own figure"
GRADED = re.compile(rf"\s*({'|'.join((*GRADES, SOLVED))})\b[\s:,;]*(.*)", re.DOTALL)


@dataclass(frozen=True)
class Evidence:
    """How good the evidence for one value is, who says so, and whether it differs from the shipped default."""

    grade: str
    source: str
    changed: bool


def read_grade(note: str) -> tuple[str, str] | None:
    """Read grade and source from a comment, from its first part (divided by `;`) that begins with a grade; else
    None.
    """
    parts = note.split(";")
    for number in range(len(parts)):
        found = GRADED.fullmatch(";".join(parts[number:]))
        if found:
            return found.group(1), found.group(2).strip()
    return None


def grade_evidence(scenario: Scenario, path: str) -> Evidence:
    """Return the evidence for the value that the scenario has at a path; the grade `solved` if it follows from
    `stated`.
    """
    row = parameter_registry()[path]
    changed = scenario.value_at(path) != row.default
    stated_grade = read_grade(scenario.notes.get(path, ""))
    if row.role == "solved":
        follows = scenario.provenance.get(path) == SOLVED or (stated_grade is not None and stated_grade[0] == SOLVED)
        typed = scenario.calibration == "off" and not follows
        return Evidence("assumption", "typed, not solved", changed) if typed else Evidence(SOLVED, row.source, changed)
    if stated_grade is not None and stated_grade[0] != SOLVED:
        return Evidence(stated_grade[0], stated_grade[1] or ("" if changed else row.source), changed)
    if changed and row.role == "param" and row.grade != "definition":
        return Evidence("assumption", OWN, changed)
    return Evidence(row.grade, row.source, changed)


def describe_evidence(scenario: Scenario, path: str) -> str:
    """Say the evidence as a scenario's comment says it, `folklore: F1`; empty for what needs none."""
    row, found = parameter_registry()[path], grade_evidence(scenario, path)
    if row.role not in ("param", SOLVED) or found.grade in ("definition", SOLVED):
        return ""
    return f"{found.grade}: {found.source}" if found.source and found.source != found.grade else found.grade
