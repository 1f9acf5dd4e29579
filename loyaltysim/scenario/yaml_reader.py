"""Read YAML into plain values that remember where they stood, so that every complaint can name line and column.

Plain data only: text, numbers, yes/no, lists and mappings, YAML 1.2 (`off` is a word, `012` is 12). The nodes of
ruamel.yaml are walked here rather than constructed, so no tag can make an object and no alias can blow up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.provenance import Located, Place

# Parse YAML into nodes without ever following it deeper than a scenario goes.

DEEPEST = 30
MOST_OPEN_BRACKETS = 300
"""More brackets than this are open nowhere in earnest; the parser looks ahead over all of them, at quadratic cost."""
CURE = "write a flatter file: a scenario is three or four levels deep"


def compose_yaml(text: str, display: str) -> Any:
    """Give the root node of one YAML document, None for an empty one; raises InputError where it is nested too deeply."""
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer

    class Shallow(Composer):
        """A composer that stops where the nesting goes too deep."""

        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.depth += 1
            if self.depth > DEEPEST + 1:
                mark = self.parser.peek_event().start_mark
                raise _too_deep(Place(display, mark.line + 1, mark.column + 1))
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    _refuse_brackets(text, display)
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = Shallow
    return yaml.compose(text)


def _refuse_brackets(text: str, display: str) -> None:
    depth = 0
    for found in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
        if depth > MOST_OPEN_BRACKETS:
            before = text[: found.start()]
            raise _too_deep(Place(display, before.count("\n") + 1, found.start() - before.rfind("\n")))


def _too_deep(place: Place) -> InputError:
    return InputError(Problem(f"is nested more than {DEEPEST} levels deep", where=str(place), cure=CURE))


LARGEST_FILE = 1_000_000
MOST_VALUES = 50_000
MOST_ALIASES = 100
LONGEST_NUMBER = 100
CORE_TAG = "tag:yaml.org,2002:"
SCALARS = ("str", "int", "float", "bool", "null", "timestamp")


def read_text(path: Path, display: str) -> str:
    """Read a small UTF-8 file; raises InputError naming `display` when there is none or it is not text."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        what = "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise InputError(Problem(what, where=display, cure=nearby_lines(path))) from None
    if len(data) > LARGEST_FILE:
        raise InputError(Problem("is larger than 1 MB", where=display, cure="a scenario is a page or two of text"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        cure = "save the file as UTF-8"
        raise InputError(Problem("is not UTF-8 text", where=f"{display}:{line}:1", cure=cure)) from None


def nearby_lines(path: Path) -> str:
    """Guess which file was meant, as a cure."""
    from difflib import get_close_matches

    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix in (".yml", ".yaml")][:1000]
    except OSError:
        return f"there is no folder {path.parent} either" if not path.parent.is_dir() else ""
    close = get_close_matches(path.name, names, n=1)
    return f"did you mean {close[0]}?" if close else "`loyaltysim new FILE.yml` starts one"


def read_yaml(text: str, display: str, problems: list[Problem]) -> Located:
    """Parse one YAML document; an empty one gives an empty mapping.

    What is wrong with single values is added to `problems` and left out; what cannot be parsed at all raises InputError.
    """
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    _refuse_directives(text, display)
    try:
        root = compose_yaml(text, display)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(display, mark.line + 1, mark.column + 1) if mark else Place(display)
        what, cure = _plain_words(error)
        raise InputError(Problem(what, where=str(place), cure=cure)) from None
    except YAMLError as error:
        unprintable = getattr(error, "character", None)
        what = f"holds a character that YAML does not allow (U+{unprintable:04X})" if unprintable else "is not YAML"
        before = text[: max(0, getattr(error, "position", 0) or 0)]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise InputError(Problem(what, where=str(Place(display, line, column)))) from None
    except RecursionError:
        raise InputError(Problem("is nested too deeply", where=display)) from None
    start = Place(display, 1, 1)
    if root is None:
        return Located({}, start, start)
    return _Reader(display, problems, text.splitlines()).build(root, start) or Located({}, start, start)


def _refuse_directives(text: str, display: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("%"):
            cure = "take the line out: scenarios are YAML 1.2"
            raise InputError(Problem("a YAML directive is not read", where=f"{display}:{number}:1", cure=cure))
        if line.strip() and not line.lstrip().startswith("#"):
            return


def _plain_words(error: Any) -> tuple[str, str]:
    problem, context = str(error.problem or ""), str(error.context or "")
    if "\\t" in problem or "\t" in problem:
        return "a tab indents this line", "indent with spaces"
    if "another document" in problem:
        return "a second document begins here (`---`)", "a scenario is one document"
    if "mapping values are not allowed" in problem:
        return "a second `:` in one line", 'put text that holds ": " in quotes, or begin a new line'
    said = ", ".join(part for part in (context, problem) if part)
    return f"is not YAML here: {said}", "look at quotes, brackets and indentation around this place"


class _Reader:
    def __init__(self, display: str, problems: list[Problem], lines: list[str]) -> None:
        self.display, self.problems, self.lines = display, problems, lines
        self.values, self.aliases = 0, 0
        self.seen: set[int] = set()
        self.open: list[int] = []
        self.path: list[str] = []

    def place(self, node: Any) -> Place:
        return Place(self.display, node.start_mark.line + 1, node.start_mark.column + 1)

    def problem(self, node: Any, what: str, cure: str = "") -> Problem:
        return Problem(what, ".".join(self.path), str(self.place(node)), cure)

    def build(self, node: Any, named: Place) -> Located | None:
        """Give what a node holds, or None after noting why it cannot be used."""
        self._bound(node)
        self.open.append(id(node))
        value: Any
        tag = str(node.tag).removeprefix(CORE_TAG)
        if isinstance(node.value, str) and tag in SCALARS:
            value = self._scalar(node, tag)
        elif tag == "map":
            value = dict(self._pairs(node))
        elif tag == "seq":
            value = [item for inner in node.value if (item := self.build(inner, self.place(inner)))]
        else:
            value = self.problem(
                node, f"the tag {node.tag} is not read", "write plain text, numbers, lists or mappings"
            )
        self.open.pop()
        if isinstance(value, Problem):
            self.problems.append(value)
            return None
        if value is None and not node.value:
            return Located(value, named, named)  # nothing stands there, and the parser's mark is past it
        plus = isinstance(value, int | float) and node.style is None and str(node.value).startswith("+")
        return Located(value, self.place(node), named, plus, note=self._note(node))

    def _note(self, node: Any) -> str:
        """Give the comment behind a value on its line; empty without one."""
        line, column = node.end_mark.line, node.end_mark.column
        rest = self.lines[line][column:].strip() if line < len(self.lines) else ""
        return rest[1:].strip() if rest.startswith("#") else ""

    def _bound(self, node: Any) -> None:
        self.values += 1
        self.aliases += id(node) in self.seen
        self.seen.add(id(node))
        if id(node) in self.open:
            raise InputError(self.problem(node, "an alias holds itself", "write the values out"))
        if self.aliases > MOST_ALIASES or self.values > MOST_VALUES or len(self.open) > DEEPEST:
            cure = "write a smaller file, without anchors"
            raise InputError(self.problem(node, "too many values, aliases or levels", cure))

    def _pairs(self, node: Any) -> Iterator[tuple[str, Located]]:
        first: dict[str, Place] = {}
        for key, value in node.value:
            self.path.append(str(key.value) if isinstance(key.value, str) else "?")
            if not isinstance(key.value, str) or key.tag == f"{CORE_TAG}merge":
                cure = "merge keys (<<) are not read; use `extends`"
                self.problems.append(self.problem(key, "a key must be a word", cure))
            elif key.value in first:
                what = f"is given twice, first at line {first[key.value].line}"
                self.problems.append(self.problem(key, what, "keep one of them"))
            else:
                first[key.value] = self.place(key)
                item = self.build(value, first[key.value])
                if item:
                    yield key.value, item
            self.path.pop()

    def _scalar(self, node: Any, tag: str) -> Any:
        text: str = node.value
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag in ("str", "timestamp"):
            return text
        number = _number(text.replace("_", ""), tag)
        if number is None:
            return self.problem(node, "is not a number that can be read")
        finite = math.isfinite(number)
        return number if finite else self.problem(node, f"{text} is not a finite number", "write a plain number")


def _number(text: str, tag: str) -> int | float | None:
    if len(text) > LONGEST_NUMBER:
        return None
    try:
        if tag == "float":
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
        radix = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2].lower(), 10)
        return sign * int(digits[2:] if radix != 10 else digits, radix)
    except ValueError:
        return None
