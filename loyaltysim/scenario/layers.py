"""Turn the keys of a file, nested or dotted alike, into one value a dotted path."""

from __future__ import annotations

from dataclasses import dataclass, field

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.provenance import Located
from loyaltysim.scenario.registry import blocks, format_value, is_block_switch, parameter_registry, suggest

SWITCHES = {"on": True, "off": False, "true": True, "false": False}


@dataclass
class Entries:
    """What a scenario says so far: values by path, strategies and uncertainties by name, and what is wrong with it."""

    values: dict[str, Located] = field(default_factory=dict)
    strategies: Located | None = None
    uncertain: dict[str, Located] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, item: Located, field: str, what: str, cure: str = "") -> None:
        """Note something wrong at the place of a value."""
        self.problems.append(Problem(what, field=field, where=str(item.place), cure=cure))


def flatten(keys: dict[str, Located], entries: Entries) -> None:
    """Lay one file's keys over what `entries` holds; a path given twice in the file is a problem."""
    found: dict[str, Located] = {}
    for key, item in keys.items():
        if key == "strategies":
            entries.strategies = item
        elif key == "uncertain":
            _lay_uncertain(item, entries)
        else:
            _descend(key, item, entries, found)
    entries.values.update(found)


def read_switch(item: Located) -> bool | None:
    """Read a word or truth value that switches a mechanism; None when it is neither."""
    if isinstance(item.value, bool):
        return item.value
    return SWITCHES.get(item.value.lower()) if isinstance(item.value, str) else None


def _lay_uncertain(item: Located, entries: Entries) -> None:
    if item.value is None:
        entries.complain(item, "uncertain", "has no value", "write uncertain: {}, or take the line out")
        return
    if not isinstance(item.value, dict):
        cure = "write uncertain: {word_of_mouth.told_when_unhappy: {low: 6, high: 14}}"
        entries.complain(item, "uncertain", f"{format_value(item.value)} is no mapping of paths to ranges", cure)
        return
    found: dict[str, Located] = {}
    for path, bounds in _dotted(item, ("low", "high"), ""):
        if path in found:
            entries.complain(bounds, f"uncertain.{path}", "is given twice", "keep one of them")
        found[path] = bounds
    entries.uncertain.update(found)


def _dotted(item: Located, leaf_words: tuple[str, ...], prefix: str) -> list[tuple[str, Located]]:
    """Give the paths of a mapping whose leaves are scalars, lists, or mappings with one of the leaf words."""
    rows: list[tuple[str, Located]] = []
    for key, inner in item.value.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(inner.value, dict) and path in blocks() and not set(inner.value) & set(leaf_words):
            rows += _dotted(inner, leaf_words, path)
        else:
            rows.append((path, inner))
    return rows


def read_changes(item: Located) -> list[tuple[str, Located]]:
    """Give the lever paths of a strategy, nested or dotted alike, each with what is to be done to it."""
    return _dotted(item, ("value", "add", "times"), "")


def _descend(path: str, item: Located, entries: Entries, found: dict[str, Located]) -> None:
    if path in blocks():
        _block(path, item, entries, found)
    elif path in parameter_registry():
        if path in found:
            first = found[path].named.line
            entries.complain(item, path, f"is given twice, first at line {first}", "keep one of them")
        elif item.plus:
            entries.complain(item, path, *_plus(path, item))
        else:
            found[path] = item
    else:
        entries.problems.append(
            Problem("there is no such entry", field=path, where=str(item.named), cure=suggest(path))
        )


def _plus(path: str, item: Located) -> tuple[str, str]:
    amount = format_value(item.value).replace(",", "_")
    cure = f"to set, write {amount}; to add, write --set {path}+={amount}"
    if parameter_registry()[path].role == "lever":
        cure += f", or {path}: {{add: {amount}}} in a strategy"
    return f"+{amount} would set it to {amount}, since YAML loses a plus sign", cure


def _block(path: str, item: Located, entries: Entries, found: dict[str, Located]) -> None:
    if isinstance(item.value, dict):
        for key, inner in item.value.items():
            _descend(f"{path}.{key}", inner, entries, found)
        return
    on = read_switch(item) if is_block_switch(path) else None
    if on is not None:
        _descend(f"{path}.on", Located(on, item.place, item.named, layer=item.layer), entries, found)
        return
    if item.value is None:
        return
    cure = f"write {path}: {{...}}" + (f", or {path}: off" if is_block_switch(path) else "")
    entries.complain(item, path, f"{format_value(item.value)} is no block of entries", cure)
