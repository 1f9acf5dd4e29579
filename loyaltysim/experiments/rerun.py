"""Repeat a finished run without the cache of runs, and say whether the same bits come out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.fingerprint import machine
from loyaltysim.execution.evaluator import Evaluator
from loyaltysim.execution.run_cache import NullCache
from loyaltysim.experiments.options import RunOptions
from loyaltysim.experiments.run import load_stored_scenario
from loyaltysim.mechanisms import catalog
from loyaltysim.results.figures import FIGURES, figures_frame
from loyaltysim.results.manifest import Manifest, versions
from loyaltysim.results.months import MONTHS, write_months
from loyaltysim.results.results import Results, RunAccumulator
from loyaltysim.results.run_folder import StoredRun, read_run_folder

if TYPE_CHECKING:
    import pyarrow as pa

    from loyaltysim.scenario import Scenario

TOLERANCE = 1e-9
"""The relative difference allowed where processor, Python, NumPy or Numba are not those of the run."""
KEY = ("strategy", "replication", "month", "metric")
"""What names a figure of months.parquet; figures.parquet has no month."""
MOST_EXAMPLES = 5
"""How many figures that differ are named."""


def rerun(folder: str | Path, options: RunOptions) -> Rerun:
    """Simulate the run of a folder again, without taking or keeping any run, and compare every figure of it, by month and in all.

    Args:
        folder: Where the run lies; nothing in it is changed.
        options: How it is carried out.

    Returns:
        How the two compare.

    Raises:
        InputError: For a folder that is no finished run.
        RunError: As `run` does.
    """
    options.check()
    stored = read_run_folder(folder)
    scenario = load_finished(stored)
    results = repeat_run(scenario, options)
    with tempfile.TemporaryFile() as file:
        write_months(results, file)
        months = compare_months(stored, file)
    return compare_figures(months, stored, results)


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


def load_finished(stored: StoredRun) -> Scenario:
    """Return the scenario of a finished run. Raises InputError for another command's folder, and for a run without its end."""
    if stored.command:
        repeat = stored.manifest.get("repeat", f"loyaltysim {stored.command} ...")
        what = f"this is the folder of `{stored.command}`, not of a run"
        cure = f"give the command again, in this folder: {repeat}"
        raise InputError(Problem(what, where=str(stored.path), cure=cure))
    scenario = load_stored_scenario(stored)
    if not stored.is_done or not (stored.path / MONTHS).is_file():
        cure = f"finish it first: loyaltysim resume {stored.path}"
        raise InputError(Problem("this run has not come to its end", where=str(stored.path), cure=cure))
    return scenario


def repeat_run(scenario: Scenario, options: RunOptions) -> Results:
    """Simulate a scenario without the cache of runs."""
    runs = RunAccumulator(catalog())
    with Evaluator(
        options.executor,
        threads=options.threads or 0,
        tasks=scenario.replications,
        cache=NullCache(),
        progress=options.notify(),
    ) as evaluator:
        runs.add(evaluator.records(scenario, on_failure=runs.add_failure))
    return runs.results(scenario)


def compare_months(stored: StoredRun, again: IO[bytes]) -> Rerun:
    """Compare a run's months, as they are kept, with those of `again`.

    Raises:
        InputError: Where the file kept has other rows than a run of its scenario.
    """
    why = describe_changes(stored.manifest)
    path = stored.path / MONTHS
    count, differing, examples = 0, 0, list[str]()
    for kept, repeated in read_row_groups(path, again):
        if not all(kept[name].equals(repeated[name]) for name in KEY):
            raise wrong_rows(path)
        one, two = kept["value"].to_numpy(), repeated["value"].to_numpy()
        if why:
            differs = ~np.isclose(one, two, rtol=TOLERANCE, atol=0.0, equal_nan=True)
        else:
            differs = one.view(np.int64) != two.view(np.int64)
        count, differing = count + one.size, differing + int(differs.sum())
        for row in differs.nonzero()[0][: MOST_EXAMPLES - len(examples)].tolist():
            strategy, replication, month, metric = (kept[name][row].as_py() for name in KEY)
            where = f"{strategy}, replication {replication}, month {month}, {metric}"
            examples.append(f"{where}: {one[row].item()!r} kept, {two[row].item()!r} repeated")
    return Rerun(stored.path, count, differing, tuple(examples), not why, why, TOLERANCE if why else 0.0)


def describe_changes(manifest: Manifest) -> str:
    """Say what bears on a result's last bits and is not as it was when the run was made; empty if nothing."""
    then = manifest["versions"] | {"machine": manifest.get("machine", "unknown")}
    now = versions() | {"machine": machine()}
    return ", ".join(
        f"{name} {then.get(name, 'unknown')} then, {now[name]} now" for name in now if then.get(name) != now[name]
    )


def read_row_groups(path: Path, again: IO[bytes]) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield the same rows of both files, some at a time. Raises InputError where one has others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    again.seek(0)
    try:
        kept, repeated = pq.ParquetFile(path), pq.ParquetFile(again)
    except (OSError, pa.ArrowException) as error:
        raise wrong_rows(path) from error
    with kept:
        if kept.num_row_groups != repeated.num_row_groups or kept.schema_arrow != repeated.schema_arrow:
            raise wrong_rows(path)
        for number in range(kept.num_row_groups):
            tables = (file.read_row_group(number) for file in (kept, repeated))
            one, two = (table.unify_dictionaries().combine_chunks() for table in tables)  # else texts are numbers
            yield one, two


def compare_figures(months: Rerun, stored: StoredRun, results: Results) -> Rerun:
    """Compare what every replication came to (figures.parquet) as well, which tables, pictures and answers rest on.

    Raises:
        InputError: Where the file kept has other rows than a run of its scenario.
    """
    import pandas as pd

    path = stored.path / FIGURES
    if not path.is_file():
        return months
    kept, repeated = pd.read_parquet(path), figures_frame(results)
    keys = [name for name in KEY if name != "month"]
    if len(kept) != len(repeated) or not all(
        (kept[name].astype(str) == repeated[name].astype(str)).all() for name in keys
    ):
        raise wrong_rows(path)
    one, two = (table["value"].to_numpy(np.float64) for table in (kept, repeated))
    differs = ~np.isclose(one, two, rtol=months.tolerance, atol=0.0, equal_nan=True)
    examples = (
        f"{kept.strategy[row]}, replication {kept.replication[row]}, {kept.metric[row]}: "
        f"{one[row].item()!r} kept, {two[row].item()!r} repeated"
        for row in differs.nonzero()[0][: MOST_EXAMPLES - len(months.first)]
    )
    return replace(
        months,
        compared=months.compared + one.size,
        differing=months.differing + int(differs.sum()),
        first=(*months.first, *examples),
    )


def wrong_rows(path: Path) -> InputError:
    """Return the error of a file with other rows than a run of its scenario has."""
    return InputError(Problem("its rows are not those of this scenario", where=str(path), cure="run it anew"))
