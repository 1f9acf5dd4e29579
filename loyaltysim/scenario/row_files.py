"""A table of rows from the user's own CSV file, each cell remembering its line and column."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from loyaltysim.core.errors import Problem
from loyaltysim.scenario.book import book, meant, shown
from loyaltysim.scenario.files import inside
from loyaltysim.scenario.flatten import Entries
from loyaltysim.scenario.given import Given, Place
from loyaltysim.scenario.wording import row_model

LARGEST_FILE = 1_000_000
MOST_ROWS = 10_000
MOST_PROBLEMS = 20
CELL = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^,"]*?))\s*(?:,|$)')
BESIDE = "name a CSV file beside the scenario"


def settle_rows(entries: Entries, folder: Path, home: Path | None = None) -> None:
    """Put the rows of a CSV file in the place of its name, wherever a table of rows is named by a file in `folder`.

    A file must lie in the tree of `home`, if there is one. What is wrong is noted in `entries`, and the name taken out.
    """
    for path in [path for path, row in book().items() if row.named]:
        item = entries.values.get(path)
        if item is None or not isinstance(item.value, str) or item.value == book()[path].named:
            continue
        problems = list[Problem]()
        rows = _rows(path, item, folder, home, problems)
        entries.problems += problems[:MOST_PROBLEMS]
        if problems:
            del entries.values[path]
        else:
            entries.values[path] = Given(rows, item.place, item.named, layer=item.layer, note=item.note)


def _rows(path: str, item: Given, folder: Path, home: Path | None, problems: list[Problem]) -> list[Given]:
    def fail(what: str, cure: str) -> list[Given]:
        problems.append(Problem(what, path, str(item.place), cure))
        return []

    word = book()[path].named
    if not item.value.lower().endswith(".csv"):
        return fail(f"{shown(item.value)} is neither a list of rows nor a file", f"write {word}, mine.csv or rows")
    target = inside(home, folder, item.value) if home else (folder / item.value).resolve()
    if target is None:
        return fail(f"{item.value} lies outside the folder {home}", "copy it beside the scenario")
    display = os.path.normpath(Path(item.place.file).parent / item.value) if item.place.line else item.value
    try:
        with target.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        return fail(f"{item.value}: {'there is no such file' if missing else error.strerror}", BESIDE)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem("is not UTF-8 text", path, f"{display}:{line}:1", "save the file as CSV in UTF-8"))
        return []
    if len(data) > LARGEST_FILE:
        return fail(f"{item.value} is larger than 1 MB", "keep one row a touchpoint")
    return _read(path, text, display, item.layer, problems)


def _read(path: str, text: str, display: str, layer: int, problems: list[Problem]) -> list[Given]:
    model = row_model(path)
    assert model is not None
    lines = ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
    heads = _heads(path, next(lines, (1, "")), display, model, problems)
    rows = list[Given]()
    for number, line in lines if not problems else ():
        found = list(_cells(line))
        if len(found) != len(heads):
            what = f"{len(found)} cells, but the first line names {len(heads)} columns"
            cure = "write one cell a column; put a text that holds a comma in quotes"
            problems.append(Problem(what, path, f"{display}:{number}:{found[-1][0]}", cure))
        start, cells = Place(display, number, 1), dict[str, Given]()
        for head, (column, cell) in zip(heads, found, strict=False):
            place = Place(display, number, column)
            if cell:
                cells[head] = Given(_value(model, head, cell), place, place, layer=layer)
        rows.append(Given(cells, start, start, layer=layer))
    if not problems and not 0 < len(rows) <= MOST_ROWS:
        what = "holds no row below its first line" if not rows else f"holds more than {MOST_ROWS:,} rows"
        problems.append(Problem(what, path, f"{display}:1:1", "write one row a touchpoint"))
    return rows


def _heads(
    path: str, first: tuple[int, str], display: str, model: type[BaseModel], problems: list[Problem]
) -> list[str]:
    """Read the line that names the columns; unknown, missing and repeated names are problems."""
    number, line = first
    known = model.model_fields
    found = [(column, cell.strip()) for column, cell in _cells(line)] if line else []
    names = [name for _, name in found]
    if len(names) == 1 and ";" in line:
        cure = "save the file with commas between the cells and points in the numbers"
        problems.append(Problem("its cells are kept apart by semicolons", path, f"{display}:{number}:1", cure))
        return []
    for position, (column, name) in enumerate(found):
        where = f"{display}:{number}:{column}"
        if name not in known:
            problems.append(Problem(f"there is no column {shown(name)}", path, where, meant(name, known)))
        elif name in names[:position]:
            problems.append(Problem(f"the column {name} stands here again", path, where, "keep one of them"))
    needed = [name for name, info in known.items() if info.is_required() and name not in names]
    if needed and not problems:
        what = f"the first line names no column {', '.join(needed)}"
        problems.append(Problem(what, path, f"{display}:{number}:1", f"there may be: {', '.join(known)}"))
    return names


def _cells(line: str) -> Iterator[tuple[int, str]]:
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


def _value(model: type[BaseModel], head: str, cell: str) -> str | float:
    if model.model_fields[head].annotation is not float:
        return cell
    try:
        number = float(cell)
    except ValueError:
        return cell
    return number if math.isfinite(number) else cell
