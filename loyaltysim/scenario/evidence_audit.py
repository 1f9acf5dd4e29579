"""What an answer rests on: every value that a scenario really uses, the weakest evidence first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.core.fields import Declaration
from loyaltysim.scenario.grades import FOLLOWS, GRADES, Evidence, evidence, value_at
from loyaltysim.scenario.loader import load
from loyaltysim.scenario.registry import format_value, mechanisms, parameter_registry
from loyaltysim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "grade", "group", "path", "value", "unit", "source", "provenance", "plausible", "uncertain", "changed", "default",
)  # fmt: skip
STATED, UNCERTAIN, STUDY = "stated", "uncertain", "study"
ALWAYS_STATED = "stated.churn_annual"
"""Used even when nothing is solved: the value after the horizon is reckoned with it."""


def audit(scenario: str | Path | Scenario) -> pd.DataFrame:
    """List the values that a scenario (a file's path or a Scenario) rests on; definitions and choices are left out.

    Sorted by grade (folklore, assumption, secondary, measured), within a grade the stated figures first, then those
    named in `uncertain`, then the study's and each mechanism's in the order of a month. Raises InputError for a wrong
    scenario. Columns: grade, group, path, value, unit, source, provenance, plausible, uncertain, changed, default.
    """
    import pandas as pd

    spec = load(scenario)
    rows = sorted(_rows(spec), key=lambda row: (GRADES.index(row[0]), _rank(row[1])))
    return pd.DataFrame.from_records(rows, columns=list(COLUMNS))


def rests_on(scenario: Scenario) -> dict[str, int]:
    """Count the values that a scenario rests on by grade, the weakest evidence first."""
    grades = [row[0] for row in _rows(scenario)]
    return {grade: grades.count(grade) for grade in GRADES if grade in grades}


def _rows(spec: Scenario) -> Iterator[tuple[str | bool, ...]]:
    for path, row in parameter_registry().items():
        found = evidence(spec, path)
        if row.role not in ("param", FOLLOWS) or found.grade in ("definition", FOLLOWS) or not _is_used(spec, path):
            continue
        yield _line(spec, row, found)


def _line(spec: Scenario, row: Declaration, found: Evidence) -> tuple[str | bool, ...]:
    bounds = spec.uncertain.get(row.path)
    return (
        found.grade,
        _group(spec, row.path),
        row.path,
        _short(value_at(spec, row.path)),
        row.unit,
        "" if found.source == found.grade else found.source,
        spec.provenance.get(row.path, "default"),
        f"{row.plausible[0]:g} to {row.plausible[1]:g}" if row.plausible else "",
        f"{bounds.low:g} to {bounds.high:g}" if bounds else "",
        found.changed,
        _short(row.default),
    )


def _short(value: object) -> str:
    rows = isinstance(value, list) and len(value) > 3
    return f"{len(value)} rows" if rows else format_value(value)  # type: ignore[arg-type]


def _group(spec: Scenario, path: str) -> str:
    if path.startswith("stated."):
        return STATED
    if path in spec.uncertain:
        return UNCERTAIN
    return path.partition(".")[0] if "." in path else STUDY


def _rank(group: object) -> int:
    return [STATED, UNCERTAIN, STUDY, *mechanisms()].index(str(group))


def _is_used(spec: Scenario, path: str) -> bool:
    """Tell whether a value can matter: its mechanism is on, and no other value makes it idle."""
    head = path.partition(".")[0]
    if head in mechanisms():
        return bool(spec.mechanism(head).on) and not _is_idle(spec, path)
    return head != STATED or path == ALWAYS_STATED or _follows_from_stated(spec)


def _follows_from_stated(spec: Scenario) -> bool:
    solved = (path for path, row in parameter_registry().items() if row.role == FOLLOWS)
    return spec.calibration == "on" or any(evidence(spec, path).grade == FOLLOWS for path in solved)


def _is_idle(spec: Scenario, path: str) -> bool:
    market = spec.mechanism("market")
    kind, fickle = market.network.kind, market.fickleness_kind
    rivals = spec.mechanism("rivals")
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
