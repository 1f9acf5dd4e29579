"""Repeat a finished run without the cache of runs, and say whether the same bits come out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

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
    import numpy as np
    import pyarrow as pa

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


def rerun(folder: str | Path, options: RunOptions) -> Rerun:
    """Simulate the run of a folder again, without taking or keeping any run, and compare every figure of it, by month and in all.

    Nothing in the folder is changed. Raises InputError for a folder that is no finished run, RunError as `run` does.
    """
    options.check()
    kept = read_run_folder(folder)
    if kept.command:
        cure = (
            f"give the command again, in this folder: {kept.manifest.get('repeat', f'loyaltysim {kept.command} ...')}"
        )
        what = f"this is the folder of `{kept.command}`, not of a run"
        raise InputError(Problem(what, where=str(kept.path), cure=cure))
    scenario = load_stored_scenario(kept)
    if not kept.is_done or not (kept.path / MONTHS).is_file():
        cure = f"finish it first: loyaltysim resume {kept.path}"
        raise InputError(Problem("this run has not come to its end", where=str(kept.path), cure=cure))
    runs = RunAccumulator(catalog())
    with Evaluator(
        options.executor,
        threads=options.threads or 0,
        tasks=scenario.replications,
        cache=NullCache(),
        progress=options.notify(),
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
