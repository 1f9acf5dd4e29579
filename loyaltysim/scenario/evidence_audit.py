"""What an answer rests on: every value that a scenario really uses, the weakest evidence first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from loyaltysim.core.fields import Declaration
from loyaltysim.scenario.grades import GRADES, Evidence, grade_evidence
from loyaltysim.scenario.loader import Source, load
from loyaltysim.scenario.provenance import SOLVED
from loyaltysim.scenario.registry import format_value, mechanisms, parameter_registry
from loyaltysim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "grade",
    "group",
    "path",
    "value",
    "unit",
    "source",
    "provenance",
    "plausible",
    "uncertain",
    "changed",
    "default",
)
STATED, UNCERTAIN, STUDY = "stated", "uncertain", "study"
ALWAYS_STATED = "stated.churn_annual"
"""Used even when nothing is solved: the value after the horizon is reckoned with it."""


def audit(source: Source, overrides: Sequence[str] = ()) -> pd.DataFrame:
    """List the values that a scenario rests on; definitions and choices are left out.

    Args:
        source: A scenario's file, its keys as a mapping, or a Scenario.
        overrides: `PATH=VALUE` or `PATH+=VALUE`, laid over it in order.

    Returns:
        Columns grade, group, path, value, unit, source, provenance, plausible, uncertain, changed, default. Sorted by
        grade (folklore, assumption, secondary, measured), within a grade the stated figures first, then those named in
        `uncertain`, then the study's and each mechanism's in the order of a month.

    Raises:
        InputError: With every problem found in the scenario.
    """
    import pandas as pd

    groups = [STATED, UNCERTAIN, STUDY, *mechanisms()]
    found = list_evidence(load(source, overrides))
    rows = sorted(found, key=lambda row: (GRADES.index(str(row[0])), groups.index(str(row[1]))))
    return pd.DataFrame.from_records(rows, columns=list(COLUMNS))


def count_grades(scenario: Scenario) -> dict[str, int]:
    """Count the values that a scenario rests on by grade, the weakest evidence first."""
    grades = [str(row[0]) for row in list_evidence(scenario)]
    return {grade: grades.count(grade) for grade in GRADES if grade in grades}


def list_evidence(scenario: Scenario) -> Iterator[tuple[str | bool, ...]]:
    """Walk the values that can matter and rest on evidence, as rows of the audit."""
    for path, row in parameter_registry().items():
        found = grade_evidence(scenario, path)
        if row.role not in ("param", SOLVED) or found.grade in ("definition", SOLVED) or not is_used(scenario, path):
            continue
        yield evidence_row(scenario, row, found)


def is_used(scenario: Scenario, path: str) -> bool:
    """Tell whether a value can matter: its mechanism is on, and no other value makes it idle."""
    head = path.partition(".")[0]
    if head in mechanisms():
        return bool(scenario.mechanism(head).on) and not is_idle(scenario, path)
    if head != STATED or path == ALWAYS_STATED or scenario.calibration == "on":
        return True
    solved = (known for known, row in parameter_registry().items() if row.role == SOLVED)
    return any(grade_evidence(scenario, known).grade == SOLVED for known in solved)


def is_idle(scenario: Scenario, path: str) -> bool:
    """Tell whether another value makes this one idle."""
    market = scenario.mechanism("market")
    kind, fickle = market.network.kind, market.fickleness_kind
    rivals = scenario.mechanism("rivals")
    return {
        "market.fickleness_beta": fickle != "beta",
        "market.fickleness_shape": fickle != "gamma",
        "market.margin_cv": market.top_tenth_share > 0,
        "market.top_tenth_share": market.top_tenth_share == 0,
        "rivals.share": rivals.zero_sum,
        "departure.to_rival": rivals.on and rivals.zero_sum,
        "market.network.path": kind != "file",
        "market.network.ties": kind in ("file", "none"),
        "market.network.rewired": kind != "small_world",
    }.get(path, False)


def evidence_row(scenario: Scenario, row: Declaration, found: Evidence) -> tuple[str | bool, ...]:
    """Return one row of the audit, in the order of COLUMNS."""
    bounds = scenario.uncertain.get(row.path)
    return (
        found.grade,
        find_group(scenario, row.path),
        row.path,
        _short(scenario.value_at(row.path)),
        row.unit,
        "" if found.source == found.grade else found.source,
        scenario.provenance.get(row.path, "default"),
        f"{row.plausible[0]:g} to {row.plausible[1]:g}" if row.plausible else "",
        f"{bounds.low:g} to {bounds.high:g}" if bounds else "",
        found.changed,
        _short(row.default),
    )


def find_group(scenario: Scenario, path: str) -> str:
    """Return the group that a value is listed under."""
    if path.startswith("stated."):
        return STATED
    if path in scenario.uncertain:
        return UNCERTAIN
    return path.partition(".")[0] if "." in path else STUDY


def _short(value: object) -> str:
    return f"{len(value)} rows" if isinstance(value, list) and len(value) > 3 else format_value(value)
