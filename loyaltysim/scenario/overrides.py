"""Overrides, `PATH=VALUE` and `PATH+=VALUE`: a scenario's values from the command line (`--set`) or from Python."""

from __future__ import annotations

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.layers import Entries, flatten
from loyaltysim.scenario.provenance import Located, Place, is_number, relocate
from loyaltysim.scenario.registry import format_value, is_numeric, parameter_registry, suggest
from loyaltysim.scenario.yaml_reader import read_yaml

EXAMPLE = "write --set desk.budget=20_000, --set desk.budget+=20_000 or --set rivals=off"


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
