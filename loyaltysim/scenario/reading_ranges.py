"""Read the `uncertain` block: what is not known, as a range a path."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.book import book, meaning, meant, numeric, shown, span
from loyaltysim.scenario.flatten import Entries
from loyaltysim.scenario.given import Given, plain

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


def outside(scenario: Any, entries: Entries) -> list[Problem]:
    """Find ranges that leave out the value which the scenario itself has."""
    found = []
    for path, item, value in _left_out(scenario, entries):
        if not _is_older(path, item, entries):
            low, high = scenario.uncertain[path].low, scenario.uncertain[path].high
            what = f"{shown(low)} to {shown(high)} leaves out the scenario's own {shown(value)}"
            cure = f"widen the range to hold {shown(value)}, or set {path} to a value within it"
            found.append(Problem(what, f"uncertain.{path}", str(item.place), cure))
    return found


def stale(scenario: Any, entries: Entries) -> dict[str, str]:
    """Give the ranges of older files or values that a value given later has left, each with why it is given up."""
    return {
        path: f"{shown(value)} lies outside {shown(scenario.uncertain[path].low)} to {shown(scenario.uncertain[path].high)} ({item.named.origin})"
        for path, item, value in _left_out(scenario, entries)
        if _is_older(path, item, entries)
    }


def _left_out(scenario: Any, entries: Entries) -> list[tuple[str, Given, float]]:
    flat = scenario.flat()
    return [
        (path, entries.uncertain[path], flat[path])
        for path, bounds in scenario.uncertain.items()
        if not bounds.low <= flat[path] <= bounds.high
    ]


def _is_older(path: str, item: Given, entries: Entries) -> bool:
    return path in entries.values and entries.values[path].layer > item.layer


def candidates() -> list[str]:
    """Name what may be uncertain: numbers that are facts of the world."""
    return [path for path in book() if not _refusal(path)[0]]


def _refusal(path: str) -> tuple[str, str]:
    row = book()[path]
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


def _may_be_uncertain(path: str, item: Given, entries: Entries) -> bool:
    field = f"uncertain.{path}"
    if path not in book():
        problem = Problem("there is no such entry", field, str(item.named), meant(path, candidates()))
    else:
        what, cure = _refusal(path)
        if not what:
            return True
        problem = Problem(what, field, str(item.named), cure)
    entries.problems.append(problem)
    return False


def _bounds(path: str, item: Given, entries: Entries) -> Range | None:
    field, row = f"uncertain.{path}", book()[path]
    words = item.value if isinstance(item.value, dict) else {}
    if set(words) != {"low", "high"}:
        entries.complain(item, field, f"{shown(plain(item))} is no range", EXAMPLE)
        return None
    for word, inner in words.items():
        if isinstance(inner.value, bool) or not isinstance(inner.value, int | float):
            entries.complain(inner, f"{field}.{word}", f"{shown(plain(inner))} is not a number", EXAMPLE)
            return None
        below, above = row.low is not None and inner.value < row.low, row.high is not None and inner.value > row.high
        if below or above:
            side = f"below {shown(row.low)}" if below else f"above {shown(row.high)}"
            what = f"{shown(inner.value)} is {side} ({meaning(row)})"
            entries.complain(inner, f"{field}.{word}", what, f"allowed is {span(row)}")
            return None
    low, high = float(words["low"].value), float(words["high"].value)
    if not low < high:
        entries.complain(item, field, f"low {shown(low)} is not below high {shown(high)}", EXAMPLE)
        return None
    return Range(low=low, high=high)
