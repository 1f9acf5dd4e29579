"""Turn the keys of a file, nested or dotted alike, into one value a dotted path; one file lies over another."""

from __future__ import annotations

from dataclasses import dataclass, field

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.provenance import Located
from loyaltysim.scenario.registry import blocks, format_value, mechanisms, parameter_registry, suggest

SWITCHES = {"on": True, "off": False, "true": True, "false": False}


@dataclass
class Entries:
    """What a scenario says so far: values by path, strategies and uncertainties by name, and what is wrong with it."""

    values: dict[str, Located] = field(default_factory=dict)
    strategies: Located | None = None
    uncertain: dict[str, Located] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add_problem(self, item: Located, field: str, what: str, cure: str = "") -> None:
        """Note something wrong at the place of a value."""
        self.problems.append(Problem(what, field=field, where=str(item.place), cure=cure))


def flatten(keys: dict[str, Located], entries: Entries) -> None:
    """Lay one file's keys over what `entries` holds; a path given twice in the file is a problem."""
    found: dict[str, Located] = {}
    for key, item in keys.items():
        if key == "strategies":
            entries.strategies = item
        elif key == "uncertain":
            add_ranges(item, entries)
        else:
            add_entry(key, item, entries, found)
    entries.values.update(found)


def add_entry(path: str, item: Located, entries: Entries, found: dict[str, Located]) -> None:
    """Add a value, or what lies within a block, to what a file gave."""
    if path in blocks():
        add_block(path, item, entries, found)
    elif path in parameter_registry():
        if path in found:
            line = found[path].key_place.line
            what = f"is given twice, first at line {line}" if line else "is given twice"
            entries.add_problem(item, path, what, "keep one of them")
        elif item.has_plus:
            entries.add_problem(item, path, *describe_lost_plus(path, item))
        else:
            found[path] = item
    else:
        entries.problems.append(Problem("there is no such entry", path, str(item.key_place), suggest(path)))


def describe_lost_plus(path: str, item: Located) -> tuple[str, str]:
    """Return fault and cure of a number with a plus sign, which YAML loses."""
    amount = format_value(item.value).replace(",", "_")
    cure = f"to set, write {amount}; to add, write --set {path}+={amount}"
    if parameter_registry()[path].role == "lever":
        cure += f", or {path}: {{add: {amount}}} in a strategy"
    return f"+{amount} would set it to {amount}, since YAML loses a plus sign", cure


def add_block(path: str, item: Located, entries: Entries, found: dict[str, Located]) -> None:
    """Add what lies within a block, or its switch."""
    if isinstance(item.value, dict):
        for key, inner in item.value.items():
            add_entry(f"{path}.{key}", inner, entries, found)
        return
    on = read_switch(item) if path in mechanisms() else None
    if on is not None:
        add_entry(f"{path}.on", Located(on, item.place, item.key_place, layer=item.layer), entries, found)
        return
    if item.value is None:
        return
    cure = f"write {path}: {{...}}" + (f", or {path}: off" if path in mechanisms() else "")
    entries.add_problem(item, path, f"{format_value(item.value)} is no block of entries", cure)


def read_switch(item: Located) -> bool | None:
    """Read a word or truth value that switches a mechanism; None when it is neither."""
    if isinstance(item.value, bool):
        return item.value
    return SWITCHES.get(item.value.lower()) if isinstance(item.value, str) else None


def add_ranges(item: Located, entries: Entries) -> None:
    """Lay a file's ranges over those of the files before it."""
    if item.value is None:
        entries.add_problem(item, "uncertain", "has no value", "write uncertain: {}, or take the line out")
        return
    if not isinstance(item.value, dict):
        cure = "write uncertain: {word_of_mouth.told_when_unhappy: {low: 6, high: 14}}"
        entries.add_problem(item, "uncertain", f"{format_value(item.value)} is no mapping of paths to ranges", cure)
        return
    found: dict[str, Located] = {}
    for path, bounds in list_leaves(item, ("low", "high")):
        if path in found:
            entries.add_problem(bounds, f"uncertain.{path}", "is given twice", "keep one of them")
        found[path] = bounds
    entries.uncertain.update(found)


def list_leaves(item: Located, leaf_words: tuple[str, ...], prefix: str = "") -> list[tuple[str, Located]]:
    """Return the paths of a mapping whose leaves are scalars, lists, or mappings with one of the leaf words."""
    rows: list[tuple[str, Located]] = []
    for key, inner in item.pairs.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(inner.value, dict) and path in blocks() and not set(inner.value) & set(leaf_words):
            rows += list_leaves(inner, leaf_words, path)
        else:
            rows.append((path, inner))
    return rows
