"""Finish an interrupted run or command: what was done is taken from the ledger, the rest computed, and the files are the same."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.execution import executors
from loyaltysim.experiments import run
from loyaltysim.experiments.decision import Decision
from loyaltysim.experiments.precision import refuse_alone, rule_of
from loyaltysim.experiments.study import Study
from loyaltysim.results.run_folder import (
    ExistingRunFolder,
    StoredRun,
    lock_folder,
    read_run_folder,
    remove_partial_files,
)


def resume(folder: str | Path, order: run.Order) -> Study | Decision:
    """Finish the run of a folder, or try again what failed in it; or finish a command that decides.

    Of `order`, where files go is the folder itself. Raises InputError for a folder of nothing unfinished, and leaves it as
    it is; RunError as `run` does.
    """
    executors.check_place(order.executor)
    found = read_run_folder(folder)
    if found.is_whole:
        again = f"loyaltysim rerun {found.path}" if not found.command else f"in this folder, {found.manifest['repeat']}"
        what = f"this {found.command or 'run'} is done: there is nothing to finish"
        raise InputError(Problem(what, where=str(found.path), cure=f"to repeat it: {again}"))
    with lock_folder(found.path):
        remove_partial_files(found.path)
        return decided(found, order) if found.command else finished(found, order)


def finished(found: StoredRun, order: run.Order) -> Study:
    """Finish a run in its folder."""
    order = replace(order, rule=rule_of(found.manifest))
    refuse_alone(order.rule, found.scenario, str(found.path))
    return run.carry_on(found.scenario, run.machinery(), order, ExistingRunFolder(found))


def decided(found: StoredRun, order: run.Order) -> Decision:
    """Ask again what a command that decides was asked, in its own folder; runs that were done are not simulated again."""
    command = getattr(import_module(f"loyaltysim.experiments.{found.command}"), found.command)
    options = dict(found.manifest["options"])
    if "between" in options:
        options["between"] = tuple(filter(None, options["between"].split(",")))
    answer: Decision = command(
        found.scenario, **options, replications=found.manifest["replications"], out=ExistingRunFolder(found), executor=order.executor,
        threads=order.threads or 0, progress=order.progress,
    )  # fmt: skip
    return answer
