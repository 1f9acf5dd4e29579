"""`loyaltysim rerun`: repeat a finished run and confirm that the same bits come out."""

from __future__ import annotations

import sys
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loyaltysim.cli import RUN_FAILED, options
from loyaltysim.cli.display import NoDisplay, display

if TYPE_CHECKING:
    from loyaltysim.execution.progress import Listener
    from loyaltysim.experiments.resume import Rerun


def rerun(
    folder: str | Path,
    *,
    executor: str | Executor | None = None,
    threads: int | None = None,
    quiet: bool = False,
    progress: Listener | None = None,
) -> Rerun:
    """Repeat the finished run of a folder, every run computed anew, and compare every figure of every month.

    Bit for bit on the same machine and versions, else within 1e-9 of each figure. Nothing is written. `executor`,
    `threads` and `progress` as in `run`. Raises InputError for a folder that holds no finished run, and RunError.
    """
    from loyaltysim.experiments.resume import rerun as repeat
    from loyaltysim.experiments.run import RunConfig

    with ExitStack() as stack:
        listener = progress or stack.enter_context(NoDisplay() if quiet else display())
        return repeat(folder, RunConfig(None, executor, threads, progress=listener))


@options.verb("rerun")
@options.FOLDER
@options.EXECUTOR
@options.THREADS
@click.option("--quiet", is_flag=True, help="Show no progress.")
def command(folder: Path, **asked: Any) -> None:
    """Repeat the finished run in FOLDER and compare the bits; exit status 1 if they differ."""
    found = rerun(folder, **asked)
    click.echo(in_words(found))
    if not found.same:
        for told in found.first:
            click.echo(f"    {told}")
        sys.exit(RUN_FAILED)


def in_words(found: Rerun) -> str:
    """Say in a sentence or two how the repeated run compares with the one kept."""
    how = "bit for bit" if found.exact else f"within {found.tolerance:g} of each"
    why = "" if found.exact else f"\nNot compared bit for bit, since what bears on the last bits differs: {found.why}."
    if found.same:
        return f"The same: all {found.compared:,} figures in {found.folder} come out again, {how}.{why}"
    return f"Not the same: of {found.compared:,} figures in {found.folder}, {found.differing:,} differ ({how}).{why}"
