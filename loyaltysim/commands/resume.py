"""`loyaltysim resume`: finish an interrupted run; only what was not done is computed."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loyaltysim.commands import options
from loyaltysim.commands.displays import Silence, display
from loyaltysim.commands.run import pictures, show

if TYPE_CHECKING:
    from loyaltysim.experiments.progress import Listener
    from loyaltysim.experiments.study import Study


def resume(
    folder: str | Path,
    *,
    executor: str | Executor | None = None,
    threads: int | None = None,
    quiet: bool = False,
    progress: Listener | None = None,
) -> Study:
    """Finish the interrupted run of a folder, or try again what failed in it; its files are then those of a run undisturbed.

    Runs that were done are taken from the user's ledger of runs. `executor`, `threads` and `progress` as in `run`.
    Raises InputError for a folder that holds no unfinished run (it stays as it is), RunError, and KeyboardInterrupt.
    """
    from loyaltysim.experiments.resume import resume as finish
    from loyaltysim.experiments.run import Order

    with ExitStack() as stack:
        listener = progress or stack.enter_context(Silence() if quiet else display())
        return finish(folder, Order(None, executor, threads, progress=listener, finish=pictures))


@options.verb("resume")
@options.FOLDER
@options.EXECUTOR
@options.THREADS
@click.option("--quiet", is_flag=True, help="Show no progress and no table, only the answer.")
def command(folder: Path, **asked: Any) -> None:
    """Finish the interrupted run in FOLDER; what was done is not computed again."""
    show(resume(folder, **asked), folder / "scenario.yml", quiet=asked["quiet"])
