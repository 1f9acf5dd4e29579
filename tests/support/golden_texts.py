"""Golden texts: whole sentences that people read, kept in files, so that a change of words is seen once and in one place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "golden"


def read_golden(name: str) -> dict[str, str]:
    """Return the texts of a golden file by their headings, each of which is a line that begins with `# `."""
    parts = f"\n{(FOLDER / name).read_text(encoding='utf-8')}".split("\n# ")[1:]
    return {heading: text.strip("\n") for heading, _, text in (part.partition("\n") for part in parts)}


def write_golden(name: str, texts: Mapping[str, str]) -> None:
    """Write texts as a golden file; whoever changes words on purpose calls it once, and reads what has changed."""
    content = "\n".join(f"# {heading}\n{text}\n" for heading, text in texts.items())
    (FOLDER / name).write_text(content, encoding="utf-8")
