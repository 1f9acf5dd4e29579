"""The page of every parameter and lever, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loyaltysim.core.mechanism import Declaration
from loyaltysim.scenario.messages import format_choices
from loyaltysim.scenario.registry import blocks, format_range, format_value, mechanisms, parameter_registry
from loyaltysim.scenario.strategies import Pilot, pilot_declarations

HEAD = """\
# Parameters and levers

Every value that a scenario can hold, made from the declarations by `python -m tools.write_baseline`.
The path is the key in a scenario's file (nested or dotted alike), the argument of `--set` and of `loyaltysim explain`.

Grades: *measured* (a study is named), *secondary* (quoted), *folklore* (no study found), *assumption*, *definition* (a
choice, or what a word means). *Solved* parameters follow from `stated`; they are typed only under `calibration: off`.
Levers are management's choices: strategies change them, and each costs what is said.
"""
COLUMNS = ("path", "meaning", "unit", "default", "range", "source", "grade")


def parameters_page() -> str:
    """Return docs/parameters.md: a table a block, in the order of a month."""
    study = [row for path, row in parameter_registry().items() if "." not in path]
    parts = [HEAD, section("The study", "What is asked, over how long, how often, and on which luck.", study)]
    for block in ("stated", *mechanisms()):
        story = (blocks()[block].__doc__ or "").strip().splitlines()[0]
        parts.append(
            section(
                f"`{block}`", story, [row for path, row in parameter_registry().items() if path.startswith(f"{block}.")]
            )
        )
    story = f"Words of a strategy's `pilot`, not of the file's top level. {(Pilot.__doc__ or '').strip()}"
    parts.append(section("`pilot`", story, list(pilot_declarations().values())))
    return "\n".join(parts)


def section(title: str, story: str, rows: list[Declaration]) -> str:
    """Return a title, its story and a table of declarations."""
    return "\n".join([f"## {title}", "", story, "", table(COLUMNS, [declaration_cells(row) for row in rows]), ""])


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown: one line of heads, then one a row."""
    return "\n".join(map(_line, [columns, ["---"] * len(columns), *rows]))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def declaration_cells(row: Declaration) -> tuple[str, ...]:
    """Return the cells of one declaration, in the order of COLUMNS."""
    default = format_value(row.default)
    if isinstance(row.default, list) and len(row.default) > 3:
        default = f"{row.named} ({len(row.default)} rows)"
    plausible = f"; plausible {row.plausible[0]:g} to {row.plausible[1]:g}" if row.plausible else ""
    doc = {"lever": f"**lever** (cost: {row.cost}): {row.doc}", "solved": f"*solved*: {row.doc}"}.get(row.role, row.doc)
    return (
        f"`{row.path}`",
        doc,
        row.unit,
        default,
        (format_range(row) or format_choices(row)) + plausible,
        row.source,
        row.grade,
    )
