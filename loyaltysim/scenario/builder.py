"""From what was given to a checked Scenario, or every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.cross_checks import check_strategies, cross_check
from loyaltysim.scenario.data_files import NETWORK_PATH, hash_network, load_tables
from loyaltysim.scenario.grades import read_grade
from loyaltysim.scenario.layers import Entries, flatten, read_switch
from loyaltysim.scenario.messages import translate_error
from loyaltysim.scenario.provenance import DEFAULT, SOLVED, Located, Place, YamlValue, locate, to_plain
from loyaltysim.scenario.ranges import DROPPED_RANGE, check_bounds, find_stale_ranges, read_ranges
from loyaltysim.scenario.registry import blocks, parameter_registry
from loyaltysim.scenario.strategy_reader import read_strategies
from loyaltysim.scenario.yaml_format import write_scalar

if TYPE_CHECKING:
    from loyaltysim.scenario.scenario import Scenario


def build_scenario(model: type[Scenario], entries: Entries, stem: str) -> Scenario:
    """Build and check a scenario.

    Args:
        model: The class of scenarios (`scenario_class()`), which stands above this module.
        entries: What was given, and what was found wrong with it so far.
        stem: The scenario's name for folders: its file's name without the ending.

    Returns:
        The checked scenario, with its provenance.

    Raises:
        InputError: With every problem found, sorted by place.
    """
    load_tables(entries, Path())
    strategies, places = read_strategies(entries)
    uncertain = read_ranges(entries)
    values = drop_empty_values(entries)
    tree = nest_values({path: convert_value(path, item) for path, item in values.items()})
    tree |= {
        "strategies": strategies,
        "uncertain": uncertain,
        "provenance": collect_provenance(entries),
        "notes": {path: item.note for path, item in entries.values.items() if read_grade(item.note)},
        "stem": stem,
    }
    try:
        scenario = model.model_validate(tree)
    except ValidationError as error:
        wrong = [translate_error(finding, values) for finding in error.errors(include_url=False)]
        raise InputError(*sort_problems([*entries.problems, *wrong])) from None
    found = [*entries.problems, *find_contradictions(scenario, values, entries), *check_strategies(scenario, places)]
    if found:
        raise InputError(*sort_problems(found))
    scenario = drop_stale_ranges(scenario, entries)
    network = scenario.mechanism("market").network
    if network.kind != "file":
        return scenario
    return scenario.model_copy(update={"network_sha256": hash_network(network.path)})


def drop_empty_values(entries: Entries) -> dict[str, Located]:
    """Return the values that are there; one left empty is a problem."""
    usable = {}
    for path, item in entries.values.items():
        if item.value is None:
            row = parameter_registry()[path]
            cure = f"write {path}: {write_scalar(row.named or row.default)}, or take the line out"
            entries.add_problem(item, path, "has no value", cure)
        else:
            usable[path] = item
    return usable


def convert_value(path: str, item: Located) -> YamlValue:
    """Read what people write for a number, a yes or a table: 50000.0 for a count, `off` for a no, its word for its
    rows.
    """
    row, value = parameter_registry()[path], to_plain(item)
    if row.type == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    if row.type == "bool" and read_switch(item) is not None:
        return read_switch(item)
    if row.named and value == row.named:
        return [inner.model_dump() for inner in row.default]
    if path == "calibration" and isinstance(value, bool):
        return "on" if value else "off"
    return value


def nest_values(values: Mapping[str, YamlValue]) -> dict[str, Any]:
    """Return values by dotted path as nested blocks."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *heads, last = path.split(".")
        branch = tree
        for head in heads:
            branch = branch.setdefault(head, {})
        branch[last] = value
    return tree


def collect_provenance(entries: Entries) -> dict[str, str]:
    """Return where each value, strategy and range came from, by path."""
    origins = dict.fromkeys(parameter_registry(), DEFAULT.origin)
    origins |= {path: item.place.origin for path, item in entries.values.items()}
    if entries.strategies is not None:
        for name, item in entries.strategies.pairs.items():
            origins[f"strategies.{name.strip()}"] = item.key_place.origin
    return origins | {f"uncertain.{path}": item.key_place.origin for path, item in entries.uncertain.items()}


def find_contradictions(scenario: Scenario, values: dict[str, Located], entries: Entries) -> list[Problem]:
    """Check values against each other; what follows only from a fault that is told already is left out."""
    lost_ties = any(problem.field == NETWORK_PATH for problem in entries.problems)
    found = [*cross_check(scenario, values), *check_bounds(scenario, entries)]
    return [problem for problem in found if not (lost_ties and problem.field == "market.network")]


def drop_stale_ranges(scenario: Scenario, entries: Entries) -> Scenario:
    """Drop the ranges of older files that a later value has left, and say so in the provenance."""
    stale = find_stale_ranges(scenario, entries)
    if not stale:
        return scenario
    ranges = {path: bounds for path, bounds in scenario.uncertain.items() if path not in stale}
    reasons = {f"uncertain.{path}": f"{DROPPED_RANGE} {why}" for path, why in stale.items()}
    return scenario.model_copy(update={"uncertain": ranges, "provenance": scenario.provenance | reasons})


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems as one reads a file: by line and column, file by file."""

    def position(problem: Problem) -> tuple[str, int, int]:
        file, line, column = [*problem.where.rsplit(":", 2), "", ""][:3]
        is_line = line.isdigit() and column.isdigit()
        return (file, int(line), int(column)) if is_line else (problem.where, 0, 0)

    return sorted(dict.fromkeys(problems), key=position)


def replace_values(model: type[Scenario], scenario: Scenario, changes: Mapping[str, object], source: str) -> Scenario:
    """Return the scenario with other values at some paths, as `Scenario.replace` promises."""
    entries = to_entries(scenario)
    if "uncertain" in changes:
        entries.uncertain = {}
    for path, value in changes.items():
        flatten({path: locate(value, Place(source), layer=1)}, entries)
    drop_calibration(entries, changes)
    return build_scenario(model, entries, scenario.stem)


def to_entries(scenario: Scenario) -> Entries:
    """Take a scenario apart into what was given for it, in layer 0."""
    origins, entries = scenario.provenance, Entries()
    for path, value in scenario.flat().items():
        if origins.get(path, DEFAULT.origin) != DEFAULT.origin:
            item = locate(value, Place(origins[path]))
            entries.values[path] = replace(item, note=scenario.notes.get(path, ""))
    written = {
        name: locate(strategy.to_plain(), Place(origins.get(f"strategies.{name}", DEFAULT.origin)))
        for name, strategy in scenario.strategies.items()
    }
    entries.strategies = Located(written, DEFAULT, DEFAULT)
    for path, bounds in scenario.uncertain.items():
        entries.uncertain[path] = locate(bounds.model_dump(), Place(origins.get(f"uncertain.{path}", DEFAULT.origin)))
    return entries


def drop_calibration(entries: Entries, changed: Iterable[str]) -> None:
    """Drop what was solved if a fact of the world is among the changed paths, unless calibration is off."""
    calibration = entries.values.get("calibration")
    if calibration is not None and calibration.value in ("off", False):
        return
    if any(invalidates_calibration(path) for path in changed):
        entries.values = {path: item for path, item in entries.values.items() if item.place.origin != SOLVED}


def invalidates_calibration(path: str) -> bool:
    """Tell whether a change of this path makes what was solved wrong."""
    row = parameter_registry().get(path)
    if row is None:
        return path in blocks()
    return row.role == "switch" or (row.role == "param" and "." in path)
