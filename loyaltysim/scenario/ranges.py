"""Read the `uncertain` block: what is not known, as a range a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.layers import Entries
from loyaltysim.scenario.provenance import Located, is_number, to_plain
from loyaltysim.scenario.registry import (
    describe_value,
    format_range,
    format_value,
    is_numeric,
    parameter_registry,
    suggest,
)

if TYPE_CHECKING:
    from loyaltysim.scenario.scenario import Scenario

SHARES = ("stated.reasons.", "stated.outcomes.")
EXAMPLE = "write {low: 6, high: 14}"
DROPPED_RANGE = "given up:"
"""How the provenance of a range begins that a later value has left."""


class Range(BaseModel):
    """What a value may be, when it is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    low: float
    high: float


def read_ranges(entries: Entries) -> dict[str, Range]:
    """Return the uncertain paths with their ranges; `off` takes out one that an extended file gave."""
    found = {}
    for path, item in entries.uncertain.items():
        if item.value in ("off", False):
            continue
        if check_uncertain_path(path, item, entries):
            bounds = read_bounds(path, item, entries)
            if bounds:
                found[path] = bounds
    return found


def check_bounds(scenario: Scenario, entries: Entries) -> list[Problem]:
    """Find ranges that leave out the value which the scenario itself has."""
    found = []
    for path, item, value in find_excluded(scenario, entries):
        if not _is_older(path, item, entries):
            low, high = scenario.uncertain[path].low, scenario.uncertain[path].high
            what = f"{format_value(low)} to {format_value(high)} leaves out the scenario's own {format_value(value)}"
            cure = f"widen the range to hold {format_value(value)}, or set {path} to a value within it"
            found.append(Problem(what, f"uncertain.{path}", str(item.place), cure))
    return found


def find_stale_ranges(scenario: Scenario, entries: Entries) -> dict[str, str]:
    """Return the ranges of older files or values that a value given later has left, each with why it is given up."""
    stale = {}
    for path, item, value in find_excluded(scenario, entries):
        if _is_older(path, item, entries):
            low, high = scenario.uncertain[path].low, scenario.uncertain[path].high
            span = f"{format_value(low)} to {format_value(high)}"
            stale[path] = f"{format_value(value)} lies outside {span} ({item.key_place.origin})"
    return stale


def find_excluded(scenario: Scenario, entries: Entries) -> list[tuple[str, Located, float]]:
    """List the ranges that leave out the scenario's own value: path, range as given, value."""
    flat = scenario.flat()
    return [
        (path, entries.uncertain[path], flat[path])
        for path, bounds in scenario.uncertain.items()
        if not bounds.low <= flat[path] <= bounds.high
    ]


def _is_older(path: str, item: Located, entries: Entries) -> bool:
    return path in entries.values and entries.values[path].layer > item.layer


def uncertain_paths() -> list[str]:
    """Name what may be uncertain: numbers that are facts of the world."""
    return [path for path in parameter_registry() if not explain_refusal(path)[0]]


def explain_refusal(path: str) -> tuple[str, str]:
    """Return why a value cannot be uncertain, and the cure; both empty if it can."""
    row = parameter_registry()[path]
    if row.role == "lever":
        return "is a lever, management's choice, not something unknown", "change it in a strategy"
    if row.role == "solved":
        return "is solved from what is stated", "make what is stated uncertain instead"
    if path.startswith(SHARES):
        return "is one of several shares that add to 1, so it cannot vary alone", "compare scenarios instead"
    if not is_numeric(path):
        return "is not a number", "only numbers can be uncertain"
    if row.source == "choice of the study":
        return "is a choice of the study, not something unknown", "take it out"
    return "", ""


def check_uncertain_path(path: str, item: Located, entries: Entries) -> bool:
    """Tell whether a path may be uncertain; what is wrong is noted in `entries`."""
    field = f"uncertain.{path}"
    if path not in parameter_registry():
        problem = Problem("there is no such entry", field, str(item.key_place), suggest(path, uncertain_paths()))
    else:
        what, cure = explain_refusal(path)
        if not what:
            return True
        problem = Problem(what, field, str(item.key_place), cure)
    entries.problems.append(problem)
    return False


def read_bounds(path: str, item: Located, entries: Entries) -> Range | None:
    """Return the range given for a path; None after noting what is wrong with it."""
    field, row = f"uncertain.{path}", parameter_registry()[path]
    words = item.pairs
    if set(words) != {"low", "high"}:
        entries.add_problem(item, field, f"{format_value(to_plain(item))} is no range", EXAMPLE)
        return None
    bounds: dict[str, float] = {}
    for word, inner in words.items():
        if not is_number(inner.value):
            entries.add_problem(inner, f"{field}.{word}", f"{format_value(to_plain(inner))} is not a number", EXAMPLE)
            return None
        below, above = row.low is not None and inner.value < row.low, row.high is not None and inner.value > row.high
        if below or above:
            side = f"below {format_value(row.low)}" if below else f"above {format_value(row.high)}"
            what = f"{format_value(inner.value)} is {side} ({describe_value(row)})"
            entries.add_problem(inner, f"{field}.{word}", what, f"allowed is {format_range(row)}")
            return None
        bounds[word] = float(inner.value)
    low, high = bounds["low"], bounds["high"]
    if not low < high:
        entries.add_problem(item, field, f"low {format_value(low)} is not below high {format_value(high)}", EXAMPLE)
        return None
    return Range(low=low, high=high)
