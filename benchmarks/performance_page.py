"""docs/performance.md, its JSON and picture, and the README's section on speed, all from one record of figures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from benchmarks.measuring import ROOT
from benchmarks.months import NETWORKS, WORDS, name_of
from benchmarks.performance_missed import missed
from benchmarks.performance_picture import draw
from benchmarks.performance_prose import bound, far, grown, head, readme

Record = Mapping[str, Any]
README_PART = re.compile(r"(<!-- speed: begin -->\n).*?(<!-- speed: end -->)", re.DOTALL)
CONTESTANTS = [("whole", "engine"), ("core", "engine"), ("core", "numpy"), ("core", "twin")]


def table(record: Record) -> str:
    """Return the bars and all other figures as Markdown tables."""
    figures, judged = record["figures"], {bar["figure"]: bar for bar in record["bars"]}
    lines = ["| figure | median | least to greatest | bar | stretch | verdict |", "|---|---|---|---|---|---|"]
    for name, bar in judged.items():
        direction = bar["direction"]
        stretch = "" if bar["stretch"] is None else f"{bar['stretch']:g}"
        verdict = f"**{bar['verdict']}**" if bar["verdict"] == "missed" else bar["verdict"]
        lines.append(f"{_line(figures[name])} {direction} {bar['bar']:g} | {stretch} | {verdict} |")
    lines += ["", "| also measured | median | least to greatest |", "|---|---|---|"]
    lines += [_line(figure) for name, figure in figures.items() if name not in judged and not name.startswith("month.")]
    return "\n".join([*lines, "", months(record)])


def months(record: Record) -> str:
    """Return what a person-month costs, by people, contestant and network, as a Markdown table."""
    figures = record["figures"]
    sizes = sorted({int(name.rpartition(".")[2]) for name in figures if name.startswith("month.")})
    columns = [(model, network, player) for model, player in CONTESTANTS for network in NETWORKS]
    names = [f"{WORDS[player]}, {model}, {WORDS[network]}" for model, network, player in columns]
    lines = [f"| ns per person-month: people | {' | '.join(names)} |", f"|---:|{'---:|' * len(names)}"]
    for people in sizes:
        cells = [figures.get(name_of(*column, people)) for column in columns]
        lines.append(f"| {people:,} | {' | '.join(_cell(figure) for figure in cells)} |")
    return "\n".join(lines) if sizes else ""


def page(record: Record) -> str:
    """Return the whole page."""
    return "\n".join(
        [
            head(record),
            "## The bars\n",
            table(record),
            "",
            "![What a person-month costs, against the number of people](figures/performance.png)\n",
            missed(record),
            "## What bounds it\n",
            bound(record),
            "## How cost grows\n",
            grown(record),
            "## A hundred million people, and a thousand million\n",
            far(record),
        ]
    )


def write_page(record: Record) -> None:
    """Write the page, its JSON and picture, and the README's section anew."""
    if record["quick"]:
        raise SystemExit("a quick measurement says nothing about speed: measure without --quick")
    docs, front = ROOT / "docs", ROOT / "README.md"
    section = README_PART.sub(lambda found: found[1] + readme(record) + found[2], front.read_text(encoding="utf-8"))
    contents = {
        docs / "performance.json": (json.dumps(record, indent=1) + "\n").encode(),
        docs / "performance.md": page(record).encode(),
        docs / "figures" / "performance.png": draw(record),
        front: section.encode(),
    }
    for path, content in contents.items():
        temporary = path.with_name(path.name + ".new")
        temporary.write_bytes(content)
        temporary.replace(path)


def _line(figure: Mapping[str, Any]) -> str:
    unit = f" {figure['unit']}" if figure["unit"] else ""
    spread = f"{_short(figure['min'])} to {_short(figure['max'])}" if len(figure["samples"]) > 1 else ""
    return f"| {figure['what']} | {_short(figure['median'])}{unit} | {spread} |"


def _cell(figure: Mapping[str, Any] | None) -> str:
    return f"{_short(figure['median'])} ({_short(figure['min'])} to {_short(figure['max'])})" if figure else ""


def _short(value: float) -> str:
    """Return three significant digits, without an exponent."""
    if value == 0:
        return "0"
    return f"{float(f'{value:.3g}'):,.10g}"
