"""From what was given to a checked Scenario, or every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.cross_checks import check_strategies, cross_check
from loyaltysim.scenario.data_files import FIELD as TIES
from loyaltysim.scenario.data_files import load_tables, network_sha256
from loyaltysim.scenario.grades import grade_values
from loyaltysim.scenario.layers import Entries, flatten, read_switch
from loyaltysim.scenario.messages import translate_errors
from loyaltysim.scenario.provenance import DEFAULT, Located, Place, locate, to_plain
from loyaltysim.scenario.ranges import GIVEN_UP, check_bounds, is_stale, read_ranges
from loyaltysim.scenario.registry import blocks, parameter_registry
from loyaltysim.scenario.scenario import SOLVED, Scenario, scenario_class
from loyaltysim.scenario.strategy_reader import read_strategies
from loyaltysim.scenario.yaml_writer import write_scalar


def build_scenario(entries: Entries, stem: str) -> Scenario:
    """Build and check a scenario; raises one InputError with every problem found."""
    load_tables(entries, Path())
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
        scenario = scenario_class().model_validate(tree)
    except ValidationError as error:
        raise InputError(*sort_paths([*entries.problems, *translate_errors(error, values)])) from None
    found = [*entries.problems, *_cross_checked(scenario, values, entries), *check_strategies(scenario, places)]
    if found:
        raise InputError(*sort_paths(found))
    return _with_network(_without_stale_ranges(scenario, entries))


def _cross_checked(scenario: Scenario, values: dict[str, Located], entries: Entries) -> list[Problem]:
    """Check values against each other; what follows only from a fault that is told already is left out."""
    lost_ties = any(problem.field == TIES for problem in entries.problems)
    found = [*cross_check(scenario, values), *check_bounds(scenario, entries)]
    return [problem for problem in found if not (lost_ties and problem.field == "market.network")]


def _without_stale_ranges(scenario: Scenario, entries: Entries) -> Scenario:
    """Give up the ranges of older files that a later value has left, and say so in the provenance."""
    gone = is_stale(scenario, entries)
    if not gone:
        return scenario
    kept = {path: bounds for path, bounds in scenario.uncertain.items() if path not in gone}
    told = {f"uncertain.{path}": f"{GIVEN_UP} {why}" for path, why in gone.items()}
    return scenario.model_copy(update={"uncertain": kept, "provenance": scenario.provenance | told})


def sort_paths(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems as one reads a file: by line and column, file by file."""
    return sorted(dict.fromkeys(problems), key=_line)


def _line(problem: Problem) -> tuple[str, int, int]:
    file, line, column = [*problem.where.rsplit(":", 2), "", ""][:3]
    placed = line.isdigit() and column.isdigit()
    return (file, int(line), int(column)) if placed else (problem.where, 0, 0)


def replace_values(scenario: Scenario, changes: Mapping[str, Any], source: str) -> Scenario:
    """Give the scenario with other values at some paths, as `Scenario.replaced` promises."""
    entries = to_entries(scenario)
    if "uncertain" in changes:
        entries.uncertain = {}
    for path, value in changes.items():
        flatten({path: locate(value, Place(source), layer=1)}, entries)
    drop_calibration(entries, changes)
    return build_scenario(entries, scenario.stem)


def to_entries(scenario: Scenario) -> Entries:
    """Take a scenario apart into what was given for it, in layer 0."""
    origins, entries = scenario.provenance, Entries()
    for path, value in scenario.flat().items():
        if origins.get(path, DEFAULT.origin) != DEFAULT.origin:
            item = locate(value, Place(origins[path]))
            entries.values[path] = replace(item, note=scenario.notes.get(path, ""))
    written = {
        name: locate(strategy.plain(), Place(origins.get(f"strategies.{name}", DEFAULT.origin)))
        for name, strategy in scenario.strategies.items()
    }
    entries.strategies = Located(written, DEFAULT, DEFAULT)
    for path, bounds in scenario.uncertain.items():
        entries.uncertain[path] = locate(bounds.model_dump(), Place(origins.get(f"uncertain.{path}", DEFAULT.origin)))
    return entries


def drop_calibration(entries: Entries, changed: Iterable[str]) -> None:
    """Give up what was solved if a fact of the world is among the changed paths, unless calibration is off."""
    calibration = entries.values.get("calibration")
    if calibration is not None and calibration.value in ("off", False):
        return
    if any(_drops_calibration(path) for path in changed):
        entries.values = {path: item for path, item in entries.values.items() if item.place.origin != SOLVED}


def _drops_calibration(path: str) -> bool:
    """Tell whether a change of this path makes what was solved wrong."""
    row = parameter_registry().get(path)
    if row is None:
        return path in blocks()
    return row.role == "switch" or (row.role == "param" and "." in path)


def _usable(entries: Entries) -> dict[str, Located]:
    """Give the values that are there; one left empty is a problem."""
    usable = {}
    for path, item in entries.values.items():
        if item.value is None:
            cure = f"write {path}: {write_scalar(parameter_registry()[path].named or parameter_registry()[path].default)}, or take the line out"
            entries.complain(item, path, "has no value", cure)
        else:
            usable[path] = item
    return usable


def _provenance(entries: Entries) -> dict[str, str]:
    origins = dict.fromkeys(parameter_registry(), DEFAULT.origin)
    origins |= {path: item.place.origin for path, item in entries.values.items()}
    if entries.strategies is not None and isinstance(entries.strategies.value, dict):
        for name, item in entries.strategies.value.items():
            origins[f"strategies.{name.strip()}"] = item.named.origin
    return origins | {f"uncertain.{path}": item.named.origin for path, item in entries.uncertain.items()}


def _notes(entries: Entries) -> dict[str, str]:
    return {path: item.note for path, item in entries.values.items() if grade_values(item.note)}


def _converted(path: str, item: Located) -> Any:
    """Read what people write for a number, a yes or a table: 50000.0 for a count, `off` for a no, its word for its rows."""
    kind, value = parameter_registry()[path].type, to_plain(item)
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind == "bool" and read_switch(item) is not None:
        return read_switch(item)
    if parameter_registry()[path].named and value == parameter_registry()[path].named:
        return [row.model_dump() for row in parameter_registry()[path].default]
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
