"""What needs no study: `check`, `new`, `explain`, `diff`, `audit` and `schema` of scenarios, and `validate` of the
engine."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

import loyaltysim
from loyaltysim.cli import options
from loyaltysim.validation import KNOWN

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.validation.checks import KnownAnswer

LISTED = ("stated", "uncertain")
WIDEST, WIDTH = 100, 110
"""Columns of a text, and of the table of known answers."""


@options.verb("check")
@options.SCENARIO
@options.run_options(leave_out=("out", "executor", "threads", "quiet"))
def check(scenario: Path, overrides: tuple[str, ...], **numbers: int | None) -> None:
    """Check SCENARIO, tell every problem with its place and cure, or say in a few lines what it holds."""

    click.echo(loyaltysim.check(scenario, overrides, **numbers))


@options.verb("new")
@options.SCENARIO
@click.option("--title", default="", help="What the study is called (default: from the file's name).")
def new(scenario: Path, title: str) -> None:
    """Write a commented starting scenario to SCENARIO, with baseline.yml and schema.json beside it; replace nothing."""

    click.echo(loyaltysim.new(scenario, title))


@options.verb("explain")
@click.argument("path")
def explain(path: str) -> None:
    """Explain PATH, as `voice.price`, `desk` or `churn_annual`: meaning, unit, default, range, source and evidence."""

    click.echo(loyaltysim.explain(path))


@options.verb("diff")
@click.argument("a", type=options.A_PATH)
@click.argument("b", type=options.A_PATH)
def diff(a: Path, b: Path) -> None:
    """Say what differs between scenarios A and B in full, with both values and where each came from."""

    click.echo(loyaltysim.diff(a, b))


@options.verb("schema")
def schema() -> None:
    """Print the JSON Schema of scenarios; an editor uses it to complete names and to show meanings and ranges."""

    click.echo(json.dumps(loyaltysim.schema(), indent=2, ensure_ascii=False))


@options.verb("audit")
@options.SCENARIO
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
def audit(scenario: Path, form: str) -> None:
    """List the values that SCENARIO rests on: folklore first, then assumptions, secondary and measured figures.

    The text names stated and uncertain figures and what the scenario changed one by one, the rest by mechanism; csv and
    json hold every value.
    """

    found = loyaltysim.audit(scenario)
    if form == "json":
        click.echo(found.to_json(orient="records", indent=1, force_ascii=False))
    elif form == "csv":
        from loyaltysim.results.tables import csv_text

        click.echo(csv_text(found.astype(str)), nl=False)
    else:
        click.echo("\n".join(audit_lines(found)))


def audit_lines(found: pd.DataFrame) -> Iterator[str]:
    """Say it in lines: how many of each grade, then each grade's most important figures, then the rest by mechanism."""
    from loyaltysim.reporting.text.formats import GRADES_MEAN

    counts = found.grade.value_counts(sort=False)
    yield "Rests on " + ", ".join(f"{count} {grade}" for grade, count in counts.items()) + " figures."
    for grade, rows in found.groupby("grade", sort=False):
        yield f"\n{str(grade).upper()}: {GRADES_MEAN[str(grade)]}"
        one_by_one = rows.group.isin(LISTED) | rows.changed
        yield from figure_lines(rows[one_by_one])
        for group, others in rows[~one_by_one].groupby("group", sort=False):
            yield from pack_figures(str(group), [brief_figure(row.path, row.value) for row in others.itertuples()])


def figure_lines(rows: pd.DataFrame) -> Iterator[str]:
    """Say figures one by one, in columns."""
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


def brief_figure(path: str, value: str) -> str:
    """Say a figure among those of its mechanism."""
    return f"{path.partition('.')[2] or path} {value}"


def pack_figures(group: str, names: list[str]) -> Iterator[str]:
    """Say the figures of a mechanism in as few lines as they take."""
    yield from textwrap.wrap(
        f"{group}: {', '.join(names)}", WIDEST, initial_indent="  ", subsequent_indent=" " * 6, break_on_hyphens=False
    )


@options.verb("validate")
@click.argument("names", nargs=-1, metavar=f"[{min(KNOWN)} .. {max(KNOWN)}]")
@click.option("--out", type=options.A_PATH, metavar="DIR", help="Where table and figures go (results/validation).")
def validate(names: tuple[str, ...], out: Path | None) -> None:
    """Run the known answers (all, or those named) on the real engine: published, simulated, tolerance, verdict.

    The table is written as validation.csv, with one figure a known answer. Exit status 1 if any check fails.
    """

    verdict = loyaltysim.validate(names, out=out, done=show)
    failed = sum(row[-1] != "passed" for row in verdict.rows)
    click.echo(
        f"\n{len(verdict.rows) - failed} of {len(verdict.rows)} checks passed. Table and figures: {verdict.folder}"
    )
    if failed:
        sys.exit(1)


def show(known: KnownAnswer) -> None:
    """Write one known answer's rows to standard output."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{known.name}: {known.title}", caption=known.source, box=box.SIMPLE_HEAD, width=WIDTH)
    table.title_justify = table.caption_justify = "left"
    table.add_column("check", ratio=1)
    for column in ("published", "simulated", "tolerance", "verdict"):
        table.add_column(column, justify="right", no_wrap=True)
    for check in known.checks:
        verdict = "passed" if check.passed else "FAILED"
        cells = (check.what, check.published, f"{check.simulated:.5g}", check.tolerance, verdict)
        table.add_row(*(Text(cell) for cell in cells))
    console = Console()
    console.width = WIDTH
    console.print(table)
