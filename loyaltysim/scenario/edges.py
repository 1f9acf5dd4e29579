"""An own network: a text file with one tie a line, two person numbers, # comments (SNAP's format)."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from loyaltysim.core.errors import Problem

LINES_SCANNED = 200_000
LONGEST_LINE = 1_000
FIELD = "market.network.path"
FORMAT = "write one tie a line: two person numbers, as `17 4711`, with # before comments"


def edge_list_problem(path: str | Path, people: int) -> Problem | None:
    """Find the first thing wrong in the first 200,000 lines of an edge list of persons 0..people-1; None if sound."""
    try:
        stamp = os.stat(path)
        return _scanned(str(path), people, stamp.st_mtime_ns, stamp.st_size)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        what = "there is no such file" if missing else f"cannot be read: {error.strerror}"
        return Problem(what, FIELD, str(path), "name an edge list beside the scenario")


def network_sha256(path: str | Path) -> str:
    """Give the hash of an edge list's content."""
    stamp = os.stat(path)
    return _hashed(str(path), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=16)
def _hashed(path: str, _changed: int, _size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=16)
def _scanned(path: str, people: int, _changed: int, _size: int) -> Problem | None:
    ties = 0
    with open(path, encoding="utf-8", errors="replace") as file:
        for number in range(1, LINES_SCANNED + 1):
            line = file.readline(LONGEST_LINE)
            if not line:
                break
            parts = line.partition("#")[0].split()
            if not parts:
                continue
            wrong = _wrong(line, parts, people)
            if wrong:
                column, what, cure = wrong
                return Problem(what, FIELD, f"{path}:{number}:{column}", cure)
            ties += 1
    return None if ties else Problem("holds no tie", FIELD, path, FORMAT)


def _wrong(line: str, parts: list[str], people: int) -> tuple[int, str, str] | None:
    column = 1
    for part in parts[:2]:
        column = line.index(part, column - 1) + 1
        if not (part.isascii() and part.removeprefix("-").isdigit()) or len(part) > 20:
            return column, f"{part[:40]!r} is not a person's number", FORMAT
        if not 0 <= int(part) < people:
            cure = (
                "number people from 0"
                if int(part) < 0
                else f"number people from 0, or set market.people: {int(part) + 1}"
            )
            return column, f"person {part} is not one of 0 to {people - 1:,}", cure
        column += len(part)
    if len(parts) != 2:
        place = column if len(parts) < 2 else line.index(parts[2], column - 1) + 1
        return place, f"a tie is two person numbers, not {len(parts)}", FORMAT
    return None
