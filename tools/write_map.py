"""Write the map of the rooms in README.md: the first line of each room's docstring, from the door down to the foundations.

Run `python -m tools.write_map` from a checkout after a room was added, or its first line changed.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKED = re.compile(r"(<!-- generated: map -->\n).*?(<!-- end -->)", re.DOTALL)
ORDER = (
    "cli", "web", "api", "study", "plots", "validation", "reporting", "experiments", "analysis", "execution", "results",
    "model", "calibration", "simulation", "scenario", "mechanisms", "kernels", "stats", "core",
)  # fmt: skip
"""Rooms from the top of the house to its foundations; one that stands here and is not there yet is passed over."""


def read_rooms(package: Path) -> dict[str, str]:
    """Return the first line of each room's docstring by the room's name, in the order of the map.

    Args:
        package: the folder of the package; a room is a folder with an `__init__.py`, or a module beside it.

    Returns:
        Names as in a listing, `core/` and `model.py`. Rooms that ORDER does not know come first: they want a place there.

    Raises:
        ValueError: A room does not say what it holds.
    """
    found = {}
    for path in [*package.glob("*.py"), *package.glob("*/__init__.py")]:
        name = f"{path.parent.name}/" if path.parent != package else path.name
        if not name.startswith("__"):
            lines = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()
            if not lines:
                raise ValueError(f"{path}: the first line of its docstring must say what the room holds")
            found[name] = lines[0]
    places = {name: place for place, name in enumerate(ORDER)}
    return dict(sorted(found.items(), key=lambda room: (places.get(re.split(r"[/.]", room[0])[0], -1), room[0])))


def fill(page: str, package: Path) -> str:
    """Return a page with its map made anew; raises ValueError unless the page has one place for it."""
    rows = "".join(f"| `{name}` | {line} |\n" for name, line in read_rooms(package).items())
    made = f"| room | holds |\n|---|---|\n{rows}"
    page, places = MARKED.subn(lambda marks: f"{marks[1]}{made}{marks[2]}", page)
    if places != 1:
        raise ValueError("the page must have the lines <!-- generated: map --> and <!-- end --> once")
    return page


def main() -> int:
    """Write README.md."""
    page = ROOT / "README.md"
    page.write_text(fill(page.read_text(encoding="utf-8"), ROOT / "loyaltysim"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
