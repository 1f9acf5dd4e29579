"""Filing evidence under docs/evidence: one JSON file a result, its pictures and note, and a line in the README.

A result names the commit it was measured on: the last one that changed `loyaltysim/`, with nothing there uncommitted.
So adding a test or a page does not make evidence look old, and another engine does.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "evidence"
PACKAGES = ("loyaltysim", "numpy", "numba", "scipy", "mesa")
EXPECTED = (
    "luck",
    "convergence",
    "docking",
    "breakages",
    "pilots",
    "sequential",
    "breakeven",
    "sobol",
    "optima",
    "common_luck",
    "crashes",
    "many_runs",
)
"""What `pytest -m evidence` must have filed; a new long test adds its name here."""
COMMIT = re.compile(r"[0-9a-f]{40}")
HEAD = """# Evidence

Long statistical tests, run by `pytest -m evidence` and filed by them; this page is written by the last one. Each line
names the commit that it was measured on: the last one that had changed `loyaltysim/`, with nothing there uncommitted.
`CONTRIBUTING.md` says when evidence is to be renewed. Each JSON file holds all figures, seeds and versions.

| evidence | what was found | verdict | date | commit | Python | processor time |
|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Finding:
    """What a long test found: one line for a reader, and all of its figures for a referee."""

    name: str
    title: str
    line: str
    passed: bool
    seeds: Mapping[str, Any]
    figures: Mapping[str, Any]
    note: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def measured_commit() -> str:
    """Give the last commit that changed the package; raises RuntimeError without one, or with changes uncommitted."""
    if _git("status", "--porcelain", "--", "loyaltysim"):
        raise RuntimeError("loyaltysim/ has changes that are not committed: commit them, then run the evidence")
    commit = _git("log", "-1", "--format=%H", "--", "loyaltysim")
    if not commit:
        raise RuntimeError("there is no git history to name a commit from: run the evidence in a clone")
    return commit


def file(finding: Finding, commit: str, seconds: float) -> None:
    """Write a finding's JSON, note and pictures, and the README's table anew; `seconds` of processor time it took."""
    record = {
        "name": finding.name,
        "title": finding.title,
        "line": finding.line,
        "passed": finding.passed,
        "commit": commit,
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {package: version(package) for package in PACKAGES},
        "seeds": dict(finding.seeds),
        "processor_seconds": round(seconds, 1),
        "pictures": sorted(finding.pictures),
        "note": f"{finding.name}.md" if finding.note else "",
        "figures": dict(finding.figures),
    }
    for name, picture in finding.pictures.items():
        _write(FOLDER / name, picture)
    if finding.note:
        _write(FOLDER / f"{finding.name}.md", finding.note.encode())
    _write(FOLDER / f"{finding.name}.json", (json.dumps(record, indent=1) + "\n").encode())
    while _readme() != (page := rendered()):  # another process may file its own finding between a look and a write
        _write(FOLDER / "README.md", page.encode())


def filed() -> dict[str, dict[str, Any]]:
    """Read every filed finding, by name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def rendered() -> str:
    """Give the README that belongs to what is filed."""
    return HEAD + "".join(f"| {' | '.join(_cells(record))} |\n" for record in filed().values())


def _cells(record: Mapping[str, Any]) -> list[str]:
    name = record["name"]
    links = [f"[figures]({name}.json)", *(f"[picture]({picture})" for picture in record["pictures"])]
    if record["note"]:
        links.append(f"[note]({record['note']})")
    return [
        f"{record['title']} ({', '.join(links)})",
        record["line"],
        "holds" if record["passed"] else "**fails**",
        record["date"],
        f"`{record['commit'][:12]}`",
        record["python"],
        f"{record['processor_seconds']:,.0f} s",
    ]


def known_in_history(commit: str) -> bool:
    """Tell whether a commit is one of this history's; where there is no full history, whether it is written like one."""
    if not has_history():
        return bool(COMMIT.fullmatch(commit))
    return _run("merge-base", "--is-ancestor", commit, "HEAD").returncode == 0


def has_history() -> bool:
    """Tell whether this is a clone with all its history, not an unpacked archive and not a shallow clone."""
    if not (ROOT / ".git").exists():  # an unpacked archive may lie inside another project's clone
        return False
    try:
        return _git("rev-parse", "--is-shallow-repository") == "false"
    except FileNotFoundError:
        return False


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def _git(*arguments: str) -> str:
    return _run(*arguments).stdout.strip()


def _readme() -> str:
    path = FOLDER / "README.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _write(path: Path, content: bytes) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
