"""File evidence: what was found, with the commit, versions and date it was found on, as JSON and as a table to read."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.docking import Row

ROOT = Path(__file__).resolve().parent.parent


def circumstances() -> dict[str, Any]:
    """Say on what something is run: commit, files that differ from it, date, versions; ask before a long run, not after."""
    packages = {name: version(name) for name in ("mesa", "numpy", "numba", "loyaltysim")}
    return {
        "commit": _git("rev-parse", "HEAD"),
        "changed_files": [
            line[3:] for line in _git("status", "--porcelain", "--", "loyaltysim", "benchmarks").splitlines()
        ],
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": platform.python_version(), **packages},
    }


def _git(*words: str) -> str:
    try:
        return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.rstrip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(
            f"evidence names the commit it was run on: run it in a clone, with git at hand ({error})"
        ) from None


def file_evidence(folder: Path, docked: Mapping[str, Sequence[Row]], about: Mapping[str, Any]) -> str:
    """Write docking.json and docking.md into `folder`, and give the table; `about`: what it was run on, and how often."""
    rows = {name: [{**row._asdict(), "equivalent": row.equivalent} for row in found] for name, found in docked.items()}
    table = _page(about, docked)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "docking.json", json.dumps({**about, "settings": rows}, indent=1) + "\n")
    _write(folder / "docking.md", table)
    return table


def _write(path: Path, text: str) -> None:
    passing = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    passing.write_text(text, encoding="utf-8")
    passing.replace(path)


def _page(about: Mapping[str, Any], docked: Mapping[str, Sequence[Row]]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    lines = [
        "# Engine and textbook twin, docked",
        "",
        f"{about['replications']} replications of each, at each setting; interval of the difference (twin - engine): "
        f"{about['confidence']:.0%}. Equivalent: the whole interval lies within the tolerance.",
        f"Commit {about['commit']}{' and changed files' if about['changed_files'] else ''}, {about['date']}; {versions}.",
        "Made by `python -m benchmarks.docking`.",
    ]
    for name, rows in docked.items():
        lines += [
            "",
            f"## {name[0].upper()}{name[1:]}",
            "",
            "| figure | engine | twin | difference | interval | tolerance | equivalent |",
        ]
        lines += ["|---|---|---|---|---|---|---|", *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    small = row.tolerance < 1
    show = "{:.2%}".format if small else "{:,.0f}".format
    signed = "{:+.3%}".format if small else "{:+,.1f}".format
    name = row.figure.replace("_", " ")
    return (
        f"| {name} | {show(row.engine)} | {show(row.twin)} | {signed(row.difference)} | {signed(row.low)} to "
        f"{signed(row.high)} | {show(row.tolerance)} | {'yes' if row.equivalent else '**no**'} |"
    )
