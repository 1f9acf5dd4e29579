"""Follow `extends` from a scenario's file, or from a mapping, to the oldest file it rests on; and find the shipped
files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.scenario.provenance import Located, relocate
from loyaltysim.scenario.registry import format_value
from loyaltysim.scenario.yaml_format import read_mapping, read_text, read_yaml, suggest_file

LONGEST_CHAIN = 20
IN_MEMORY = "dict"
"""How problems name a scenario that was given as a mapping."""
PACKAGE = Path(__file__).resolve().parent.parent
"""Where the scenarios that come with the package lie: in the installed package, or in the checkout beside it."""


@dataclass(frozen=True)
class Layer:
    """One file of the chain: its keys without `extends`, and the folder that its paths are relative to."""

    keys: dict[str, Located]
    folder: Path


def read_chain(source: Path | Mapping[str, object], problems: list[Problem]) -> list[Layer]:
    """Read a scenario and what it extends.

    A file may not lead out of the folder (and what is below it) of the file that the user named; a mapping out of the
    working folder.

    Args:
        source: The scenario's file, or its keys.
        problems: What is wrong with single values is added here.

    Returns:
        The files' keys, the oldest first.

    Raises:
        InputError: Where the chain cannot be followed.
    """
    display = str(source) if isinstance(source, Path) else IN_MEMORY
    real = Path(display).resolve()
    home = real.parent
    chain: list[tuple[Path, Located]] = []
    while True:
        if isinstance(source, Path) or chain:
            root = read_yaml(read_text(real, display), display, problems)
        else:
            root = read_mapping(source, display, problems)
        if not isinstance(root.value, dict):
            cure = "write `key: value` lines, as `loyaltysim new` shows"
            what = "holds no scenario: its top level is no mapping"
            raise InputError(Problem(what, where=str(root.place), cure=cure))
        chain.append((real, root))
        link = root.value.get("extends")
        if link is None:
            break
        display, real = follow_link(link, real, display, home, [file for file, _ in chain])
    return [
        Layer({key: relocate(item, number) for key, item in root.pairs.items() if key != "extends"}, real.parent)
        for number, (real, root) in enumerate(reversed(chain))
    ]


def follow_link(link: Located, real: Path, display: str, home: Path, seen: list[Path]) -> tuple[str, Path]:
    """Return the file that an `extends` names, as it is displayed and where it really lies."""

    def fail(what: str, cure: str) -> InputError:
        return InputError(Problem(what, field="extends", where=str(link.place), cure=cure))

    if link.value is None:
        raise fail("has no value", "write extends: baseline.yml, or take the line out")
    if not isinstance(link.value, str) or not link.value.strip():
        raise fail(f"{format_value(link)} is not a file's name", "write extends: baseline.yml")
    target = resolve_inside(home, real.parent, link.value)
    if target is None:
        raise fail(f"{link.value} lies outside the folder {home}", "copy the file beside the scenario")
    if target in seen:
        names = " > ".join(file.name for file in [*seen[seen.index(target) :], target])
        raise fail(f"goes round in a circle: {names}", "let one of them extend nothing")
    if len(seen) >= LONGEST_CHAIN:
        raise fail(f"more than {LONGEST_CHAIN} files extend each other", "merge some of them")
    if target.exists() and not target.is_file():
        kind = "a folder" if target.is_dir() else "no plain file"
        raise fail(f"{link.value} is {kind}", "name a scenario's file, as baseline.yml")
    if not target.is_file():
        raise fail(f"there is no file {link.value} beside {Path(display).name}", suggest_file(target))
    return os.path.normpath(Path(display).parent / link.value), target


def resolve_inside(home: Path, folder: Path, name: str) -> Path | None:
    """Return the real path of a file named in `folder`, or None if it lies outside the tree of `home`."""
    try:
        target = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):
        return None
    return target if target.is_relative_to(home) else None


def shipped_scenario(name: str) -> Path:
    """Return the path of a file that comes with loyaltysim, as `baseline.yml`; raises RunError if it was left out."""
    for folder in (PACKAGE / "shipped", PACKAGE.parent / "scenarios"):
        if (folder / name).is_file():
            return folder / name
    raise RunError(f"{name} did not come with this installation of loyaltysim; install it again")
