"""Finish an interrupted run: what was done is taken from the ledger, the rest computed, and the files are the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import executors, run
from loyaltysim.experiments.folders import Reopened, held, kept_run, swept
from loyaltysim.experiments.precision import refuse_alone, rule_of
from loyaltysim.experiments.study import Study


def resume(folder: str | Path, order: run.Order) -> Study:
    """Finish the run of a folder, or try again what failed in it; of `order`, where files go is the folder itself.

    Raises InputError for a folder that is no unfinished run, and leaves it as it is; RunError as `run` does.
    """
    executors.check_place(order.executor)
    kept = kept_run(folder)
    if kept.is_whole:
        cure = f"to repeat it: loyaltysim rerun {kept.path}"
        raise InputError(Problem("this run is done: there is nothing to finish", where=str(kept.path), cure=cure))
    order = replace(order, rule=rule_of(kept.manifest))
    refuse_alone(order.rule, kept.scenario, str(kept.path))
    with held(kept.path):
        swept(kept.path)
        return run.carry_on(kept.scenario, run.machinery(), order, Reopened(kept))
