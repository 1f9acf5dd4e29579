"""Run a scenario: every strategy in every replication on common luck, brought together and kept in a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.fingerprint import machine
from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import RunRecord
from loyaltysim.execution import executors
from loyaltysim.execution.progress import Listener, Progress, explaining_memory_errors, ignore_progress
from loyaltysim.execution.run_cache import NullStudyCache, open_no_cache
from loyaltysim.experiments.precision import Rule, refuse_alone, settle
from loyaltysim.experiments.simulating import simulated
from loyaltysim.experiments.study import Study
from loyaltysim.experiments.tabled import settled_answer, tabled, write_tables
from loyaltysim.report import precision_words
from loyaltysim.results import run_folder, writer
from loyaltysim.results.manifest import recording_status, study_header, timings, versions
from loyaltysim.results.reader import ReportSource, source_from_memory
from loyaltysim.results.results import RunAccumulator
from loyaltysim.results.run_folder import SCENARIO, explaining_write_errors, lock_folder, with_manifest_replications
from loyaltysim.stats.sequential import SequentialVerdict

if TYPE_CHECKING:
    import numpy as np

Simulate = Callable[[Any, int, Sequence[str]], list[RunRecord]]
Finish = Callable[[ReportSource], Mapping[str, bytes]]
MOST_THREADS = 256


def nothing_more(material: ReportSource) -> Mapping[str, bytes]:
    """Add no files to the folder."""
    return {}


@dataclass(frozen=True)
class Order:
    """How a study is to be carried out: where its files go, where it computes, who listens, what else is kept.

    `threads`: how many a replication may use, None for those that the workers leave idle; `profile`: whether each mechanism's
    time is measured. `finish` gives further files (pictures, report, workbook), by name, before the run counts as done. `rule`: until when replications
    are added, None for as many as the scenario says.
    """

    out: str | Path | None = None
    executor: str | Executor | None = None
    threads: int | None = None
    profile: bool = False
    progress: Listener = ignore_progress
    finish: Finish = nothing_more
    rule: Rule | None = None
    began: float = field(default_factory=perf_counter)


def no_budgets(scenario: Any) -> Mapping[str, float]:
    """Know nothing of what strategies plan to spend."""
    return {}


def ungraded(scenario: Any) -> Mapping[str, int]:
    """Know nothing of the evidence behind a scenario."""
    return {}


@dataclass(frozen=True)
class Machinery:
    """What computes: `simulate` (sent to workers by its name), the metrics it reports, the scenario's full text, and how
    many of its figures have which evidence grade; which runs are `kept` from earlier studies, for later ones; and what each
    strategy plans to spend."""

    simulate: Simulate
    catalog: Mapping[str, Metric]
    resolved: Callable[[Any], str]
    rests_on: Callable[[Any], Mapping[str, int]] = ungraded
    kept: Callable[[Any], AbstractContextManager[NullStudyCache]] = open_no_cache
    budgets: Callable[[Any], Mapping[str, float]] = no_budgets


def run(
    scenario: Any,
    order: Order,
    *,
    replications: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    overrides: Sequence[str] = (),
) -> Study:
    """Read, calibrate and simulate a scenario (a file's path or a Scenario).

    Raises InputError for what the user can mend in the input (nothing is left behind), RunError when the run fails.
    """
    check_place(order)
    order.progress(Progress("reading"))
    spec = read(scenario, replications=replications, months=months, seed=seed, overrides=overrides)
    refuse_alone(order.rule, spec)
    order.progress(Progress("calibrating"))
    from loyaltysim.calibration import solve

    with explaining_memory_errors(spec):
        solved = solve(spec)
    return carry_out(solved, profiling() if order.profile else machinery(), order)


def machinery() -> Machinery:
    """Give what computes a scenario: the model, and the runs that are kept on this machine."""
    from loyaltysim.analysis.budgets import planned_budgets
    from loyaltysim.execution.run_cache import open_cache
    from loyaltysim.mechanisms import CATALOG
    from loyaltysim.model import simulate
    from loyaltysim.scenario import resolved_yaml, rests_on

    return Machinery(simulate, CATALOG, resolved_yaml, rests_on, open_cache, planned_budgets)


def profiling() -> Machinery:
    """Give what computes a scenario and measures where the time goes; so it takes no run from an earlier study."""
    from loyaltysim.model import simulate_profiled

    return replace(machinery(), simulate=simulate_profiled, kept=open_no_cache)


def check_place(order: Order) -> None:
    """Refuse at once a place to compute that is none, threads that cannot be, and a folder that is taken."""
    executors.check_place(order.executor)
    if order.threads is not None and not 1 <= order.threads <= MOST_THREADS:
        cure = f"write a number from 1 to {MOST_THREADS}, or leave it out to use the processors that are idle"
        raise InputError(Problem(f"{order.threads} is not a number of threads", where="--threads", cure=cure))
    run_folder.refuse_occupied(order.out)


def read(
    scenario: Any, *, replications: int | None, months: int | None, seed: int | None, overrides: Sequence[str]
) -> Any:
    """Read a scenario's file, or take a Scenario as it is, and apply what the call says beyond it."""
    if isinstance(scenario, str | Path):
        from loyaltysim.scenario import load

        return load(scenario, overrides, months=months, replications=replications, seed=seed)
    if overrides:
        cure = "change a Scenario by scenario.replaced({path: value})"
        raise InputError(Problem("`set` changes what a file says, not a Scenario", where="set", cure=cure))
    asked = {"replications": replications, "months": months, "seed": seed}
    changes = {path: value for path, value in asked.items() if value is not None}
    return scenario.replaced(changes, source="argument") if changes else scenario


def carry_out(spec: Any, machinery: Machinery, order: Order) -> Study:
    """Simulate a solved scenario and keep everything in a folder of its own."""
    folder = run_folder.create_run_folder(order.out, spec)
    with recording_status(folder, order), lock_folder(folder.path), explaining_memory_errors(spec):
        folder.write(SCENARIO, machinery.resolved(spec))  # first: whoever finds a manifest can carry on
        writer.write_metrics(spec, folder)
        rule = {"stops_when": order.rule.plain()} if order.rule else {}
        folder.tell(status="interrupted", **study_header(spec), **rule)
        return _finished(spec, machinery, order, folder)


def carry_on(spec: Any, machinery: Machinery, order: Order, folder: run_folder.RunFolder) -> Study:
    """Finish the interrupted run of a folder, from its own scenario."""
    with recording_status(folder, order), explaining_memory_errors(spec):
        folder.tell(status="interrupted", versions=versions(), machine=machine())
        return _finished(spec, machinery, order, folder)


def _finished(spec: Any, machinery: Machinery, order: Order, folder: run_folder.RunFolder) -> Study:
    runs = RunAccumulator(machinery.catalog, folder.path)
    with explaining_write_errors(folder.path):
        spec, reused, verdict = _until_settled(spec, machinery, order, runs)
    order.progress(Progress("writing"))
    results = runs.results(spec)
    study = tabled(spec, results, folder.path, machinery.budgets(spec), machinery.rests_on(spec), runs)
    if verdict:
        study = replace(study, answer=settled_answer(results, verdict))
        told = precision_words.told(verdict, spec.replications)
        folder.tell(**told, replications=spec.replications, scenario_sha256=spec.sha256)
        folder.write(SCENARIO, with_manifest_replications(machinery.resolved(spec), folder.path))
    write_tables(folder, study)
    gone = {"runs_failed": len(runs.failures), "left_out": list(results.left_out)}
    folder.tell(  # what is drawn tells it too
        answer=study.answer, rests_on=study.rests_on, strategies=list(results.strategies), **gone
    )
    for name, content in order.finish(source_from_memory(folder.path, study.results)).items():
        folder.write(name, content)
    folder.tell_done(**timings(runs, order), runs=len(runs), runs_reused=reused)
    return study


def _until_settled(
    spec: Any, machinery: Machinery, order: Order, runs: RunAccumulator
) -> tuple[Any, int, SequentialVerdict | None]:
    """Simulate as many replications as the scenario says, or as the order's rule asks for."""
    if order.rule is None:
        return spec, simulated(spec, machinery, order, runs), None

    def look(more: Any) -> tuple[int, Mapping[str, np.ndarray]]:
        reused = simulated(more, machinery, order, runs)
        return reused, runs.figures(more, "npv")

    return settle(spec, order.rule, look)
