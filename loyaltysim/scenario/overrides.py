"""`--set PATH=VALUE` and `--set PATH+=VALUE`: a scenario's values from the command line."""

from __future__ import annotations

from dataclasses import replace

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.layers import Entries, flatten
from loyaltysim.scenario.provenance import Located, Place
from loyaltysim.scenario.registry import format_value, numeric, parameter_registry, suggest
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
    item = _value(path, raw.strip(), place, layer, entries)
    if item is None:
        return
    if adds:
        item = _sum(path, item, entries)
    elif item.plus:
        cure = f"write --set {path}+={raw.strip().removeprefix('+')} to add, or leave the plus sign out to set"
        entries.complain(item, path, f"{raw.strip()} would set, not add", cure)
        return
    if item is not None:
        flatten({path: item}, entries)


def _value(path: str, raw: str, place: Place, layer: int, entries: Entries) -> Located | None:
    if path in parameter_registry() and parameter_registry()[path].type == "str":
        return Located(raw, place, place, layer=layer)
    problems = [] if raw else [Problem("has no value")]
    item = None
    try:
        item = _placed(read_yaml(raw, str(place), problems), place, layer)
    except InputError as error:
        problems += error.problems
    entries.problems += [Problem(each.what, path, str(place), each.cure or EXAMPLE) for each in problems]
    return None if problems else item


def _placed(item: Located, place: Place, layer: int) -> Located:
    value = item.value
    if isinstance(value, dict):
        value = {key: _placed(inner, place, layer) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_placed(inner, place, layer) for inner in value]
    return replace(item, value=value, place=place, named=place, layer=layer)


def _sum(path: str, item: Located, entries: Entries) -> Located | None:
    if path not in parameter_registry():
        entries.problems.append(Problem("there is no such entry", path, str(item.place), suggest(path)))
    elif not numeric(path):
        entries.complain(item, path, "is no number, so nothing can be added to it", f"write --set {path}=...")
    elif isinstance(item.value, bool) or not isinstance(item.value, int | float):
        entries.complain(item, path, f"{format_value(item.value)} is not a number", EXAMPLE)
    else:
        before = entries.values[path].value if path in entries.values else parameter_registry()[path].default
        if isinstance(before, int | float) and not isinstance(before, bool):
            return Located(before + item.value, item.place, item.named, layer=item.layer)
    return None
