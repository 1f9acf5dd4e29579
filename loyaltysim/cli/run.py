"""`loyaltysim run`, `resume`, `rerun`, `report`: simulate a scenario, finish it, repeat it, draw it again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import loyaltysim.api
from loyaltysim.cli import RUN_FAILED, options
from loyaltysim.cli.decide import show_decision
from loyaltysim.experiments.options import OF_THE_FOLDER
from loyaltysim.experiments.run import Question

if TYPE_CHECKING:
    from rich.console import Console

    from loyaltysim.experiments.run import Rerun
    from loyaltysim.reporting.text.answer import Profile
    from loyaltysim.study import Study

NARROWEST, WIDEST = 80, 100


@options.verb("run", Question.__doc__)
@options.SCENARIO
@options.run_options()
@options.add_options(Question)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def run(scenario: Path, form: str, **asked: Any) -> None:
    """Carry out `run`; its help is that of its question."""

    study = loyaltysim.api.run(scenario, **asked)
    if form == "json":
        from loyaltysim.reporting.build import render_json

        click.echo(render_json(study.results, study.answer, study.folder or Path()))
        warn(study)
    else:
        show_study(study, scenario, quiet=asked["quiet"])


@options.verb("resume")
@options.FOLDER
@options.run_options(leave_out=OF_THE_FOLDER)
def resume(folder: Path, **asked: Any) -> None:
    """Finish the interrupted run, or other command, in DIR; what was done is not computed again."""
    found = loyaltysim.api.resume(folder, **asked)
    from loyaltysim.study import Study  # loads pandas: wrong input need not wait for it

    if isinstance(found, Study):
        show_study(found, folder / "scenario.yml", quiet=asked["quiet"])
    else:
        show_decision(found, quiet=asked["quiet"])


@options.verb("rerun")
@options.FOLDER
@options.run_options(leave_out=OF_THE_FOLDER)
def rerun(folder: Path, **asked: Any) -> None:
    """Repeat the finished run in DIR and compare the bits; exit status 1 if they differ."""

    found = loyaltysim.api.rerun(folder, **asked)
    click.echo(describe_rerun(found))
    if not found.same:
        for told in found.first:
            click.echo(f"    {told}")
        sys.exit(RUN_FAILED)


@options.verb("report")
@options.FOLDER
def report(folder: Path) -> None:
    """Draw the report, the pictures and the workbook of DIR anew: a folder that a run has made."""

    click.echo(f"The report is in {loyaltysim.api.report(folder)}")


def show_study(study: Study, scenario: Path, *, quiet: bool) -> None:
    """Write a study's answer to standard output, and unless `quiet` what else is worth reading at once."""
    from loyaltysim.reporting.text import formats
    from loyaltysim.reporting.text.answer import describe_pilots

    click.echo(study.answer)
    if not quiet:
        show_table(study)
        for told in (*study.said, *describe_pilots(study.results)):
            click.echo(f"{click.wrap_text(told, WIDEST)}\n")
        if study.rests_on:
            click.echo(formats.describe_evidence_counts(study.rests_on, scenario))
        if study.lesson:
            click.echo(click.wrap_text(f"Lesson of the file as it is written: {study.lesson}", WIDEST))
    if study.profile:
        show_profile(study.profile)
    if study.folder:
        click.echo(f"The report is {study.folder / 'report.html'}")
        click.echo(f"Results are in {study.folder}")
    warn(study)


def warn(study: Study) -> None:
    """Warn on standard error of runs that failed, if any did, and leave with the status of a run that failed."""
    if study.warning:
        again = f"    failures.csv has them all; to try them again: loyaltysim resume {study.folder}"
        click.echo(f"\nWarning: {click.wrap_text(study.warning, WIDEST)}\n{again}", err=True)
        sys.exit(RUN_FAILED)


def show_table(study: Study) -> None:
    """Write the strategies' table to standard output, at most 100 columns wide."""
    from loyaltysim.reporting.text import answer

    click.echo()
    open_console().print(answer.render_table(study.results))
    click.echo()


def show_profile(measured: Profile) -> None:
    """Write to standard output where the time went."""
    from loyaltysim.reporting.text import answer

    click.echo(f"\n{answer.render_heading(measured)}\n")
    console = open_console()
    console.print(answer.render_mechanisms(measured))
    click.echo()
    console.print(answer.render_months(measured))
    click.echo()


def open_console() -> Console:
    """Return a console on standard output, 80 to 100 columns wide."""
    from rich.console import Console

    console = Console()
    console.width = max(min(console.width, WIDEST), NARROWEST) if console.is_terminal else WIDEST
    return console


def describe_rerun(found: Rerun) -> str:
    """Say in a sentence or two how the repeated run compares with the one kept."""
    how = "bit for bit" if found.exact else f"within {found.tolerance:g} of each"
    why = "" if found.exact else f"\nNot compared bit for bit, since what bears on the last bits differs: {found.why}."
    if found.same:
        return f"The same: all {found.compared:,} figures in {found.folder} come out again, {how}.{why}"
    return f"Not the same: of {found.compared:,} figures in {found.folder}, {found.differing:,} differ ({how}).{why}"
