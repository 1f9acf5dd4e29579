"""Count the structure of the package and compare it with its bars: `python -m tools.structure`, `--check` to fail on one.

What is counted, and how:

- *Files entered* by one `loyaltysim run` are the package's .py files of which a function is called (a module's or a
  class's body is not a function, so importing enters no file; a comprehension is part of what it stands in; a
  template that Jinja compiles is no file of code). An *arc* is a pair of files: a function in the second is called
  from the first, directly or through other people's code (click, pydantic), in which case the nearest of our files up
  the stack is the caller. The run is tiny, in this process and with empty caches. Compiled kernels call each other
  unseen.
- A *code line* holds something other than a comment and is no part of a string that stands alone (a docstring).
- A *private* function's name begins with one underscore. An import statement is *local* inside any function.
- A line over 120 characters may be a *declaration* (`name: type = param(...)`), which reads as a row of a table.
- An experiments file has *one importer inside* when one file in all imports it and that one lies in experiments/, too.
- An *import circle* is a set of modules that import each other in turn, each import going to the module it names (the
  `__init__.py` of the folders above is not counted unless named). What stands under TYPE_CHECKING does not run.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import os
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "loyaltysim"
WIDTH = 120
COMPREHENSIONS = ("<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>")
DECLARING = ("param", "lever", "column", "metric", "solved")
SCENARIO = """\
title: a tiny run
calibration: off
months: 3
replications: 2
market: {people: 1_000, customers: 200, burn_in: 2}
strategies:
  as today: {}
  asking: {voice.budget: {add: 500}}
"""


class Bar(NamedTuple):
    """A figure with what it was at 1ec93ff, counted by this file, and the number under which it has to be, if any."""

    name: str
    before: float
    below: float | None


BARS = (
    Bar("files that a run enters", 156, 110),
    Bar("arcs from file to file in a run", 543, 350),
    Bar("experiments/ files with one importer inside", 22, 5),
    Bar("lines of code", 23_589, 20_500),
    Bar("files", 310, 185),
    Bar("private functions, %", 37.1, 25),
    Bar("Any as a name", 488, 100),
    Bar("function-local imports", 385, 150),
    Bar("# fmt: skip", 159, 40),
    Bar("lines over 120 but for declarations", 516, 1),
    Bar("import circles at run time", 0, 1),
    Bar("files in them", 0, None),
    Bar("import circles with local imports", 2, None),
    Bar("files in these", 12, None),
)
"""Every figure in the order of the table; one without a bar is only reported."""


def count_structure(package: Path) -> dict[str, float]:
    """Return every figure that is read from the sources.

    Args:
        package: the folder of a package.

    Returns:
        Each figure by its name in BARS; the two of a run are not among them.
    """
    sources = read_sources(package)
    trees = {name: ast.parse(source) for name, source in sources.items()}
    functions = [
        node
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    private = sum(node.name.startswith("_") and not node.name.startswith("__") for node in functions)
    local = {id(node) for function in functions for node in ast.walk(function) if is_import(node)}
    names = (node.id for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.Name))
    at_import = find_circles(import_graph(trees, local=False))
    anywhere = find_circles(import_graph(trees, local=True))
    return {
        "experiments/ files with one importer inside": len(find_torn(trees, f"{package.name}.experiments")),
        "lines of code": sum(count_code_lines(sources[name], trees[name]) for name in sources),
        "files": len(sources),
        "private functions, %": round(100 * private / max(len(functions), 1), 1),
        "Any as a name": sum(name == "Any" for name in names),
        "function-local imports": len(local),
        "# fmt: skip": sum(line.count("# fmt: skip") for source in sources.values() for line in source.splitlines()),
        "lines over 120 but for declarations": sum(
            len(find_long_lines(sources[name], trees[name])) for name in sources
        ),
        "import circles at run time": len(at_import),
        "files in them": sum(map(len, at_import)),
        "import circles with local imports": len(anywhere),
        "files in these": sum(map(len, anywhere)),
    }


def read_sources(package: Path) -> dict[str, str]:
    """Return the text of each Python file of a package by the dotted name of its module."""
    sources = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return sources


def count_code_lines(source: str, tree: ast.Module) -> int:
    """Return how many lines are neither blank nor a comment nor part of a string that stands alone."""
    told: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            told.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(map(str.strip, source.splitlines()), start=1)
    return sum(bool(line) and not line.startswith("#") and number not in told for number, line in lines)


def find_long_lines(source: str, tree: ast.Module) -> list[int]:
    """Return the numbers of the lines over 120 characters that are no part of a declaration."""
    declared: set[int] = set()
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in DECLARING:
            declared.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(source.splitlines(), start=1)
    return [number for number, line in lines if len(line) > WIDTH and number not in declared]


def is_import(node: ast.AST) -> bool:
    """Tell whether a node is an import statement."""
    return isinstance(node, ast.Import | ast.ImportFrom)


def walk_at_run_time(node: ast.AST, *, local: bool) -> Iterator[ast.AST]:
    """Yield what runs: nothing under TYPE_CHECKING and, unless local, nothing inside a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield other
                yield from walk_at_run_time(other, local=local)
        elif local or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from walk_at_run_time(child, local=local)


