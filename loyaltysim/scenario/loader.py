"""Load a scenario: from a file and what that extends, from a mapping, or from a scenario; overrides lie over it.

An override is `PATH=VALUE` or `PATH+=VALUE`, from the command line (`--set`) or from Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.builder import build_scenario, drop_calibration, to_entries
from loyaltysim.scenario.data_files import NETWORK_PATH, load_tables
from loyaltysim.scenario.extends import Layer, read_chain, resolve_inside
from loyaltysim.scenario.layers import Entries, flatten
from loyaltysim.scenario.provenance import Located, Place, is_number, relocate
from loyaltysim.scenario.registry import format_value, is_numeric, parameter_registry, suggest
from loyaltysim.scenario.scenario import Scenario, scenario_class
from loyaltysim.scenario.study_settings import settings_outside
from loyaltysim.scenario.yaml_format import read_yaml

EXAMPLE = "write --set desk.budget=20_000, --set desk.budget+=20_000 or --set rivals=off"
Source: TypeAlias = str | Path | Mapping[str, object] | Scenario
"""What a scenario is taken from: a file's path, a mapping as a file would hold it, or a scenario."""


def load(
    source: Source,
    overrides: Sequence[str] = (),
    *,
    months: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """Read and check a scenario, with overrides laid over it.

    Args:
        source: A scenario's file, or its keys as a mapping (`{"extends": "baseline.yml", "desk.budget": 3_000}`, nested
            or dotted alike; paths in it are relative to the working folder), or a Scenario, which is taken as it is.
        overrides: `PATH=VALUE` or `PATH+=VALUE`, applied in order.
        months: The horizon, laid over it like an override; None leaves it.
        replications: How often each strategy is simulated, likewise.
        seed: Which luck, likewise.

    Returns:
        The complete, checked scenario.

    Raises:
        InputError: With every problem found, each with its place (`dict` within a mapping) and cure.
    """
    given = {"months": months, "replications": replications, "seed": seed}
    numbers = {name: value for name, value in given.items() if value is not None}
    if isinstance(source, Scenario):
        if not overrides and not numbers:
            return source
        entries = to_entries(source)
        apply_options(overrides, numbers, entries, 1)
        drop_calibration(entries, [path for path, item in entries.values.items() if item.layer > 0])
        return build_scenario(scenario_class(), entries, source.stem)
    path = Path("scenario") if isinstance(source, Mapping) else Path(source)
    entries = Entries()
    chain = read_chain(source if isinstance(source, Mapping) else path, entries.problems)
    home = path.resolve().parent
    for layer in chain:
        for label in settings_outside("scenario", "run", "rates"):
            entries.values.pop(label, None)  # it is about the one file that says it
        flatten(layer.keys, entries)
        resolve_network_path(entries, layer, home)
        load_tables(entries, layer.folder, home)
    apply_options(overrides, numbers, entries, len(chain))
    return build_scenario(scenario_class(), entries, path.stem)


def apply_options(overrides: Sequence[str], numbers: Mapping[str, int], entries: Entries, layer: int) -> None:
    """Lay overrides, and the horizon, replications and seed, over what files gave."""
    for number, text in enumerate(overrides):
        apply_override(text, entries, layer + number)
        item = entries.values.get(NETWORK_PATH)
        if item is not None and item.layer >= layer and isinstance(item.value, str) and item.value:
            target = str(Path(item.value).resolve())
            entries.values[NETWORK_PATH] = Located(target, item.place, item.key_place, layer=item.layer)
    for name, value in numbers.items():
        place = Place(f"--{name} {value}", brief=f"--{name}")
        entries.values[name] = Located(value, place, place, layer=layer + len(overrides))


def apply_override(text: str, entries: Entries, layer: int) -> None:
    """Lay one override over the values; what is wrong is noted in `entries`."""
    place = Place(f"--set {format_value(text)}", brief="--set")
    path, sign, raw = text.partition("=")
    adds = path.endswith("+")
    path = path.removesuffix("+").strip()
    if not sign or not path:
        entries.problems.append(Problem("is not PATH=VALUE", where=str(place), cure=EXAMPLE))
        return
    if path.split(".")[0] in ("strategies", "extends", "uncertain"):
        cure = "write it in the scenario's file"
        entries.problems.append(Problem("cannot be set from the command line", path, str(place), cure))
        return
    item = parse_value(path, raw.strip(), place, layer, entries)
    if item is None:
        return
    if adds:
        item = add_to_value(path, item, entries)
    elif item.has_plus:
        cure = f"write --set {path}+={raw.strip().removeprefix('+')} to add, or leave the plus sign out to set"
        entries.add_problem(item, path, f"{raw.strip()} would set, not add", cure)
        return
    if item is not None:
        flatten({path: item}, entries)


def parse_value(path: str, raw: str, place: Place, layer: int, entries: Entries) -> Located | None:
    """Return the value of an override; None after noting what is wrong with it."""
    if path in parameter_registry() and parameter_registry()[path].type == "str":
        return Located(raw, place, place, layer=layer)
    problems = [] if raw else [Problem("has no value")]
    item = None
    try:
        item = relocate(read_yaml(raw, str(place), problems), layer, place)
    except InputError as error:
        problems += error.problems
    entries.problems += [Problem(each.what, path, str(place), each.cure or EXAMPLE) for each in problems]
    return None if problems else item


def add_to_value(path: str, item: Located, entries: Entries) -> Located | None:
    """Return the sum of what a path has and what is to be added; None after noting why there is none."""
    if path not in parameter_registry():
        entries.problems.append(Problem("there is no such entry", path, str(item.place), suggest(path)))
    elif not is_numeric(path):
        entries.add_problem(item, path, "is no number, so nothing can be added to it", f"write --set {path}=...")
    elif not is_number(item.value):
        entries.add_problem(item, path, f"{format_value(item.value)} is not a number", EXAMPLE)
    else:
        before = entries.values[path].value if path in entries.values else parameter_registry()[path].default
        if is_number(before):
            return Located(before + item.value, item.place, item.key_place, layer=item.layer)
    return None


def resolve_network_path(entries: Entries, layer: Layer, home: Path) -> None:
    """Make the path of an own network absolute: it is relative to the file that names it, and stays in its tree."""
    item = entries.values.get(NETWORK_PATH)
    if item is None or not isinstance(item.value, str) or not item.value:
        return
    target = resolve_inside(home, layer.folder, item.value)
    if target is None:
        what = f"{item.value} lies outside the folder {home}"
        cure = f"copy it beside the scenario, or give it with --set {NETWORK_PATH}=..."
        entries.add_problem(item, NETWORK_PATH, what, cure)
        del entries.values[NETWORK_PATH]
    else:
        entries.values[NETWORK_PATH] = Located(str(target), item.place, item.key_place, layer=item.layer)
