"""Values that remember where they were given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, TypeGuard

Scalar: TypeAlias = str | int | float | bool | None
YamlValue: TypeAlias = "Scalar | Sequence[YamlValue] | Mapping[str, YamlValue]"
"""Plain data, as a YAML file can hold it."""
LocatedValue: TypeAlias = "Scalar | list[Located] | dict[str, Located]"

SOLVED = "solved"
"""The origin of a value that calibration solved for."""


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
    """A value as it was given: a scalar, a list of Located or a mapping of Located.

    `place` is the value's, `key_place` that of the key that names it; `has_plus` tells that a number was typed with a
    plus sign, which YAML itself forgets; `layer` counts from the oldest file of an `extends` chain up to the options;
    `note` is the comment at the end of its line, where a file says how good a figure is.
    """

    value: LocatedValue
    place: Place
    key_place: Place
    has_plus: bool = False
    layer: int = 0
    note: str = ""

    @property
    def pairs(self) -> dict[str, Located]:
        """The keys with their values, of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}


def locate(value: object, place: Place, layer: int = 0) -> Located:
    """Wrap plain data that was not read from a file; what is wrapped already stays as it is."""
    if isinstance(value, Located):
        return value
    if isinstance(value, Mapping):
        return Located(
            {str(key): locate(inner, place, layer) for key, inner in value.items()}, place, place, layer=layer
        )
    if isinstance(value, list | tuple):
        return Located([locate(inner, place, layer) for inner in value], place, place, layer=layer)
    # what is no plain data, the check refuses
    return Located(value, place, place, layer=layer)  # type: ignore[arg-type]


def relocate(item: Located, layer: int, place: Place | None = None) -> Located:
    """Return a located value, and all within it, in another layer and, if one is given, at another place."""
    value = item.value
    if isinstance(value, dict):
        value = {key: relocate(inner, layer, place) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [relocate(inner, layer, place) for inner in value]
    return replace(item, value=value, layer=layer, place=place or item.place, key_place=place or item.key_place)


def to_plain(item: Located) -> YamlValue:
    """Return the plain data of a Located."""
    if isinstance(item.value, dict):
        return {key: to_plain(inner) for key, inner in item.value.items()}
    if isinstance(item.value, list):
        return [to_plain(inner) for inner in item.value]
    return item.value


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is a number; yes and no are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def find_within(item: Located, steps: Iterable[str | int]) -> Located:
    """Follow keys and list positions into a Located as far as they lead."""
    for step in steps:
        inner: Located | None = None
        if isinstance(item.value, dict) and isinstance(step, str):
            inner = item.value.get(step)
        elif isinstance(item.value, list) and isinstance(step, int) and step < len(item.value):
            inner = item.value[step]
        if inner is None:
            return item
        item = inner
    return item


def latest_place(values: dict[str, Located], paths: Iterable[str]) -> str:
    """Return the place of whichever of these paths was given last, empty if none was."""
    given = [values[path] for path in paths if path in values]
    return str(max(given, key=lambda item: item.layer).place) if given else ""