def named_modules(node: ast.AST) -> Iterator[str]:
    """Yield the dotted names that an import statement may mean: `from a import b` may be the module a.b or a name in a."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def import_graph(trees: Mapping[str, ast.Module], *, local: bool) -> dict[str, set[str]]:
    """Return the modules that each module imports when it runs, those in functions among them if local."""
    graph: dict[str, set[str]] = {name: set() for name in trees}
    for name, tree in trees.items():
        for node in walk_at_run_time(tree, local=local):
            for meant in named_modules(node):
                module = meant if meant in trees else meant.rpartition(".")[0]
                if module in trees and module != name:
                    graph[name].add(module)
    return graph


def find_circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules that reach each other, largest first (Tarjan's strongly connected components)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    circles: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for other in sorted(graph[name]):
            if other not in order:
                visit(other)
            if other in stack:
                lowest[name] = min(lowest[name], lowest[other])
        if lowest[name] == order[name]:
            start = stack.index(name)
            circle = stack[start:]
            del stack[start:]
            if len(circle) > 1:
                circles.append(sorted(circle))

    for name in sorted(graph):
        if name not in order:
            visit(name)
    return sorted(circles, key=len, reverse=True)


def find_torn(trees: Mapping[str, ast.Module], room: str) -> list[str]:
    """Return a room's modules whose only importer is another module of the room."""
    importers = defaultdict(set)
    for name, imported in import_graph(trees, local=True).items():
        for module in imported:
            importers[module].add(name)
    return [
        name
        for name in trees
        if name.startswith(f"{room}.") and len(importers[name]) == 1 and min(importers[name]).startswith(room)
    ]


def trace_calls(work: Callable[[], None], package: Path) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the files that a piece of work enters, and the pairs of files of which the first calls the second.

    Args:
        work: what is called, once; its threads are followed, too.
        package: the folder whose files count.
    """
    inside = f"{package.resolve()}{os.sep}"
    entered: set[str] = set()
    arcs: set[tuple[str, str]] = set()

    def is_ours(file: str) -> bool:
        return file.startswith(inside) and file.endswith(".py")

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event != "call" or not is_ours(code.co_filename) or not code.co_flags & inspect.CO_OPTIMIZED:
            return
        if code.co_name in COMPREHENSIONS:
            return
        entered.add(code.co_filename)
        caller = frame.f_back
        while caller is not None and not is_ours(caller.f_code.co_filename):
            caller = caller.f_back
        if caller is not None and caller.f_code.co_filename != code.co_filename:
            arcs.add((caller.f_code.co_filename, code.co_filename))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    return entered, arcs


def count_run() -> dict[str, float]:
    """Return the two figures of one `loyaltysim run` of a tiny scenario, in this process, with empty caches."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder, "tiny.yml")
        scenario.write_text(SCENARIO, encoding="utf-8")
        os.environ |= {"LOYALTYSIM_CACHE": f"{folder}/cache", "LOYALTYSIM_RUNS": "off"}
        argv = ["run", str(scenario), "--out", f"{folder}/out", "--executor", "in-process"]

        def run() -> None:
            from loyaltysim.cli import main

            main(argv, standalone_mode=False)

        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            entered, arcs = trace_calls(run, PACKAGE)
    return {"files that a run enters": len(entered), "arcs from file to file in a run": len(arcs)}


def format_table(figures: Mapping[str, float]) -> str:
    """Return the figures as lines of text: before, now, the bar, and whether it is broken."""
    head = f"{'':45}{'1ec93ff':>9}{'now':>9}{'bar':>9}"
    rows = [
        f"{bar.name:45}{bar.before:9,g}{figures[bar.name]:9,g}"
        + (f"{'-':>9}" if bar.below is None else f"{f'< {bar.below:,g}':>9}{'' if meets(bar, figures) else '  over'}")
        for bar in BARS
    ]
    return "\n".join([head, *rows])


def meets(bar: Bar, figures: Mapping[str, float]) -> bool:
    """Tell whether a figure keeps its bar, or has none."""
    return bar.below is None or figures[bar.name] < bar.below


def main(argv: list[str] | None = None) -> int:
    """Print the table; with `--check` return 1 if any bar is broken."""
    reader = argparse.ArgumentParser(prog="python -m tools.structure", description="Count the package's structure.")
    reader.add_argument("--check", action="store_true", help="exit with 1 if a bar is broken")
    reader.add_argument("--details", action="store_true", help="name the files in circles and those torn apart")
    options = reader.parse_args(argv)
    figures = count_structure(PACKAGE) | count_run()
    print(format_table(figures))
    if options.details:
        trees = {name: ast.parse(source) for name, source in read_sources(PACKAGE).items()}
        print("one importer inside:", *find_torn(trees, f"{PACKAGE.name}.experiments"), sep="\n  ")
        for circle in find_circles(import_graph(trees, local=False)):
            print("a circle at run time:", *circle, sep="\n  ")
        for circle in find_circles(import_graph(trees, local=True)):
            print("a circle with local imports:", *circle, sep="\n  ")
    broken = [bar.name for bar in BARS if not meets(bar, figures)]
    if options.check and broken:
        print(f"over the bar: {', '.join(broken)}", file=sys.stderr)
    return int(options.check and bool(broken))


if __name__ == "__main__":
    sys.exit(main())
