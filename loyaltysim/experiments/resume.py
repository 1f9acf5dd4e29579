"""Finish an interrupted run or command: what was done is taken from the ledger, the rest computed, and the files are the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.fingerprint import machine
from loyaltysim.execution import executors
from loyaltysim.execution.evaluator import Evaluator
from loyaltysim.execution.run_cache import NullCache
from loyaltysim.experiments import run
from loyaltysim.experiments.options import Decision
from loyaltysim.experiments.run import check_rule, stored_rule
from loyaltysim.results.figures import FIGURES, figures_frame
from loyaltysim.results.manifest import MANIFEST, SCENARIO, Manifest, corrupt_folder, versions
from loyaltysim.results.months import MONTHS, write_months
from loyaltysim.results.results import Results, RunAccumulator
from loyaltysim.results.run_folder import (
    ExistingRunFolder,
    StoredRun,
    lock_folder,
    read_run_folder,
    remove_partial_files,
)
from loyaltysim.study import Study

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from loyaltysim.scenario import Scenario


COMMANDS = {
    "breakeven": "loyaltysim.experiments.breakeven",
    "sweep": "loyaltysim.experiments.sweep",
    "sensitivity": "loyaltysim.experiments.sensitivity",
    "optimise": "loyaltysim.experiments.optimise.optimise",
}
"""Where each command that decides lies: imported when it is asked for, because what some lean on is heavy."""


def resume(folder: str | Path, order: run.RunConfig) -> Study | Decision:
    """Finish the run of a folder, or try again what failed in it; or finish a command that decides.

    Of `order`, where files go is the folder itself. Raises InputError for a folder of nothing unfinished, and leaves it as
    it is; RunError as `run` does.
    """
    executors.check_place(order.executor)
    found = read_run_folder(folder)
    scenario = load_scenario(found)
    if found.is_whole:
        again = f"loyaltysim rerun {found.path}" if not found.command else f"in this folder, {found.manifest['repeat']}"
        what = f"this {found.command or 'run'} is done: there is nothing to finish"
        raise InputError(Problem(what, where=str(found.path), cure=f"to repeat it: {again}"))
    with lock_folder(found.path):
        remove_partial_files(found.path)
        return finish_decision(found, scenario, order) if found.command else finish_run(found, scenario, order)


def load_scenario(stored: StoredRun) -> Scenario:
    """Load the scenario of a folder, and check that it is the one that was run.

    Only the replications may differ where a rule finds how many they are: scenario and manifest get that number one after
    the other, and a run may be killed between the two.

    Raises:
        InputError: The scenario is no longer the one that was run.
    """
    from loyaltysim.scenario import load

    place, manifest = stored.path / SCENARIO, stored.manifest
    scenario = load(place)
    count, same = manifest.get("replications"), scenario
    if not stored.is_done and "stops_when" in manifest and count != scenario.replications:
        same = scenario.replaced({"replications": count}, source=MANIFEST)
    if same.sha256 != manifest["scenario_sha256"]:
        cure = f"put the file back as it was, or run it as a scenario of its own: loyaltysim run {place}"
        raise InputError(Problem("the scenario is no longer the one of this run", where=str(place), cure=cure))
    return scenario


def finish_run(found: StoredRun, scenario: Scenario, order: run.RunConfig) -> Study:
    """Finish a run in its folder."""
    order = replace(order, rule=stored_rule(found.manifest))
    check_rule(order.rule, scenario, str(found.path))
    return run.resume_scenario(scenario, order, ExistingRunFolder(found))


def finish_decision(found: StoredRun, scenario: Scenario, order: run.RunConfig) -> Decision:
    """Ask again what a command that decides was asked, in its own folder; runs that were done are not simulated again.

    Raises:
        InputError: The manifest names no command that is known here.
    """
    if found.command not in COMMANDS:
        raise corrupt_folder(found.path, MANIFEST, f"there is no command {found.command!r}")
    command: Callable[..., Decision] = getattr(import_module(COMMANDS[found.command]), found.command)
    options = dict(found.manifest["options"])
    if "between" in options:
        options["between"] = tuple(filter(None, options["between"].split(",")))
    return command(
        scenario,
        **options,
        replications=found.manifest["replications"],
        out=ExistingRunFolder(found),
        executor=order.executor,
        threads=order.threads or 0,
        progress=order.progress,
    )


# Repeat a finished run without the ledger, and say whether the same bits come out.

ELSEWHERE = 1e-9
"""The relative difference allowed where processor, Python, NumPy or Numba are not those of the run."""
KEY = ("strategy", "replication", "month", "metric")
TOLD = 5


@dataclass(frozen=True)
class Rerun:
    """How a repeated run compares with the one kept.

    `compared`: how many figures (a metric in a month of one run); `differing`: how many of them differ; `first`: some of
    those, as `strategy, replication, month, metric: kept, repeated`. `exact`: whether they were compared bit for bit; if
    not, `why` says what is not as it was, and `tolerance` is the relative difference allowed.
    """

    folder: Path
    compared: int
    differing: int
    first: tuple[str, ...]
    exact: bool
    why: str = ""
    tolerance: float = 0.0

    @property
    def same(self) -> bool:
        """Whether the repeated run gave the same."""
        return not self.differing


def rerun(folder: str | Path, order: run.RunConfig) -> Rerun:
    """Simulate the run of a folder again, without taking or keeping any run, and compare every figure of it, by month and in all.

    Nothing in the folder is changed. Raises InputError for a folder that is no finished run, RunError as `run` does.
    """
    executors.check_place(order.executor)
    kept = read_run_folder(folder)
    if kept.command:
        cure = (
            f"give the command again, in this folder: {kept.manifest.get('repeat', f'loyaltysim {kept.command} ...')}"
        )
        what = f"this is the folder of `{kept.command}`, not of a run"
        raise InputError(Problem(what, where=str(kept.path), cure=cure))
    scenario = load_scenario(kept)
    if not kept.is_done or not (kept.path / MONTHS).is_file():
        cure = f"finish it first: loyaltysim resume {kept.path}"
        raise InputError(Problem("this run has not come to its end", where=str(kept.path), cure=cure))
    from loyaltysim.mechanisms import CATALOG

    runs = RunAccumulator(CATALOG)
    with Evaluator(
        order.executor,
        threads=order.threads or 0,
        tasks=scenario.replications,
        cache=NullCache(),
        progress=order.progress,
    ) as evaluator:
        runs.add(evaluator.records(scenario, on_failure=runs.add_failure))
    results = runs.results(scenario)
    with tempfile.TemporaryFile() as again:
        write_months(results, again)
        months = compare_months(kept, again)
    return compare_figures(months, kept, results)


def compare_months(kept: StoredRun, again: IO[bytes]) -> Rerun:
    """Compare a run's months, as they are kept, with those of `again`."""
    why = _changed(kept.manifest)
    count, differing, first = 0, 0, list[str]()
    for one, two in _pieces(kept.path / MONTHS, again):
        mine, theirs = one["value"].to_numpy(), two["value"].to_numpy()
        if not all(one[name].equals(two[name]) for name in KEY):
            raise InputError(
                Problem("its rows are not those of this scenario", where=str(kept.path / MONTHS), cure="run it anew")
            )
        off = _off(mine, theirs, exact=not why)
        count, differing = count + mine.size, differing + int(off.sum())
        first += [_told(one, mine, theirs, int(row)) for row in off.nonzero()[0][: TOLD - len(first)]]
    return Rerun(kept.path, count, differing, tuple(first), not why, why, ELSEWHERE if why else 0.0)


