"""`loyaltysim audit`: what an answer rests on, the weakest evidence first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyaltysim.cli import options
from loyaltysim.reporting.text.numbers import GRADES_MEAN

if TYPE_CHECKING:
    import pandas as pd

LISTED = ("stated", "uncertain")
WIDEST = 100


@options.verb("audit")
@options.SCENARIO
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
def command(scenario: Path, form: str) -> None:
    """List the values that SCENARIO rests on: folklore first, then assumptions, secondary and measured figures.

    The text names stated and uncertain figures and what the scenario changed one by one, the rest by mechanism; csv and
    json hold every value.
    """
    from loyaltysim.scenario import audit

    found = audit(scenario)
    if form == "json":
        click.echo(found.to_json(orient="records", indent=1, force_ascii=False))
    elif form == "csv":
        from loyaltysim.results.writer import csv_text

        click.echo(csv_text(found.astype(str)), nl=False)
    else:
        click.echo("\n".join(text(found)))


def text(found: pd.DataFrame) -> Iterator[str]:
    """Say it in lines: how many of each grade, then each grade's most important figures, then the rest by mechanism."""
    counts = found.grade.value_counts(sort=False)
    yield "Rests on " + ", ".join(f"{count} {grade}" for grade, count in counts.items()) + " figures."
    for grade, rows in found.groupby("grade", sort=False):
        yield f"\n{str(grade).upper()}: {GRADES_MEAN[str(grade)]}"
        one_by_one = rows.group.isin(LISTED) | rows.changed
        yield from _lines(rows[one_by_one])
        for group, others in rows[~one_by_one].groupby("group", sort=False):
            yield from _packed(str(group), [_brief(row.path, row.value) for row in others.itertuples()])


def _lines(rows: pd.DataFrame) -> Iterator[str]:
    if rows.empty:
        return
    path, value = rows.path.str.len().max(), (rows.value + " " + rows.unit).str.len().max()
    for row in rows.itertuples():
        marks = [
            f"default {row.default}" if row.changed and row.default else "",
            f"uncertain {row.uncertain}" if row.uncertain else "",
            f"plausible {row.plausible}" if row.plausible and not row.uncertain else "",
        ]
        told = "; ".join(part for part in (row.source, *marks, row.provenance) if part)
        yield f"  {row.path:<{path}}  {f'{row.value} {row.unit}':<{value}}  {told}"


def _brief(path: str, value: str) -> str:
    return f"{path.partition('.')[2] or path} {value}"


def _packed(group: str, names: list[str]) -> Iterator[str]:
    import textwrap

    yield from textwrap.wrap(
        f"{group}: {', '.join(names)}", WIDEST, initial_indent="  ", subsequent_indent=" " * 6, break_on_hyphens=False
    )
