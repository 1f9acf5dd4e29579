"""Write the parts of docs/odd.md that are made from the declarations: state, the month, each submodel's head, figures.

The page is written by hand; between a marker `<!-- generated: NAME -->` and the next `<!-- end -->` it is made. Run
`python -m tools.write_odd` from a checkout after any change of a declaration.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.mechanism import Column, Declaration, Mechanism, Metric
from loyaltysim.mechanisms import MONTH
from loyaltysim.scenario.describe import OVER
from loyaltysim.scenario.extends import PACKAGE
from loyaltysim.scenario.registry import format_value
from tools.write_baseline import write_file
from tools.write_parameters import table

PAGE = "docs/odd.md"
MARKED = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
LAST = "firm"
"""The table that is told last: what belongs to no row of the others."""


def filled(page: str) -> str:
    """Return the page with every generated part made anew; raises InputError unless each has exactly one place."""
    made = parts()
    places = [name for _, name, _ in MARKED.findall(page)]
    if wrong := {name for name in (*made, *places) if name not in made or places.count(name) != 1}:
        cure = "the page has each pair of lines <!-- generated: NAME --> and <!-- end --> once, in section 7 for a submodel"
        raise InputError(*(Problem("must stand in the page once, and be known", name, PAGE, cure) for name in wrong))
    return MARKED.sub(lambda found: f"{found[1]}{made[found[2]]}\n{found[3]}", page)


def parts() -> dict[str, str]:
    """Return the text of every generated part by the name in its marker."""
    heads = {f"submodel {mechanism.key}": _head(mechanism) for mechanism in MONTH}
    return {"columns": _columns(), "rolls": _rolls(), "month": _month(), **heads, "figures": _figures()}


def _columns() -> str:
    columns = sorted(
        (column for mechanism in MONTH for column in mechanism.columns()),
        key=lambda column: _tables().index(column.table),
    )
    sections = []
    for name, of_table in groupby(columns, key=lambda column: column.table):
        rows = ((f"`{c.name}`", c.dtype, c.unit or "-", f"{c.start:g}", c.doc, _writers(c)) for c in of_table)
        heads = ("column", "type", "unit", "start", "meaning", "written by")
        sections.append(f"### {name}\n\n{table(heads, rows)}\n")
    return "\n".join(sections)


def _tables() -> list[str]:
    found = dict.fromkeys(column.table for mechanism in MONTH for column in mechanism.columns())
    return sorted(found, key=lambda name: name == LAST)


def _writers(column: Column) -> str:
    owner = next(mechanism.key for mechanism in MONTH if column in mechanism.columns())
    return ", ".join([owner, *column.writers])


def _rolls() -> str:
    rows = ((f"`{roll.name}`", m.key, roll.dtype, roll.doc) for m in MONTH for roll in m.row_lists())
    return table(("roll", "made by", "type", "holds"), rows)


def _month() -> str:
    rows = (
        (str(number), f"[`{mechanism.key}`](#submodel-{mechanism.key})", _lines(mechanism.__doc__)[0], _once(mechanism))
        for number, mechanism in enumerate(MONTH, start=1)
    )
    return table(("#", "mechanism", "what it does", "in a pilot, once for"), rows)


def _once(mechanism: type[Mechanism]) -> str:
    return "everyone" if mechanism.market_wide else "each arm"


def _head(mechanism: type[Mechanism]) -> str:
    declared = list(mechanism.declarations())
    told = {
        f"[parameters](parameters.md#{mechanism.key})": [
            _value(row) for row in declared if row.role in ("param", "solved")
        ],
        "levers": [_value(row) for row in declared if row.role == "lever"],
        "writes": [f"`{table}.{name}`" for table, name in _written(mechanism)],
        "makes": [f"`{roll.name}`" for roll in mechanism.row_lists()],
        "reports": [f"`{metric.name}`" for metric in mechanism.metrics()],
        "needs": [f"`{key}`" for key in mechanism.needs],
    }
    lines = [
        f"`{mechanism.key}`: {_story(mechanism)}",
        *(f"- {word}: {', '.join(all_)}" for word, all_ in told.items() if all_),
    ]
    return "\n".join(
        [
            f'<a id="submodel-{mechanism.key}"></a>',
            *(f"> {line}\n>" for line in lines[:1]),
            *(f"> {line}" for line in lines[1:]),
        ]
    )


def _value(row: Declaration) -> str:
    name = row.path.partition(".")[2]
    default = row.named or (
        "a table" if isinstance(row.default, list) and len(row.default) > 3 else format_value(row.default)
    )
    return f"`{name}` {' '.join(filter(None, (default, row.unit)))}{' (solved)' if row.role == 'solved' else ''}"


def _written(mechanism: type[Mechanism]) -> Iterator[tuple[str, str]]:
    """Yield table and name of every column that a mechanism owns, then of those of others that name it as a writer."""
    yield from ((column.table, column.name) for column in mechanism.columns())
    for other in MONTH:
        yield from ((column.table, column.name) for column in other.columns() if mechanism.key in column.writers)


def _story(mechanism: type[Mechanism]) -> str:
    """Return the first paragraph of a mechanism's file on one line."""
    lines = _lines(sys.modules[mechanism.__module__].__doc__)
    return " ".join(lines[: lines.index("")] if "" in lines else lines)


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").strip().splitlines()]


def _figures() -> str:
    rows = (
        (f"`{metric.name}`", f"`{mechanism.key}`", metric.unit, _over(metric), metric.doc)
        for mechanism in MONTH
        for metric in mechanism.metrics()
    )
    return table(("figure", "by", "unit", "over the horizon", "meaning"), rows)


def _over(metric: Metric) -> str:
    if metric.of:
        return f"`{metric.of[0]}` / `{metric.of[1]}`{', a year' if metric.annual else ''}"
    return OVER[metric.over]


def write_page(root: Path) -> Path:
    """Make the generated parts of docs/odd.md below a checkout's root anew, and give its path."""
    page = root / PAGE
    return write_file(page, filled(page.read_text(encoding="utf-8")))


if __name__ == "__main__":
    try:
        print(f"wrote {write_page(PACKAGE.parent)}")
    except InputError as wrong:
        raise SystemExit(str(wrong)) from None
