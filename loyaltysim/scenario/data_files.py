"""The user's own data files: tables of rows in CSV, each cell remembering its line and column, and edge lists.

An edge list is an own network: a text file with one tie a line, two person numbers, # comments (SNAP's format).
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.extends import resolve_inside
from loyaltysim.scenario.layers import Entries
from loyaltysim.scenario.messages import row_model
from loyaltysim.scenario.provenance import Located, Place
from loyaltysim.scenario.registry import format_value, parameter_registry, suggest
from loyaltysim.scenario.yaml_format import LARGEST_FILE

MOST_ROWS = 10_000
MOST_PROBLEMS = 20
CELL = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^,"]*?))\s*(?:,|$)')
BESIDE = "name a CSV file beside the scenario"
LINES_SCANNED = 200_000
LONGEST_LINE = 1_000
NETWORK_PATH = "market.network.path"
FORMAT = "write one tie a line: two person numbers, as `17 4711`, with # before comments"


def load_tables(entries: Entries, folder: Path, home: Path | None = None) -> None:
    """Put the rows of a CSV file in the place of its name, wherever a table of rows is named by a file in `folder`.

    A file must lie in the tree of `home`, if there is one. What is wrong is noted in `entries`, and the name taken out.
    """
    for path in [path for path, row in parameter_registry().items() if row.named]:
        item = entries.values.get(path)
        if item is None or not isinstance(item.value, str) or item.value == parameter_registry()[path].named:
            continue
        problems: list[Problem] = []
        rows = read_table(path, item, item.value, folder, home, problems)
        entries.problems += problems[:MOST_PROBLEMS]
        if problems:
            del entries.values[path]
        else:
            entries.values[path] = Located(rows, item.place, item.key_place, layer=item.layer, note=item.note)


def read_table(
    path: str, item: Located, name: str, folder: Path, home: Path | None, problems: list[Problem]
) -> list[Located]:
    """Return the rows of the CSV file that a value names; what is wrong is added to `problems`."""

    def fail(what: str, cure: str) -> list[Located]:
        problems.append(Problem(what, path, str(item.place), cure))
        return []

    word = parameter_registry()[path].named
    if not name.lower().endswith(".csv"):
        return fail(f"{format_value(name)} is neither a list of rows nor a file", f"write {word}, mine.csv or rows")
    target = resolve_inside(home, folder, name) if home else (folder / name).resolve()
    if target is None:
        return fail(f"{name} lies outside the folder {home}", "copy it beside the scenario")
    display = os.path.normpath(Path(item.place.file).parent / name) if item.place.line else name
    try:
        with target.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        return fail(f"{name}: {'there is no such file' if missing else error.strerror}", BESIDE)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem("is not UTF-8 text", path, f"{display}:{line}:1", "save the file as CSV in UTF-8"))
        return []
    if len(data) > LARGEST_FILE:
        return fail(f"{name} is larger than 1 MB", "keep one row a touchpoint")
    return parse_table(path, text, display, item.layer, problems)


def parse_table(path: str, text: str, display: str, layer: int, problems: list[Problem]) -> list[Located]:
    """Return the rows of a CSV text, each cell with its place."""
    model = row_model(path)
    assert model is not None
    lines = ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
    heads = read_header(path, next(lines, (1, "")), display, model, problems)
    rows: list[Located] = []
    for number, line in lines if not problems else ():
        found = list(split_cells(line))
        if len(found) != len(heads):
            what = f"{len(found)} cells, but the first line names {len(heads)} columns"
            cure = "write one cell a column; put a text that holds a comma in quotes"
            problems.append(Problem(what, path, f"{display}:{number}:{found[-1][0]}", cure))
        start = Place(display, number, 1)
        cells: dict[str, Located] = {}
        for head, (column, cell) in zip(heads, found, strict=False):
            place = Place(display, number, column)
            if cell:
                cells[head] = Located(parse_cell(model, head, cell), place, place, layer=layer)
        rows.append(Located(cells, start, start, layer=layer))
    if not problems and not 0 < len(rows) <= MOST_ROWS:
        what = "holds no row below its first line" if not rows else f"holds more than {MOST_ROWS:,} rows"
        problems.append(Problem(what, path, f"{display}:1:1", "write one row a touchpoint"))
    return rows


def read_header(
    path: str, first: tuple[int, str], display: str, model: type[BaseModel], problems: list[Problem]
) -> list[str]:
    """Read the line that names the columns; unknown, missing and repeated names are problems."""
    number, line = first
    known = model.model_fields
    found = [(column, cell.strip()) for column, cell in split_cells(line)] if line else []
    names = [name for _, name in found]
    if len(names) == 1 and ";" in line:
        cure = "save the file with commas between the cells and points in the numbers"
        problems.append(Problem("its cells are kept apart by semicolons", path, f"{display}:{number}:1", cure))
        return []
    for position, (column, name) in enumerate(found):
        where = f"{display}:{number}:{column}"
        if name not in known:
            problems.append(Problem(f"there is no column {format_value(name)}", path, where, suggest(name, known)))
        elif name in names[:position]:
            problems.append(Problem(f"the column {name} stands here again", path, where, "keep one of them"))
    needed = [name for name, info in known.items() if info.is_required() and name not in names]
    if needed and not problems:
        what = f"the first line names no column {', '.join(needed)}"
        problems.append(Problem(what, path, f"{display}:{number}:1", f"there may be: {', '.join(known)}"))
    return names


def split_cells(line: str) -> Iterator[tuple[int, str]]:
    """Take a line apart at its commas, giving each cell's column, from 1, and its text without quotes."""
    start = 0
    while start <= len(line):
        match = CELL.match(line, start)
        if match is None:  # a quotation mark inside a cell: take it as it stands
            end = line.find(",", start)
            end = len(line) if end < 0 else end
            yield start + 1, line[start:end].strip()
            start = end + 1
            continue
        quoted, bare = match.groups()
        lead = len(match.group()) - len(match.group().lstrip())
        yield start + 1 + lead, bare.strip() if quoted is None else quoted.replace('""', '"')
        if match.end() == len(line) and not match.group().endswith(","):
            return
        start = max(match.end(), start + 1)


