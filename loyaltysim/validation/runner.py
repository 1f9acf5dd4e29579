"""Hold the engine against the known answers, and write down how it did: a table as CSV and one figure each."""

from __future__ import annotations

import csv
import importlib
import io
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.validation import KNOWN
from loyaltysim.validation.checks import KnownAnswer

FOLDER = Path("results/validation")
TABLE = "validation.csv"
HEADER = ("known answer", "check", "source", "published", "simulated", "tolerance", "reason", "verdict")


@dataclass(frozen=True)
class Verdict:
    """The known answers as they came out, and the folder that holds the table and the figures."""

    answers: tuple[KnownAnswer, ...]
    folder: Path

    @property
    def passed(self) -> bool:
        """Whether every check of every known answer passed."""
        return all(known.passed for known in self.answers)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table, a row a check, in the order of `HEADER`; simulated figures have six digits."""
        return [
            (
                known.name,
                check.what,
                known.source,
                check.published,
                f"{check.simulated:.6g}",
                check.tolerance,
                check.reason,
                "passed" if check.passed else "FAILED",
            )
            for known in self.answers
            for check in known.checks
        ]


def validate(
    names: Sequence[str] = (), *, out: str | Path | None = None, done: Callable[[KnownAnswer], None] | None = None
) -> Verdict:
    """Run the named known answers (all of them without names), write table and figures, and give the verdict.

    `out`: the folder, by default results/validation; what stands there of the same known answers is replaced, all at
    the end. `done` hears of each as it is finished. Raises InputError for an unknown name and for a folder that cannot
    be written, RunError if writing fails in the end.
    """
    from loyaltysim.validation.figure import draw

    chosen = [find_name(name) for name in names] or list(KNOWN)
    folder = Path(out) if out is not None else FOLDER
    pictures = {name: folder / f"{name}.png" for name in chosen}
    check_writable(folder, [*pictures.values(), folder / TABLE])
    answers = []
    for name in pictures:
        answers.append(importlib.import_module(f"loyaltysim.validation.{KNOWN[name]}").answer())
        if done:
            done(answers[-1])
    verdict = Verdict(tuple(answers), folder)
    drawn = {pictures[known.name]: draw(known) for known in answers}
    try:
        for path, content in drawn.items():
            write_file(path, content)
        write_file(folder / TABLE, format_table([*read_other_rows(folder / TABLE, verdict), *verdict.rows]).encode())
    except OSError as error:
        raise RunError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return verdict


def check_writable(folder: Path, files: Sequence[Path]) -> None:
    """Make the folder and a file in it, before anything is computed; InputError if that cannot be."""
    cure = "name a folder that can be written to, or one that does not exist yet"
    for file in files:
        if file.is_dir():
            what = f"{file} is a folder, where a file of that name is to be written"
            raise InputError(Problem(what, where="--out", cure=cure))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        what = f"{folder} cannot be written to: {error.strerror or error}"
        raise InputError(Problem(what, where="--out", cure=cure)) from error


def read_other_rows(table: Path, verdict: Verdict) -> list[tuple[str, ...]]:
    """Give the rows that a table holds of known answers other than those just run; none if it is no such table."""
    run_now = {known.name for known in verdict.answers}
    try:
        rows = [tuple(row) for row in csv.reader(io.StringIO(table.read_text(encoding="utf-8")))]
    except (OSError, ValueError, csv.Error):
        return []
    if not rows or rows[0] != HEADER:
        return []
    return [row for row in rows[1:] if row and row[0] in KNOWN.keys() - run_now]


def find_name(name: str) -> str:
    """Return the name of a known answer as the table has it; raises InputError for an unknown one."""
    if name.upper() not in KNOWN:
        raise InputError(Problem(f"there is no known answer {name!r}", cure=f"there are {', '.join(KNOWN)}"))
    return name.upper()


def format_table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as CSV under the header, in the order of the names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    ordered = sorted(rows, key=lambda row: row[0])
    writer.writerows(ordered)
    return text.getvalue()


def write_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
