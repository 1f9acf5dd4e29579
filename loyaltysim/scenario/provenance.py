"""Values that remember where they were given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where a value came from: a file with line and column from 1, or an option of the command line."""

    file: str
    line: int = 0
    column: int = 0
    brief: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    @property
    def origin(self) -> str:
        """Say it in short, as provenance does: `baseline.yml:12`, `--set`, `default`."""
        return self.brief or (f"{Path(self.file).name}:{self.line}" if self.line else self.file)


DEFAULT = Place("default")


@dataclass(frozen=True)
class Located:
    """A value as it was given: a scalar, a list of Given or a mapping of Given.

    `place` is the value's, `named` that of the key that names it; `plus` tells that a number was typed with a plus
    sign, which YAML itself forgets; `layer` counts from the oldest file of an `extends` chain up to the options;
    `note` is the comment at the end of its line, where a file says how good a figure is.
    """

    value: Any
    place: Place
    named: Place
    plus: bool = False
    layer: int = 0
    note: str = ""


def locate(value: Any, place: Place, layer: int = 0) -> Located:
    """Wrap plain data that was not read from a file; what is wrapped already stays as it is."""
    if isinstance(value, Located):
        return value
    if isinstance(value, dict):
        value = {str(key): locate(inner, place, layer) for key, inner in value.items()}
    elif isinstance(value, list | tuple):
        value = [locate(inner, place, layer) for inner in value]
    return Located(value, place, place, layer=layer)


def to_plain(item: Located) -> Any:
    """Give the plain data of a Given."""
    if isinstance(item.value, dict):
        return {key: to_plain(inner) for key, inner in item.value.items()}
    if isinstance(item.value, list):
        return [to_plain(inner) for inner in item.value]
    return item.value


def is_within(item: Located, steps: tuple[Any, ...]) -> Located:
    """Follow keys and list positions into a Given as far as they lead."""
    for step in steps:
        known = isinstance(item.value, dict) and step in item.value
        if not known and not (isinstance(item.value, list) and isinstance(step, int) and step < len(item.value)):
            return item
        item = item.value[step]
    return item


def latest_place(values: dict[str, Located], paths: Iterable[str]) -> str:
    """Give the place of whichever of these paths was given last, empty if none was."""
    given = [values[path] for path in paths if path in values]
    return str(max(given, key=lambda item: item.layer).place) if given else ""
