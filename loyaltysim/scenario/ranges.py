"""Read the `uncertain` block: what is not known, as a range a path."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.layers import Entries
from loyaltysim.scenario.provenance import Located, to_plain
from loyaltysim.scenario.registry import (
    describe_value,
    format_range,
    format_value,
    numeric,
    parameter_registry,
    suggest,
)

SHARES = ("stated.reasons.", "stated.outcomes.")
EXAMPLE = "write {low: 6, high: 14}"
GIVEN_UP = "given up:"
"""How the provenance of a range begins that a later value has left."""


class Range(BaseModel):
    """What a value may be, when it is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    low: float
    high: float


def read_ranges(entries: Entries) -> dict[str, Range]:
    """Give the uncertain paths with their ranges; `off` takes out one that an extended file gave."""
    found = {}
    for path, item in entries.uncertain.items():
        if item.value in ("off", False):
            continue
        if _may_be_uncertain(path, item, entries):
            bounds = _bounds(path, item, entries)
            if bounds:
                found[path] = bounds
    return found


def check_bounds(scenario: Any, entries: Entries) -> list[Problem]:
    """Find ranges that leave out the value which the scenario itself has."""
    found = []
    for path, item, value in _left_out(scenario, entries):
        if not _is_older(path, item, entries):
            low, high = scenario.uncertain[path].low, scenario.uncertain[path].high
            what = f"{format_value(low)} to {format_value(high)} leaves out the scenario's own {format_value(value)}"
            cure = f"widen the range to hold {format_value(value)}, or set {path} to a value within it"
            found.append(Problem(what, f"uncertain.{path}", str(item.place), cure))
    return found


def is_stale(scenario: Any, entries: Entries) -> dict[str, str]:
    """Give the ranges of older files or values that a value given later has left, each with why it is given up."""
    return {
        path: f"{format_value(value)} lies outside {format_value(scenario.uncertain[path].low)} to {format_value(scenario.uncertain[path].high)} ({item.named.origin})"
        for path, item, value in _left_out(scenario, entries)
        if _is_older(path, item, entries)
    }


def _left_out(scenario: Any, entries: Entries) -> list[tuple[str, Located, float]]:
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
    return [path for path in parameter_registry() if not _refusal(path)[0]]


def _refusal(path: str) -> tuple[str, str]:
    row = parameter_registry()[path]
    if row.role == "lever":
        return "is a lever, management's choice, not something unknown", "change it in a strategy"
    if row.role == "solved":
        return "is solved from what is stated", "make what is stated uncertain instead"
    if path.startswith(SHARES):
        return "is one of several shares that add to 1, so it cannot vary alone", "compare scenarios instead"
    if not numeric(path):
        return "is not a number", "only numbers can be uncertain"
    if row.source == "choice of the study":
        return "is a choice of the study, not something unknown", "take it out"
    return "", ""


def _may_be_uncertain(path: str, item: Located, entries: Entries) -> bool:
    field = f"uncertain.{path}"
    if path not in parameter_registry():
        problem = Problem("there is no such entry", field, str(item.named), suggest(path, uncertain_paths()))
    else:
        what, cure = _refusal(path)
        if not what:
            return True
        problem = Problem(what, field, str(item.named), cure)
    entries.problems.append(problem)
    return False


def _bounds(path: str, item: Located, entries: Entries) -> Range | None:
    field, row = f"uncertain.{path}", parameter_registry()[path]
    words = item.value if isinstance(item.value, dict) else {}
    if set(words) != {"low", "high"}:
        entries.complain(item, field, f"{format_value(to_plain(item))} is no range", EXAMPLE)
        return None
    for word, inner in words.items():
        if isinstance(inner.value, bool) or not isinstance(inner.value, int | float):
            entries.complain(inner, f"{field}.{word}", f"{format_value(to_plain(inner))} is not a number", EXAMPLE)
            return None
        below, above = row.low is not None and inner.value < row.low, row.high is not None and inner.value > row.high
        if below or above:
            side = f"below {format_value(row.low)}" if below else f"above {format_value(row.high)}"
            what = f"{format_value(inner.value)} is {side} ({describe_value(row)})"
            entries.complain(inner, f"{field}.{word}", what, f"allowed is {format_range(row)}")
            return None
    low, high = float(words["low"].value), float(words["high"].value)
    if not low < high:
        entries.complain(item, field, f"low {format_value(low)} is not below high {format_value(high)}", EXAMPLE)
        return None
    return Range(low=low, high=high)
