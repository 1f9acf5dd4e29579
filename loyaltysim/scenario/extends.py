"""Follow `extends` from a scenario's file to the oldest it rests on."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.scenario.provenance import Located
from loyaltysim.scenario.registry import format_value
from loyaltysim.scenario.yaml_reader import nearby_lines, read_text, read_yaml

LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Layer:
    """One file of the chain: its keys without `extends`, and the folder that its paths are relative to."""

    keys: dict[str, Located]
    folder: Path


def read_chain(path: Path, problems: list[Problem]) -> list[Layer]:
    """Read a scenario and what it extends, oldest first; raises InputError where it cannot go on.

    What is wrong with single values is added to `problems`.
    A file may not lead out of the folder (and what is below it) of the file that the user named.
    """
    home = path.resolve().parent
    chain: list[tuple[Path, Located]] = []
    display, real = str(path), path.resolve()
    while True:
        root = read_yaml(read_text(real, display), display, problems)
        if not isinstance(root.value, dict):
            cure = "write `key: value` lines, as `loyaltysim new` shows"
            raise InputError(
                Problem("holds no scenario: its top level is no mapping", where=str(root.place), cure=cure)
            )
        chain.append((real, root))
        link = root.value.get("extends")
        if link is None:
            break
        display, real = _follow(link, real, display, home, [file for file, _ in chain])
    depth = len(chain) - 1
    return [_layer(root, real.parent, depth - number) for number, (real, root) in enumerate(chain)][::-1]


def _follow(link: Located, real: Path, display: str, home: Path, seen: list[Path]) -> tuple[str, Path]:
    def fail(what: str, cure: str) -> InputError:
        return InputError(Problem(what, field="extends", where=str(link.place), cure=cure))

    if link.value is None:
        raise fail("has no value", "write extends: baseline.yml, or take the line out")
    if not isinstance(link.value, str) or not link.value.strip():
        raise fail(f"{format_value(link)} is not a file's name", "write extends: baseline.yml")
    target = is_inside(home, real.parent, link.value)
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
        raise fail(f"there is no file {link.value} beside {Path(display).name}", nearby_lines(target))
    return os.path.normpath(Path(display).parent / link.value), target


def is_inside(home: Path, folder: Path, name: str) -> Path | None:
    """Give the real path of a file named in `folder`, or None if it lies outside the tree of `home`."""
    try:
        target = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):
        return None
    return target if target.is_relative_to(home) else None


def _layer(root: Located, folder: Path, number: int) -> Layer:
    keys = {key: _raised(item, number) for key, item in root.value.items() if key != "extends"}
    return Layer(keys, folder)


def _raised(item: Located, number: int) -> Located:
    value = item.value
    if isinstance(value, dict):
        value = {key: _raised(inner, number) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_raised(inner, number) for inner in value]
    return replace(item, value=value, layer=number)


# Where the scenarios that come with the package lie: in the installed package, or in the checkout beside it.

PACKAGE = Path(__file__).resolve().parent.parent


def shipped_scenario(name: str) -> Path:
    """Give the path of a file that comes with loyaltysim, as `baseline.yml`; raises RunError if it was left out."""
    for folder in (PACKAGE / "shipped", PACKAGE.parent / "scenarios"):
        if (folder / name).is_file():
            return folder / name
    raise RunError(f"{name} did not come with this installation of loyaltysim; install it again")
