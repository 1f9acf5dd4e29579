"""The tests stand where the package keeps what they test: each file of a mirrored room has a source file of its name."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.once

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "loyaltysim"
OF_NO_SINGLE_FILE = {"benchmarks", "browser", "cli", "directions", "docs", "evidence", "invariants", "support", "tools"}
"""Folders for what belongs to no single file, or for what is no part of the package."""
ALLOWED = {
    "test_imports",  # of all rooms at once
    "test_layout",
    "validation/test_breakages",  # of the list of breakages in tests/support
}


def find_mirrored() -> list[str]:
    """Return the test files that must have a source file, as paths below `tests/` without their suffix."""
    paths = (file.relative_to(TESTS).with_suffix("") for file in TESTS.rglob("test_*.py"))
    return sorted(path.as_posix() for path in paths if path.parts[0] not in OF_NO_SINGLE_FILE)


def find_source(test: str) -> Path | None:
    """Return the source file that a test file names: `room/test_name` means `room/name.py` or, of a package, `room/name/__init__.py`.

    A test file with the name of its own folder is about that folder's `__init__.py`.
    """
    folder, name = PACKAGE / Path(test).parent, Path(test).name.removeprefix("test_")
    sources = [folder / f"{name}.py", folder / name / "__init__.py"]
    if folder.name == name:
        sources.append(folder / "__init__.py")
    return next((source for source in sources if source.is_file()), None)


def test_every_test_file_of_a_mirrored_room_has_a_source_file() -> None:
    lost = {test for test in find_mirrored() if find_source(test) is None}
    assert lost == ALLOWED


def test_a_file_in_the_wrong_room_is_found_out() -> None:
    assert find_source("scenario/test_extends") == PACKAGE / "scenario/extends.py"
    assert find_source("core/test_extends") is None
    assert find_source("scenario/test_extensions") is None
    assert find_source("reporting/charts/test_charts") == PACKAGE / "reporting/charts/__init__.py"


def test_what_belongs_to_no_single_file_is_named_as_such() -> None:
    folders = {folder.name for folder in TESTS.iterdir() if folder.is_dir() and list(folder.glob("**/*.py"))}
    rooms = {folder.name for folder in PACKAGE.iterdir() if folder.is_dir()}
    assert folders - rooms == OF_NO_SINGLE_FILE - {"cli"}


def test_helpers_are_no_tests() -> None:
    assert not list((TESTS / "support").rglob("test_*.py"))
