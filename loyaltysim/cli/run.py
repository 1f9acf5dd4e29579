"""`loyaltysim run`: simulate every strategy of a scenario on common luck, and say which is worth most."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loyaltysim.cli import RUN_FAILED, options
from loyaltysim.cli.display import NoDisplay, display
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments.defaults import MOST_REPLICATIONS

if TYPE_CHECKING:
    from rich.console import Console

    from loyaltysim.execution.progress import Listener
    from loyaltysim.results.profile import Profile
    from loyaltysim.results.reader import ReportSource
    from loyaltysim.study import Study

NARROWEST, WIDEST = 80, 100
PRECISION = (
    "Add replications until the 95 % interval of the difference between best and runner-up (of the NPV itself, with one "
    "strategy) is at most P to either side, P a share of the best's NPV, as 2%."
)


def run(
    scenario: Any,
    *,
    out: str | Path | None = None,
    replications: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    set: Sequence[str] = (),
    executor: str | Executor | None = None,
    threads: int | None = None,
    precision: str | float | None = None,
    until_decided: bool = False,
    most_replications: int | None = None,
    profile: bool = False,
    quiet: bool = False,
    progress: Listener | None = None,
) -> Study:
    """Simulate every strategy of a scenario (a file's path or a Scenario) and keep the results in a folder.

    `set` holds overrides such as "desk.budget+=20000"; `executor` is `in-process`, `processes`, `processes:N`,
    `dask://HOST:PORT` or any `concurrent.futures.Executor`; `threads`: how many each replication may use (by default the processors that the
    workers leave idle); `profile` measures where the time goes, see `study.profile`; `progress` is called with each
    Progress, in place of the display on standard error.
    `precision` (as "2%") and `until_decided` add replications until the deciding difference is known that well, or until the
    best is told from all others, at the latest after `most_replications`, by a rule that holds at every look.
    Raises InputError (nothing is written), RunError, and KeyboardInterrupt when interrupted (the manifest says so).
    """
    from loyaltysim.experiments.run import RunConfig, read_rule
    from loyaltysim.experiments.run import run as run_study

    with ExitStack() as stack:
        listener = progress or stack.enter_context(NoDisplay() if quiet else display())
        rule = read_rule(precision, until_decided, most_replications)
        refuse_both(rule, replications)
        order = RunConfig(out, executor, threads, profile, listener, pictures, rule)
        return run_study(scenario, order, replications=replications, months=months, seed=seed, overrides=tuple(set))


def refuse_both(rule: object, replications: int | None) -> None:
    """Refuse a fixed number of replications together with a rule that finds the number."""
    if rule is not None and replications is not None:
        cure = "leave it out, or give the limit with --most-replications"
        what = "the number of replications is found by --precision or --until-decided"
        raise InputError(Problem(what, where="--replications", cure=cure))


def pictures(material: ReportSource) -> Mapping[str, bytes]:
    """Draw the pictures, the page and the workbook."""
    from loyaltysim.reporting.build import build_report

    return build_report(material)


@options.verb("run")
@options.SCENARIO
@options.out("Where the results go")
@options.REPLICATIONS
@options.MONTHS
@options.SEED
@options.SET
@options.EXECUTOR
@options.THREADS
@click.option("--precision", metavar="P", help=PRECISION)
@click.option(
    "--until-decided", is_flag=True, help="Add replications until the best is surely better than every other."
)
@click.option("--most-replications", type=int, metavar="N", help=f"End after so many (default: {MOST_REPLICATIONS}).")
@click.option("--profile", is_flag=True, help="Show how long each mechanism took, and the slowest months.")
@click.option("--quiet", is_flag=True, help="Show no progress and no table, only the answer.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(scenario: Path, form: str, **asked: Any) -> None:
    """Simulate every strategy of SCENARIO on common luck; say which is worth most and how sure that is.

    With --format json standard output is one JSON document: answer, table, folder and manifest.
    """
    study = run(scenario, **asked)
    if form == "json":
        from loyaltysim.reporting.build import render_json

        click.echo(render_json(study.results, study.answer, study.folder))
        warn(study)
    else:
        show(study, scenario, quiet=asked["quiet"])


def show(study: Study, scenario: Path, *, quiet: bool) -> None:
    """Write a study's answer to standard output, and unless `quiet` what else is worth reading at once."""
    from loyaltysim.reporting.text import numbers, pilots

    click.echo(study.answer)
    if not quiet:
        show_table(study)
        for told in (*study.said, *pilots.describe_pilots(study.results)):
            click.echo(f"{click.wrap_text(told, WIDEST)}\n")
        if study.rests_on:
            click.echo(numbers.describe_evidence_counts(study.rests_on, scenario))
        if study.lesson:
            click.echo(click.wrap_text(f"Lesson of the file as it is written: {study.lesson}", WIDEST))
    if study.profile:
        show_profile(study.profile)
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
    _console().print(answer.render_table(study.results))
    click.echo()


def show_profile(measured: Profile) -> None:
    """Write to standard output where the time went."""
    from loyaltysim.reporting.text import profile

    click.echo(f"\n{profile.render_heading(measured)}\n")
    console = _console()
    console.print(profile.render_mechanisms(measured))
    click.echo()
    console.print(profile.render_months(measured))
    click.echo()


def _console() -> Console:
    from rich.console import Console

    console = Console()
    console.width = max(min(console.width, WIDEST), NARROWEST) if console.is_terminal else WIDEST
    return console
