"""The counter of the package's structure, on a package of a few lines whose figures are counted by hand."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import pytest

from tools.structure import (
    BARS,
    count_structure,
    find_circles,
    find_long_lines,
    find_torn,
    format_table,
    import_graph,
    main,
    meets,
    read_sources,
    trace_calls,
)

pytestmark = pytest.mark.once

LONG = "x" * 130
FILES = {
    "__init__.py": '"""A made-up firm."""\n',
    "desk.py": '''"""Answer those who complain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firm.experiments import page


class Desk:
    """A desk."""

    hands: int = 2
    """How many answer."""

    # more is dearer
    def answer(self, letter: Any) -> str:
        import json

        def _read() -> str:
            from firm.words import polite
            return polite(json.dumps(letter))
        return _read()
''',
    "words.py": '''"""Say it politely."""

import firm.desk as desk


def polite(text):
    table = [1,  2]  # fmt: skip
    return table if not text else text


def __getattr__(name):
    raise AttributeError(name)
''',
    "experiments/__init__.py": "",
    "experiments/run.py": "from firm.experiments import page\nfrom firm.experiments.folder import keep\n",
    "experiments/page.py": "from firm import desk\nfrom firm.experiments import folder\n",
    "experiments/folder.py": "def keep():\n    import firm.experiments.page\n",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "firm" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "firm"


def trees(package: Path) -> dict[str, ast.Module]:
    return {name: ast.parse(source) for name, source in read_sources(package).items()}


def test_what_is_counted_in_the_sources(package: Path) -> None:
    figures = count_structure(package)
    assert figures["files"] == 7
    assert figures["lines of code"] == 12 + 6 + 2 + 2 + 2
    assert figures["private functions, %"] == 20.0  # _read of answer, _read, polite, __getattr__, keep
    assert figures["Any as a name"] == 1
    assert figures["function-local imports"] == 3  # the one two functions deep counts once
    assert figures["# fmt: skip"] == 1


def test_a_row_of_declarations_may_be_long_and_nothing_else() -> None:
    declared = f'budget: float = lever("{LONG}")'
    said = f'print("{LONG}")'
    source = f"{declared}\n{said}\nshort = 1\n"
    assert find_long_lines(source, ast.parse(source)) == [2]


def test_a_circle_at_run_time_is_told_from_one_through_a_function(package: Path) -> None:
    assert find_circles(import_graph(trees(package), local=False)) == []
    found = find_circles(import_graph(trees(package), local=True))
    assert sorted(found) == [["firm.desk", "firm.words"], ["firm.experiments.folder", "firm.experiments.page"]]


def test_a_circle_of_three_is_one_circle() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}
    assert find_circles(graph) == [["a", "b", "c"]]


def test_a_file_is_torn_off_if_one_file_of_its_room_alone_imports_it(package: Path) -> None:
    """The folder has two importers, the page two: only when run.py lets the page be is the page torn off."""
    assert find_torn(trees(package), "firm.experiments") == []
    (package / "experiments/run.py").write_text("from firm.experiments.folder import keep\n")
    assert find_torn(trees(package), "firm.experiments") == ["firm.experiments.page"]
    (package / "words.py").write_text("import firm.experiments.page\n")
    assert find_torn(trees(package), "firm.experiments") == []


def test_calls_between_files_are_seen_through_other_peoples_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "traced"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "first.py").write_text(
        "from traced import second\n\ndef go():\n    return sorted([2, 1], key=second.key)\n"
    )
    (package / "second.py").write_text("def key(n):\n    return n\n")
    (package / "unused.py").write_text("class Unused:\n    size = 3\n")
    monkeypatch.syspath_prepend(tmp_path)

    def work() -> None:
        importlib.import_module("traced.unused")
        importlib.import_module("traced.first").go()

    try:
        entered, arcs = trace_calls(work, package)
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "traced"]:
            del sys.modules[name]
    first, second = str(package / "first.py"), str(package / "second.py")
    assert entered == {first, second}
    assert arcs == {(first, second)}


def test_the_check_fails_when_a_bar_is_broken_and_says_which(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = {bar.name: (bar.below or 1) - 1 for bar in BARS}
    monkeypatch.setattr("tools.structure.count_run", dict)
    monkeypatch.setattr("tools.structure.count_structure", lambda _: kept)
    assert main(["--check"]) == 0
    broken = {**kept, "files": 185}
    monkeypatch.setattr("tools.structure.count_structure", lambda _: broken)
    assert main([]) == 0
    assert main(["--check"]) == 1
    assert capsys.readouterr().err == "over the bar: files\n"
    assert [bar.name for bar in BARS if not meets(bar, broken)] == ["files"]
    assert "310" in format_table(broken)
