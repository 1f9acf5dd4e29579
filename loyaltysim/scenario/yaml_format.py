"""Read YAML, or plain data from Python, into values that remember where they stood, so that every problem names its
place.

Plain data only: text, numbers, yes/no, lists and mappings, YAML 1.2 (`off` is a word, `012` is 12). The nodes of
ruamel.yaml are walked here rather than constructed, so no tag can make an object and no alias can blow up; nesting is
followed no deeper than a scenario ever goes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.provenance import Located, LocatedValue, Place, Scalar

LARGEST_FILE = 1_000_000
MOST_VALUES = 50_000
MOST_ALIASES = 100
LONGEST_NUMBER = 100
DEEPEST = 30
MOST_OPEN_BRACKETS = 300
"""More brackets than this are open nowhere in earnest; the parser looks ahead over all of them, at quadratic cost."""
CORE_TAG = "tag:yaml.org,2002:"
SCALARS = ("str", "int", "float", "bool", "null", "timestamp")
PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$./?!()-]*( [A-Za-z0-9_$./?!()-]+)*|\d{4}-\d{2}")
WORDS_WITH_MEANING = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def read_text(path: Path, display: str) -> str:
    """Read a small UTF-8 file; raises InputError naming `display` when there is none or it is not text."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        what = "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise InputError(Problem(what, where=display, cure=suggest_file(path))) from None
    if len(data) > LARGEST_FILE:
        raise InputError(Problem("is larger than 1 MB", where=display, cure="a scenario is a page or two of text"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        cure = "save the file as UTF-8"
        raise InputError(Problem("is not UTF-8 text", where=f"{display}:{line}:1", cure=cure)) from None


def suggest_file(path: Path) -> str:
    """Guess which file was meant, as a cure."""
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix in (".yml", ".yaml")][:1000]
    except OSError:
        return f"there is no folder {path.parent} either" if not path.parent.is_dir() else ""
    close = get_close_matches(path.name, names, n=1)
    return f"did you mean {close[0]}?" if close else "`loyaltysim new FILE.yml` starts one"


def read_yaml(text: str, display: str, problems: list[Problem]) -> Located:
    """Parse one YAML document; an empty one gives an empty mapping.

    What is wrong with single values is added to `problems` and left out; what cannot be parsed at all raises
    InputError.
    """
    check_directives(text, display)
    try:
        root = compose_yaml(text, display)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(display, mark.line + 1, mark.column + 1) if mark else Place(display)
        what, cure = describe_yaml_error(error)
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
    return NodeReader(display, problems, text.splitlines()).read(root, start) or Located({}, start, start)


def check_directives(text: str, display: str) -> None:
    """Refuse YAML directives, which may only stand at the top."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("%"):
            cure = "take the line out: scenarios are YAML 1.2"
            raise InputError(Problem("a YAML directive is not read", where=f"{display}:{number}:1", cure=cure))
        if line.strip() and not line.lstrip().startswith("#"):
            return


def describe_yaml_error(error: MarkedYAMLError) -> tuple[str, str]:
    """Return fault and cure of what a parser could not read."""
    problem, context = str(error.problem or ""), str(error.context or "")
    if "\\t" in problem or "\t" in problem:
        return "a tab indents this line", "indent with spaces"
    if "another document" in problem:
        return "a second document begins here (`---`)", "a scenario is one document"
    if "mapping values are not allowed" in problem:
        return "a second `:` in one line", 'put text that holds ": " in quotes, or begin a new line'
    message = ", ".join(part for part in (context, problem) if part)
    return f"is not YAML here: {message}", "look at quotes, brackets and indentation around this place"


def compose_yaml(text: str, display: str) -> Node | None:
    """Return the root node of one YAML document, None for an empty one; raises InputError where it is nested too
    deeply.
    """

    class ShallowComposer(Composer):
        """A composer that stops where the nesting goes too deep."""

        depth = 0

        def compose_node(self, parent: Node | None, index: int | None) -> Node | None:
            self.depth += 1
            if self.depth > DEEPEST + 1:
                mark = self.parser.peek_event().start_mark
                raise nesting_error(Place(display, mark.line + 1, mark.column + 1))
            node: Node | None = super().compose_node(parent, index)
            self.depth -= 1
            return node

    check_brackets(text, display)
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = ShallowComposer
    root: Node | None = yaml.compose(text)
    return root


def check_brackets(text: str, display: str) -> None:
    """Refuse more open brackets than any scenario has."""
    depth = 0
    for found in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
        if depth > MOST_OPEN_BRACKETS:
            before = text[: found.start()]
            raise nesting_error(Place(display, before.count("\n") + 1, found.start() - before.rfind("\n")))


def nesting_error(place: Place) -> InputError:
    """Return the error of a text that is nested too deeply."""
    what, cure = (
        f"is nested more than {DEEPEST} levels deep",
        "write a flatter file: a scenario is three or four levels deep",
    )
    return InputError(Problem(what, where=str(place), cure=cure))


class NodeReader:
    """Turns one document's nodes into located values, within bounds of size and depth."""

    def __init__(self, display: str, problems: list[Problem], lines: list[str]) -> None:
        self.display, self.problems, self.lines = display, problems, lines
        self.values, self.aliases = 0, 0
        self.seen: set[int] = set()
        self.open: list[int] = []
        self.path: list[str] = []

    def find_place(self, node: Node) -> Place:
        """Return where a node begins."""
        return Place(self.display, node.start_mark.line + 1, node.start_mark.column + 1)

    def problem(self, node: Node, what: str, cure: str = "") -> Problem:
        """Return a problem at a node, named by the path that leads to it."""
        return Problem(what, ".".join(self.path), str(self.find_place(node)), cure)

    def read(self, node: Node, named: Place) -> Located | None:
        """Return what a node holds, or None after noting why it cannot be used."""
        self.check_size(node)
        self.open.append(id(node))
        value: LocatedValue | Problem
        tag = str(node.tag).removeprefix(CORE_TAG)
        if isinstance(node.value, str) and tag in SCALARS:
            value = self.read_scalar(node, tag)
        elif tag == "map":
            value = dict(self.read_pairs(node))
        elif tag == "seq":
            value = [item for inner in node.value if (item := self.read(inner, self.find_place(inner)))]
        else:
            cure = "write plain text, numbers, lists or mappings"
            value = self.problem(node, f"the tag {node.tag} is not read", cure)
        self.open.pop()
        if isinstance(value, Problem):
            self.problems.append(value)
            return None
        if value is None and not node.value:
            return Located(value, named, named)  # nothing stands there, and the parser's mark is past it
        is_plain = isinstance(node, ScalarNode) and node.style is None
        plus = is_plain and isinstance(value, int | float) and str(node.value).startswith("+")
        return Located(value, self.find_place(node), named, plus, note=self.read_note(node))

    def read_note(self, node: Node) -> str:
        """Return the comment behind a value on its line; empty without one."""
        line, column = node.end_mark.line, node.end_mark.column
        rest = self.lines[line][column:].strip() if line < len(self.lines) else ""
        return rest[1:].strip() if rest.startswith("#") else ""

    def check_size(self, node: Node) -> None:
        """Refuse a document that is too large, too deep, or holds itself."""
        self.values += 1
        self.aliases += id(node) in self.seen
        self.seen.add(id(node))
        if id(node) in self.open:
            raise InputError(self.problem(node, "an alias holds itself", "write the values out"))
        if self.aliases > MOST_ALIASES or self.values > MOST_VALUES or len(self.open) > DEEPEST:
            cure = "write a smaller file, without anchors"
            raise InputError(self.problem(node, "too many values, aliases or levels", cure))

    def read_pairs(self, node: Node) -> Iterator[tuple[str, Located]]:
        """Walk the keys of a mapping with their values; a key given twice is a problem."""
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
                first[key.value] = self.find_place(key)
                item = self.read(value, first[key.value])
                if item:
                    yield key.value, item
            self.path.pop()

    def read_scalar(self, node: Node, tag: str) -> Scalar | Problem:
        """Return the value of a scalar, or the problem with it."""
        text: str = node.value
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag in ("str", "timestamp"):
            return text
        number = parse_number(text.replace("_", ""), tag)
        if number is None:
            return self.problem(node, "is not a number that can be read")
        finite = math.isfinite(number)
        return number if finite else self.problem(node, f"{text} is not a finite number", "write a plain number")


def parse_number(text: str, tag: str) -> int | float | None:
    """Return the number that a text holds, None if it holds none."""
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


def read_mapping(keys: Mapping[str, object], display: str, problems: list[Problem]) -> Located:
    """Return plain data from Python as if it had been read; what a file could not hold is added to `problems`."""
    place = Place(display)

    def convert(value: object, path: tuple[str, ...]) -> Located | None:
        if len(path) > DEEPEST:
            raise nesting_error(place)
        if isinstance(value, Mapping):
            for key in value:
                if not isinstance(key, str):
                    problems.append(Problem("a key must be a word", ".".join(path), display, f"{key!r} is none"))
            inner = {key: convert(each, (*path, key)) for key, each in value.items() if isinstance(key, str)}
            return Located({key: item for key, item in inner.items() if item is not None}, place, place)
        if isinstance(value, list | tuple):
            items = [convert(each, (*path, str(number))) for number, each in enumerate(value, 1)]
            return Located([item for item in items if item is not None], place, place)
        if isinstance(value, float) and not math.isfinite(value):
            what, cure = f"{value} is not a finite number", "write a plain number"
        elif value is None or isinstance(value, str | int | float):
            return Located(value, place, place)
        else:
            what, cure = f"{type(value).__name__} is no plain data", "give text, numbers, True or False, lists or dicts"
        problems.append(Problem(what, ".".join(path), display, cure))
        return None

    return convert(keys, ()) or Located({}, place, place)


def write_scalar(value: object) -> str:
    """Write one value; text is quoted wherever a reader could take it for something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:_}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return write_float(value)
    return quote(str(value))


def write_float(value: float) -> str:
    """Write a number with a point, in digits that every reader takes for a number."""
    text = repr(value)
    if "e" in text:
        digits, _, power = text.partition("e")
        return text if "." in digits else f"{digits}.0e{power}"
    whole, _, rest = text.partition(".")
    return f"{int(whole):_}.{rest}" if abs(value) >= 10_000 else text


def quote(text: str) -> str:
    """Write text, in quotes if need be."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS_WITH_MEANING:
        return text
    written = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08X}" for sign in written)


def write_flow(value: object) -> str:
    """Write data on one line, mappings and lists in brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{write_scalar(str(key))}: {write_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(write_flow(inner) for inner in value) + "]"
    return write_scalar(value)


def write_comment(*parts: str) -> str:
    """Make an end-of-line comment of what is not empty; never more than one line."""
    text = "; ".join(part for part in parts if part)
    return "  # " + "".join(sign if sign.isprintable() else " " for sign in text) if text else ""


def write_tree(paths: Mapping[str, list[str]], indent: str = "") -> list[str]:
    """Lay out lines by dotted path as nested blocks.

    `paths` maps a path to its lines: the first is written behind `key:`, the others below it as they are.
    """
    lines: list[str] = []
    heads = dict.fromkeys(path.partition(".")[0] for path in paths)
    for head in heads:
        if head in paths:
            first, *more = paths[head]
            lines += [f"{indent}{head}: {first}".rstrip(), *(f"{indent}  {line}" for line in more)]
            continue
        inner = {path.partition(".")[2]: text for path, text in paths.items() if path.startswith(f"{head}.")}
        lines += [f"{indent}{head}:", *write_tree(inner, f"{indent}  ")]
    return lines