def compare_figures(found: Rerun, kept: StoredRun, results: Results) -> Rerun:
    """Compare what every replication came to (figures.parquet) as well, which tables, pictures and answers rest on."""
    import numpy as np
    import pandas as pd

    path = kept.path / FIGURES
    if not path.is_file():
        return found
    mine, theirs = pd.read_parquet(path), figures_frame(results)
    keys = [name for name in KEY if name != "month"]
    if len(mine) != len(theirs) or not all((mine[name].astype(str) == theirs[name].astype(str)).all() for name in keys):
        raise InputError(Problem("its rows are not those of this scenario", where=str(path), cure="run it anew"))
    one, two = (table["value"].to_numpy(np.float64) for table in (mine, theirs))
    tolerance = 0.0 if found.exact else ELSEWHERE
    off = ~np.isclose(one, two, rtol=tolerance, atol=0.0, equal_nan=True)
    told = (
        f"{mine.strategy[row]}, replication {mine.replication[row]}, {mine.metric[row]}: "
        f"{one[row].item()!r} kept, {two[row].item()!r} repeated"
        for row in off.nonzero()[0][: TOLD - len(found.first)]
    )
    return replace(
        found, compared=found.compared + one.size, differing=found.differing + int(off.sum()),
        first=(*found.first, *told),
    )  # fmt: skip


def _changed(manifest: Manifest) -> str:
    """Say what bears on a result's last bits and is not as it was when the run was made; empty if nothing."""
    then = manifest["versions"] | {"machine": manifest.get("machine", "unknown")}
    now = versions() | {"machine": machine()}
    return ", ".join(
        f"{name} {then.get(name, 'unknown')} then, {now[name]} now" for name in now if then.get(name) != now[name]
    )


def _pieces(kept: Path, again: IO[bytes]) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Give the same rows of both, some at a time. Raises InputError where one has others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    again.seek(0)
    wrong = InputError(Problem("its rows are not those of this scenario", where=str(kept), cure="run it anew"))
    try:
        one, two = pq.ParquetFile(kept), pq.ParquetFile(again)
    except (OSError, pa.ArrowException) as error:
        raise wrong from error
    with one:
        if one.num_row_groups != two.num_row_groups or one.schema_arrow != two.schema_arrow:
            raise wrong
        for number in range(one.num_row_groups):
            yield _plain(one.read_row_group(number)), _plain(two.read_row_group(number))


def _plain(table: pa.Table) -> pa.Table:
    """Give a table whose texts are texts, not numbers of a dictionary."""
    return table.unify_dictionaries().combine_chunks()


def _off(mine: np.ndarray, theirs: np.ndarray, *, exact: bool) -> np.ndarray:
    import numpy as np

    if exact:
        return mine.view(np.int64) != theirs.view(np.int64)
    return ~np.isclose(mine, theirs, rtol=ELSEWHERE, atol=0.0, equal_nan=True)


def _told(table: pa.Table, mine: np.ndarray, theirs: np.ndarray, row: int) -> str:
    strategy, replication, month, metric = (table[name][row].as_py() for name in KEY)
    where = f"{strategy}, replication {replication}, month {month}, {metric}"
    return f"{where}: {mine[row].item()!r} kept, {theirs[row].item()!r} repeated"