def parse_cell(model: type[BaseModel], head: str, cell: str) -> str | float:
    """Return a cell as its column wants it: a number where one belongs and stands there, else its text."""
    if model.model_fields[head].annotation is not float:
        return cell
    try:
        number = float(cell)
    except ValueError:
        return cell
    return number if math.isfinite(number) else cell


def check_edge_list(path: str | Path, people: int) -> Problem | None:
    """Find the first thing wrong in the first 200,000 lines of an edge list of persons 0..people-1; None if sound."""
    try:
        stamp = os.stat(path)
        return _scan(str(path), people, stamp.st_mtime_ns, stamp.st_size)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        what = "there is no such file" if missing else f"cannot be read: {error.strerror}"
        return Problem(what, NETWORK_PATH, str(path), "name an edge list beside the scenario")


@lru_cache(maxsize=16)
def _scan(path: str, people: int, _changed: int, _size: int) -> Problem | None:
    ties = 0
    with open(path, encoding="utf-8", errors="replace") as file:
        for number in range(1, LINES_SCANNED + 1):
            line = file.readline(LONGEST_LINE)
            if not line:
                break
            parts = line.partition("#")[0].split()
            if not parts:
                continue
            wrong = find_tie_fault(line, parts, people)
            if wrong:
                column, what, cure = wrong
                return Problem(what, NETWORK_PATH, f"{path}:{number}:{column}", cure)
            ties += 1
    return None if ties else Problem("holds no tie", NETWORK_PATH, path, FORMAT)


def find_tie_fault(line: str, parts: list[str], people: int) -> tuple[int, str, str] | None:
    """Return column, fault and cure of a line that is no tie between two persons; None if it is one."""
    column = 1
    for part in parts[:2]:
        column = line.index(part, column - 1) + 1
        if not (part.isascii() and part.removeprefix("-").isdigit()) or len(part) > 20:
            return column, f"{part[:40]!r} is not a person's number", FORMAT
        if not 0 <= int(part) < people:
            cure = "number people from 0" + (f", or set market.people: {int(part) + 1}" if int(part) >= 0 else "")
            return column, f"person {part} is not one of 0 to {people - 1:,}", cure
        column += len(part)
    if len(parts) != 2:
        place = column if len(parts) < 2 else line.index(parts[2], column - 1) + 1
        return place, f"a tie is two person numbers, not {len(parts)}", FORMAT
    return None


def hash_network(path: str | Path) -> str:
    """Return the hash of an edge list's content."""
    stamp = os.stat(path)
    return _hash(str(path), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=16)
def _hash(path: str, _changed: int, _size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
