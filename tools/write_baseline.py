"""Write what is made from the declarations: scenarios/baseline.yml, scenarios/schema.json and docs/parameters.md.

Run `python -m tools.write_baseline` from a checkout after any change of a declaration.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap

from pydantic import BaseModel

from loyaltysim.core.mechanism import Declaration
from loyaltysim.scenario.extends import PACKAGE
from loyaltysim.scenario.json_schema import schema
from loyaltysim.scenario.registry import blocks, format_range, mechanisms, parameter_registry
from loyaltysim.scenario.yaml_format import write_comment, write_flow, write_scalar
from tools.write_parameters import parameters_page

UNCERTAIN: Mapping[str, tuple[float, float, str]] = {
    "word_of_mouth.told_when_unhappy": (6, 14, "how many an unhappy customer tells"),
    "staff.know": (0.85, 0.96, "care's baseline: how many encounters are indifferent today"),
    "desk.solvable": (0.75, 0.98, "the desk's scale: how much of what is acknowledged money can resolve"),
    "voice.price": (0.3, 3, "the price of asking"),
    "joining.blame": (0.1, 0.8, "the damage of a bad message"),
    "recovery.behaviour": (0.5, 1, "stated intentions are not behaviour"),
}
"""What shakes the answer most: path -> low, high, why."""

HEADER = """\
# yaml-language-server: $schema=schema.json
#
# The baseline: a service company of 10,000 customers in a market of 50,000 people, as five short texts on service and
# loyalty describe it. Scenarios say `extends: baseline.yml` and then only what is different.
#
# Every value stands here with its unit, source and evidence grade: measured (a study is named), secondary (quoted),
# folklore (no study found), assumption, definition (a choice, or what a word means). F1 to F37 and K1 to K8 are the
# project's lists of facts and known answers. `loyaltysim explain PATH` says more about any of them.
#
# Values that calibration solves for stand as comments: they follow from `stated`, and are typed only under
# `calibration: off`. Levers are marked: management's choices, which strategies change.
#
# This file is written by `python -m tools.write_baseline` from the declarations; do not edit it.
"""
TITLES = {"title": "The baseline", "question": "What happens if nothing is changed?"}
WIDTH = 34


def baseline() -> str:
    """Return the text of baseline.yml."""
    lines = [HEADER]
    for path, row in parameter_registry().items():
        if "." not in path:
            lines.append(value_line(row, ""))
    lines += ["", *story_lines("stated"), "stated:", *block_lines("stated", "  ")]
    for key in mechanisms():
        lines += ["", *story_lines(key), f"{key}:", *block_lines(key, "  ")]
    lines += ["", "# The first strategy is the reference; a scenario that extends this file replaces them all."]
    lines += ["strategies:", "  as today: {}", "", "# What is not known, and shakes the answer most.", "uncertain:"]
    for path, (low, high, why) in UNCERTAIN.items():
        lines.append(f"  {path}: {write_flow({'low': low, 'high': high})}{write_comment(why)}")
    return "\n".join(lines) + "\n"


def story_lines(block: str) -> list[str]:
    """Return a block's story as comments."""
    story = (blocks()[block].__doc__ or "").strip().splitlines()[0]
    return [f"# {line}" for line in wrap(story, 116)]


def block_lines(block: str, indent: str) -> list[str]:
    """Return the lines of a block, sub-blocks below it."""
    lines: list[str] = []
    depth = block.count(".") + 1
    for path, row in parameter_registry().items():
        if not path.startswith(f"{block}."):
            continue
        *heads, _ = path.split(".")[depth:]
        inner = ".".join([block, *heads[:1]]) if heads else ""
        if not heads:
            lines += entry_lines(row, indent)
        elif f"{indent}{heads[0]}:" not in lines:
            lines += [f"{indent}{heads[0]}:", *block_lines(inner, f"{indent}  ")]
    return lines


def entry_lines(row: Declaration, indent: str) -> list[str]:
    """Return the lines of one declared value."""
    if row.role == "switch":
        always = mechanisms()[row.path.partition(".")[0]].always
        return [] if always else [value_line(row, indent)]
    if row.role == "solved":
        return [value_line(row, f"{indent}# ")]
    if not row.named and isinstance(row.default, list) and any(isinstance(inner, BaseModel) for inner in row.default):
        rows = (f"{indent}  - {write_flow(inner.model_dump())}" for inner in row.default)
        return [f"{indent}{row.path.rpartition('.')[2]}:{declaration_comment(row)}", *rows]
    return [value_line(row, indent)]


def value_line(row: Declaration, indent: str) -> str:
    """Return a value on one line, with its comment."""
    default = row.named or TITLES.get(row.path, row.default)
    text = (
        default
        if row.path == "calibration"
        else write_flow(default)
        if isinstance(default, list)
        else write_scalar(default)
    )
    entry = f"{indent}{row.path.rpartition('.')[2]}: {text}"
    return f"{entry:<{WIDTH}}{declaration_comment(row)}".rstrip()


def declaration_comment(row: Declaration) -> str:
    """Return the comment that says role, meaning, range and evidence of a value."""
    if row.role == "switch":
        return write_comment("on or off")
    role = {"lever": f"LEVER, cost: {row.cost}", "solved": "solved"}.get(row.role, "")
    evidence = row.source if row.source == row.grade else f"{row.source} ({row.grade})"
    if row.source in ("choice of the study", "management's choice"):
        evidence = row.source
    return write_comment(role, f"{row.unit}: {row.doc}" if row.unit else row.doc, format_range(row), evidence)


def write_all(root: Path) -> list[Path]:
    """Write the three files below a checkout's root and give their paths."""
    return [write_file(root / name, text) for name, text in generated().items()]


def generated() -> dict[str, str]:
    """Return the text of every generated file by its path below the root."""
    return {
        "scenarios/baseline.yml": baseline(),
        "scenarios/schema.json": json.dumps(schema(), indent=1, ensure_ascii=False) + "\n",
        "docs/parameters.md": parameters_page(),
    }


def write_file(target: Path, text: str) -> Path:
    """Write a file under a temporary name, rename it, and give its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
    return target


if __name__ == "__main__":
    for written in write_all(PACKAGE.parent):
        print(f"wrote {written}")
