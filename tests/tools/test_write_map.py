"""The README's map of the rooms is what the rooms say of themselves, in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.write_map import ROOT, fill, read_rooms

pytestmark = pytest.mark.once

MARKS = "before\n<!-- generated: map -->\nold\n<!-- end -->\nafter\n"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    files = {
        "__init__.py": '"""The whole."""',
        "model.py": '"""The model.\n\nAnd more of it."""',
        "core/__init__.py": '"""The foundations."""',
        "core/tables.py": '"""A file of a room is no room."""',
        "cli/__init__.py": '"""The door."""',
        "attic/__init__.py": '"""What nobody has placed."""',
        "data/numbers.csv": "1",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_rooms_stand_from_the_door_down_with_their_first_lines_and_unplaced_ones_first(package: Path) -> None:
    assert list(read_rooms(package).items()) == [
        ("attic/", "What nobody has placed."),
        ("cli/", "The door."),
        ("model.py", "The model."),
        ("core/", "The foundations."),
    ]


def test_only_what_stands_between_the_marks_is_made(package: Path) -> None:
    page = fill(MARKS, package)
    assert page.startswith("before\n<!-- generated: map -->\n| room | holds |\n|---|---|\n| `attic/` |")
    assert page.endswith("| `core/` | The foundations. |\n<!-- end -->\nafter\n")
    assert fill(page, package) == page


def test_a_room_that_says_nothing_and_a_page_without_a_place_are_refused(package: Path) -> None:
    with pytest.raises(ValueError, match="once"):
        fill("no place", package)
    (package / "core/__init__.py").write_text("x = 1")
    with pytest.raises(ValueError, match=r"core.*must say what the room holds"):
        read_rooms(package)


def test_the_readme_has_the_map_of_today() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert fill(page, ROOT / "loyaltysim") == page, "run python -m tools.write_map"
