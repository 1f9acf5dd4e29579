"""`loyaltysim resume`: finish an interrupted run, or a command that decides; only what was not done is computed."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loyaltysim.cli import deciding, options
from loyaltysim.cli.display import NoDisplay, display
from loyaltysim.cli.report import report
from loyaltysim.cli.run import pictures, show

if TYPE_CHECKING:
    from loyaltysim.execution.progress import Listener
    from loyaltysim.experiments.options import Decision
    from loyaltysim.study import Study


def resume(
    folder: str | Path,
    *,
    executor: str | Executor | None = None,
    threads: int | None = None,
    quiet: bool = False,
    progress: Listener | None = None,
) -> Study | Decision:
    """Finish the interrupted run, or command, of a folder, or try again what failed in it; its files are then those of one undisturbed.

    Runs that were done are taken from the user's ledger of runs. `executor`, `threads` and `progress` as in `run`.
    Raises InputError for a folder that holds nothing unfinished (it stays as it is), RunError, and KeyboardInterrupt.
    """
    from loyaltysim.experiments.resume import resume as finish
    from loyaltysim.experiments.run import RunConfig
    from loyaltysim.study import Study

    with ExitStack() as stack:
        listener = progress or stack.enter_context(NoDisplay() if quiet else display())
        found = finish(folder, RunConfig(None, executor, threads, progress=listener, finish=pictures))
        if not isinstance(found, Study):
            report(found.folder)
        return found


@options.verb("resume")
@options.FOLDER
@options.EXECUTOR
@options.THREADS
@click.option("--quiet", is_flag=True, help="Show no progress and no table, only the answer.")
def command(folder: Path, **asked: Any) -> None:
    """Finish the interrupted run, or other command, in FOLDER; what was done is not computed again."""
    from loyaltysim.experiments.options import Decision

    found = resume(folder, **asked)
    if isinstance(found, Decision):
        deciding.show(found, import_module(f"loyaltysim.report.text.{found.verb}").table, quiet=asked["quiet"])
    else:
        show(found, folder / "scenario.yml", quiet=asked["quiet"])
