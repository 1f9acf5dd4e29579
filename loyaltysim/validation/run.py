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
from loyaltysim.validation.answer import KnownAnswer

FOLDER = Path("results/validation")
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
            (known.name, check.what, known.source, check.published, f"{check.simulated:.6g}", check.tolerance,
             check.reason, "passed" if check.passed else "FAILED")
            for known in self.answers
            for check in known.checks
        ]  # fmt: skip


def validate(
    names: Sequence[str] = (), *, out: str | Path | None = None, done: Callable[[KnownAnswer], None] | None = None
) -> Verdict:
    """Run the named known answers (all of them without names), write table and figures, and give the verdict.

    `out`: the folder, by default results/validation; what stands there under the same names is replaced. `done` hears
    of each as it is finished. Raises InputError for an unknown name, RunError if the folder cannot be written.
    """
    from loyaltysim.validation.picture import draw

    chosen = [_known(name) for name in names] or list(KNOWN)
    folder = Path(out) if out is not None else FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        answers = []
        for name in dict.fromkeys(chosen):
            known = importlib.import_module(f"loyaltysim.validation.{KNOWN[name]}").answer()
            _write(folder / f"{name}.png", draw(known))
            answers.append(known)
            if done:
                done(known)
        verdict = Verdict(tuple(answers), folder)
        _write(folder / "validation.csv", _table(verdict).encode())
    except OSError as error:
        raise RunError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return verdict


def _known(name: str) -> str:
    if name.upper() not in KNOWN:
        raise InputError(Problem(f"there is no known answer {name!r}", cure=f"there are {', '.join(KNOWN)}"))
    return name.upper()


def _table(verdict: Verdict) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(verdict.rows)
    return text.getvalue()


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
