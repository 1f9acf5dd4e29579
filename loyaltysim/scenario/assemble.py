"""From what was given to a checked Scenario, or every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.book import blocks, book
from loyaltysim.scenario.crosschecks import cross_check
from loyaltysim.scenario.edges import FIELD as TIES
from loyaltysim.scenario.edges import network_sha256
from loyaltysim.scenario.emit import scalar
from loyaltysim.scenario.flatten import Entries, flatten, switch
from loyaltysim.scenario.given import DEFAULT, Given, Place, given, plain
from loyaltysim.scenario.grading import graded
from loyaltysim.scenario.reading_ranges import GIVEN_UP, outside, read_ranges, stale
from loyaltysim.scenario.reading_strategies import read_strategies
from loyaltysim.scenario.row_files import settle_rows
from loyaltysim.scenario.strategy_checks import check_strategies
from loyaltysim.scenario.value import SOLVED, Scenario
from loyaltysim.scenario.wording import problems_of


def assemble(entries: Entries, stem: str) -> Scenario:
    """Build and check a scenario; raises one InputError with every problem found."""
    settle_rows(entries, Path())
    strategies, places = read_strategies(entries)
    uncertain = read_ranges(entries)
    values = _usable(entries)
    provenance = _provenance(entries)
    tree = _nested({path: _converted(path, item) for path, item in values.items()})
    tree |= {
        "strategies": strategies,
        "uncertain": uncertain,
        "provenance": provenance,
        "notes": _notes(entries),
        "stem": stem,
    }
    try:
        scenario = Scenario.model_validate(tree)
    except ValidationError as error:
        raise InputError(*in_order([*entries.problems, *problems_of(error, values)])) from None
    found = [*entries.problems, *_crossed(scenario, values, entries), *check_strategies(scenario, places)]
    if found:
        raise InputError(*in_order(found))
    return _with_network(_without_stale_ranges(scenario, entries))


def _crossed(scenario: Scenario, values: dict[str, Given], entries: Entries) -> list[Problem]:
    """Check values against each other; what follows only from a fault that is told already is left out."""
    lost_ties = any(problem.field == TIES for problem in entries.problems)
    found = [*cross_check(scenario, values), *outside(scenario, entries)]
    return [problem for problem in found if not (lost_ties and problem.field == "market.network")]


def _without_stale_ranges(scenario: Scenario, entries: Entries) -> Scenario:
    """Give up the ranges of older files that a later value has left, and say so in the provenance."""
    gone = stale(scenario, entries)
    if not gone:
        return scenario
    kept = {path: bounds for path, bounds in scenario.uncertain.items() if path not in gone}
    told = {f"uncertain.{path}": f"{GIVEN_UP} {why}" for path, why in gone.items()}
    return scenario.model_copy(update={"uncertain": kept, "provenance": scenario.provenance | told})


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems as one reads a file: by line and column, file by file."""
    return sorted(dict.fromkeys(problems), key=_line)


def _line(problem: Problem) -> tuple[str, int, int]:
    file, line, column = [*problem.where.rsplit(":", 2), "", ""][:3]
    placed = line.isdigit() and column.isdigit()
    return (file, int(line), int(column)) if placed else (problem.where, 0, 0)


def replaced(scenario: Scenario, changes: Mapping[str, Any], source: str) -> Scenario:
    """Give the scenario with other values at some paths, as `Scenario.replaced` promises."""
    entries = as_entries(scenario)
    if "uncertain" in changes:
        entries.uncertain = {}
    for path, value in changes.items():
        flatten({path: given(value, Place(source), layer=1)}, entries)
    unsettle(entries, changes)
    return assemble(entries, scenario.stem)


def as_entries(scenario: Scenario) -> Entries:
    """Take a scenario apart into what was given for it, in layer 0."""
    origins, entries = scenario.provenance, Entries()
    for path, value in scenario.flat().items():
        if origins.get(path, DEFAULT.origin) != DEFAULT.origin:
            item = given(value, Place(origins[path]))
            entries.values[path] = replace(item, note=scenario.notes.get(path, ""))
    written = {
        name: given(strategy.plain(), Place(origins.get(f"strategies.{name}", DEFAULT.origin)))
        for name, strategy in scenario.strategies.items()
    }
    entries.strategies = Given(written, DEFAULT, DEFAULT)
    for path, bounds in scenario.uncertain.items():
        entries.uncertain[path] = given(bounds.model_dump(), Place(origins.get(f"uncertain.{path}", DEFAULT.origin)))
    return entries


def unsettle(entries: Entries, changed: Iterable[str]) -> None:
    """Give up what was solved if a fact of the world is among the changed paths, unless calibration is off."""
    calibration = entries.values.get("calibration")
    if calibration is not None and calibration.value in ("off", False):
        return
    if any(_unsettles(path) for path in changed):
        entries.values = {path: item for path, item in entries.values.items() if item.place.origin != SOLVED}


def _unsettles(path: str) -> bool:
    """Tell whether a change of this path makes what was solved wrong."""
    row = book().get(path)
    if row is None:
        return path in blocks()
    return row.role == "switch" or (row.role == "param" and "." in path)


def _usable(entries: Entries) -> dict[str, Given]:
    """Give the values that are there; one left empty is a problem."""
    usable = {}
    for path, item in entries.values.items():
        if item.value is None:
            cure = f"write {path}: {scalar(book()[path].named or book()[path].default)}, or take the line out"
            entries.complain(item, path, "has no value", cure)
        else:
            usable[path] = item
    return usable


def _provenance(entries: Entries) -> dict[str, str]:
    origins = dict.fromkeys(book(), DEFAULT.origin)
    origins |= {path: item.place.origin for path, item in entries.values.items()}
    if entries.strategies is not None and isinstance(entries.strategies.value, dict):
        for name, item in entries.strategies.value.items():
            origins[f"strategies.{name.strip()}"] = item.named.origin
    return origins | {f"uncertain.{path}": item.named.origin for path, item in entries.uncertain.items()}


def _notes(entries: Entries) -> dict[str, str]:
    return {path: item.note for path, item in entries.values.items() if graded(item.note)}


def _converted(path: str, item: Given) -> Any:
    """Read what people write for a number, a yes or a table: 50000.0 for a count, `off` for a no, its word for its rows."""
    kind, value = book()[path].type, plain(item)
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind == "bool" and switch(item) is not None:
        return switch(item)
    if book()[path].named and value == book()[path].named:
        return [row.model_dump() for row in book()[path].default]
    if path == "calibration" and isinstance(value, bool):
        return "on" if value else "off"
    return value


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *heads, last = path.split(".")
        branch = tree
        for head in heads:
            branch = branch.setdefault(head, {})
        branch[last] = value
    return tree


def _with_network(scenario: Scenario) -> Scenario:
    network = scenario.mechanism("market").network
    if network.kind != "file":
        return scenario
    return scenario.model_copy(update={"network_sha256": network_sha256(network.path)})
