"""No room's modules import each other in a circle, imports within functions included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import loyaltysim

PACKAGE = Path(loyaltysim.__file__).parent
ROOMS = sorted(folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").exists())


def modules(folder: Path) -> dict[str, Path]:
    """Give the modules below a folder that lies in no package, by their dotted name."""
    files = {".".join(file.relative_to(folder).with_suffix("").parts): file for file in sorted(folder.rglob("*.py"))}
    return {name.removesuffix(".__init__"): file for name, file in files.items()}


class RunTimeImports(ast.NodeVisitor):
    """Collects what a module imports when it is run or when its functions are; what only type checkers see is no import."""

    def __init__(self, known: dict[str, Path]) -> None:
        self.known = known
        self.found: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        hidden = ast.unparse(node.test).split(".")[-1] == "TYPE_CHECKING"
        for inner in node.orelse if hidden else [*node.body, *node.orelse]:
            self.visit(inner)

    def visit_Import(self, node: ast.Import) -> None:
        self.found |= {alias.name for alias in node.names} & set(self.known)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, "imports are absolute"
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            self.found |= {inner if inner in self.known else str(node.module)} & set(self.known)


@cache
def run_time_imports(folder: Path) -> dict[str, set[str]]:
    known = modules(folder)
    found = {}
    for name, file in known.items():
        visitor = RunTimeImports(known)
        visitor.visit(ast.parse(file.read_text(encoding="utf-8")))
        found[name] = visitor.found
    return found


def circles(imports: dict[str, set[str]]) -> Iterator[list[str]]:
    """Give one way round for each module that leads back to itself: the shortest."""
    for start in imports:
        ways = [[start]]
        seen: set[str] = set()
        while ways:
            way = ways.pop(0)
            for name in sorted(imports[way[-1]] - seen):
                if name == start:
                    yield [*way, start]
                    ways = []
                    break
                seen.add(name)
                ways.append([*way, name])


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_imports_in_a_circle(room: str) -> None:
    imports = run_time_imports(PACKAGE.parent)
    inside = {name for name in imports if f"{name}.".startswith(f"loyaltysim.{room}.")}
    assert len(inside) > 1
    imports = {name: imports[name] & inside for name in inside}
    assert [" > ".join(circle) for circle in circles(imports)] == []


def test_no_circle_leads_through_several_rooms() -> None:
    assert [" > ".join(circle) for circle in circles(run_time_imports(PACKAGE.parent))] == []


def test_a_circle_within_functions_is_found_and_one_of_types_is_not(tmp_path: Path) -> None:
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from house import b\n")
    (package / "b.py").write_text("def late():\n    from house.c import thing\n")
    (package / "c.py").write_text("import house.a\n")
    (package / "d.py").write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import house.e\n")
    (package / "e.py").write_text("import house.d\n")
    found = list(circles(run_time_imports(tmp_path)))
    assert found[0] == ["house.a", "house.b", "house.c", "house.a"]
    assert {circle[0] for circle in found} == {"house.a", "house.b", "house.c"}
