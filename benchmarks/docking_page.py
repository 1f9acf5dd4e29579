"""The docking's result as a page: a table a setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.docking import Row


def page(docked: Mapping[str, Sequence[Row]], replications: int, confidence: float) -> str:
    """Return the docking as Markdown: how it was done, and a table of figures at each setting."""
    lines = [
        "# Engine and textbook twin, docked",
        "",
        f"{replications} replications of each, at each setting; interval of the difference (twin - engine): "
        f"{confidence:.0%}. Equivalent: the whole interval lies within the tolerance.",
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
