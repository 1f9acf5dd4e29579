"""Run a scenario: every strategy in every replication on common luck, brought together and kept in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, LoyaltysimError, Problem, RunError, describe_error
from loyaltysim.core.fingerprint import machine
from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import RunRecord
from loyaltysim.execution import executors
from loyaltysim.execution.progress import (
    LeadingStrategy,
    Listener,
    Progress,
    explaining_memory_errors,
    ignore_progress,
    is_memory_error,
)
from loyaltysim.execution.run_cache import NullStudyCache, missing_runs, open_no_cache
from loyaltysim.experiments.defaults import MOST_REPLICATIONS
from loyaltysim.results import run_folder, writer
from loyaltysim.results.manifest import recording_status, study_header, timings, versions
from loyaltysim.results.reader import ReportSource, source_from_memory
from loyaltysim.results.results import RunAccumulator, RunFailure
from loyaltysim.results.run_folder import SCENARIO, explaining_write_errors, lock_folder, with_manifest_replications
from loyaltysim.stats.sequential import SequentialVerdict, is_decided, is_precise, look_schedule
from loyaltysim.study import Study, build_study, write_tables

if TYPE_CHECKING:
    import numpy as np

# Every run of a scenario: taken from an earlier study or computed, whatever becomes of single ones.


Task = tuple[Any, int, tuple[str, ...]]
"""A scenario, a replication and some strategies."""


def simulate_all(spec: Any, machinery: Backend, order: RunConfig, runs: RunAccumulator) -> int:
    """Take in every run of a scenario that is not among `runs` yet; gives how many of these an earlier study had made.

    A run that fails is put down as such, and the others go on; if all fail, the first one's error is raised. What is wrong
    with the input or with the place to compute is raised at once.
    """
    names, count = tuple(spec.strategies), spec.replications
    watch = _Watch(order, len(names) * count, runs, LeadingStrategy(len(names)))
    lost = _Lost(runs)
    with (
        executors.open_executor(order.executor, count, order.threads or 0) as pool,
        (machinery.kept if executors.is_bitwise_reproducible(pool) else open_no_cache)(spec) as kept,
    ):
        known = len(runs)
        for record in kept.found(runs):
            runs.take([record])
            watch.hear([record])
        reused = len(runs) - known
        watch.tell("starting", len(runs))
        there = {*runs, *runs.failures}
        tasks: Iterator[Task] = ((spec, r, wanted) for r, wanted in missing_runs(there, names, count).items())
        for done in executors.iterate_completed(pool, machinery.simulate, tasks, lost.tried_singly):
            kept.keep(done)
            runs.take(done)
            watch.hear(done)
            watch.tell("simulating", known + reused)
    if lost.first and not len(runs):
        raise RunError(f"every run failed: {describe_error(lost.first)}") from lost.first
    return reused


class _Lost:
    """Puts down the runs that fail. A task of several strategies is tried again, one by one: most of them are sound."""

    def __init__(self, runs: RunAccumulator) -> None:
        self._runs = runs
        self.first: Exception | None = None

    def tried_singly(self, task: Task, error: Exception) -> list[Task]:
        """Give what to try in a failed task's place; raises the error again where it is no single run's."""
        spec, replication, names = task
        of_all = isinstance(error, LoyaltysimError) and not isinstance(error, executors.WorkerLostError)
        too_large = is_memory_error(error) and not len(self._runs)
        if of_all or too_large or isinstance(error, executors.NO_WORK_MORE):
            raise error
        self.first = self.first or error
        if len(names) > 1:
            return [(spec, replication, (name,)) for name in names]
        told = RunFailure(names[0], replication, " ".join(describe_error(error).split()))
        self._runs.failures[names[0], replication] = told
        return []


@dataclass
class _Watch:
    """Tells how far a study is, of so many runs."""

    order: RunConfig
    total: int
    runs: RunAccumulator
    leading: LeadingStrategy

    def __post_init__(self) -> None:
        self._began, self._best = perf_counter(), ""

    def hear(self, records: list[RunRecord]) -> None:
        """Hear of further runs."""
        self._best = self.leading.after(records)

    def tell(self, phase: Any, reused: int) -> None:
        """Tell the listener."""
        done = len(self.runs) + len(self.runs.failures)
        seconds = perf_counter() - self._began if phase == "simulating" else 0.0
        self.order.progress(Progress(phase, done, self.total, seconds, reused, self._best))


# Add replications until the answer is settled, by a rule that holds however often one looks.

CURE = "write --precision 2% (or 0.02): the half-width allowed, as a share of the best strategy's NPV"


@dataclass(frozen=True)
class StoppingRule:
    """When a study may stop: the deciding difference known to within `share` of the best's NPV (0: not asked), the best
    told from all others (`until_decided`), at the latest after `most` replications."""

    share: float = 0.0
    until_decided: bool = False
    most: int = MOST_REPLICATIONS

    def look(self, worth: Mapping[str, np.ndarray]) -> SequentialVerdict:
        """Judge the figures so far: settled when everything that was asked for is."""
        verdicts = []
        if self.share:
            verdicts.append(is_precise(worth, self.share))
        if self.until_decided and len(worth) > 1:
            verdicts.append(is_decided(worth))
        elif self.until_decided:  # all runs of the others failed so far
            verdicts.append(replace(is_precise(worth, self.share), settled=False))
        last = verdicts[-1]
        return SequentialVerdict(last.best, last.second, last.difference, all(verdict.settled for verdict in verdicts))

    def plain(self) -> dict[str, Any]:
        """Give the rule as the manifest holds it."""
        return {"share": self.share, "until_decided": self.until_decided, "most": self.most}


Look = Callable[[Any], tuple[int, Mapping[str, "np.ndarray"]]]
"""Simulates all runs of a scenario; gives how many an earlier study had made, and each strategy's NPV, float64 (n,)."""


def add_replications(spec: Any, rule: StoppingRule, look: Look) -> tuple[Any, int, SequentialVerdict]:
    """Add replications, a quarter more at each look, until the rule is content or allows no more.

    Gives the scenario with as many replications as it took, how many runs an earlier study had made, and how it ended.
    """
    reused = 0
    for count in look_schedule(rule.most):
        spec = spec.replace({"replications": count}, source="--precision")
        there, worth = look(spec)
        reused += there
        found = rule.look(worth)
        if found.settled:
            break
    return spec, reused, found


def read_rule(precision: str | float | None, until_decided: bool, most: int | None) -> StoppingRule | None:
    """Read what was asked for; None where nothing was. Raises InputError for what is no precision and no limit."""
    share = _share(precision)
    if not share and not until_decided:
        if most is not None:
            cure = "ask for --precision or --until-decided, or write --replications for a fixed number"
            raise InputError(Problem("there is nothing to stop for", where="--most-replications", cure=cure))
        return None
    limit = MOST_REPLICATIONS if most is None else most
    if not 2 <= limit <= 100_000:
        raise InputError(Problem(f"{limit:,} replications", where="--most-replications", cure="write 2 to 100000"))
    return StoppingRule(share, until_decided, limit)


def check_rule(rule: StoppingRule | None, spec: Any, where: str = "--until-decided") -> None:
    """Refuse to go on until the best is told from all others where there is only one. Raises InputError."""
    if rule is not None and rule.until_decided and len(spec.strategies) < 2:
        cure = "name two or more below `strategies`, or ask for --precision alone: it takes one strategy too"
        raise InputError(Problem("there is only one strategy, so nothing to decide between", "strategies", where, cure))


def stored_rule(manifest: Mapping[str, Any]) -> StoppingRule | None:
    """Give the rule that an interrupted study was to stop by, as its manifest tells; None if it had none."""
    kept = manifest.get("stops_when")
    return StoppingRule(**kept) if isinstance(kept, dict) else None


def _share(precision: str | float | None) -> float:
    if precision is None:
        return 0.0
    text = str(precision).strip()
    number = re.fullmatch(r"(\d+\.?\d*|\.\d+)\s*(%?)", text)
    share = float(number[1]) / (100 if number[2] else 1) if number else 0.0
    if not 0.0 < share < 1.0:
        raise InputError(Problem(f"{text!r} is no precision", where="--precision", cure=CURE))
    return share


Simulate = Callable[[Any, int, Sequence[str]], list[RunRecord]]
Finish = Callable[[ReportSource], Mapping[str, bytes]]
MOST_THREADS = 256


def nothing_more(material: ReportSource) -> Mapping[str, bytes]:
    """Add no files to the folder."""
    return {}


@dataclass(frozen=True)
class RunConfig:
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
    rule: StoppingRule | None = None
    began: float = field(default_factory=perf_counter)


def no_budgets(scenario: Any) -> Mapping[str, float]:
    """Know nothing of what strategies plan to spend."""
    return {}


def ungraded(scenario: Any) -> Mapping[str, int]:
    """Know nothing of the evidence behind a scenario."""
    return {}


@dataclass(frozen=True)
class Backend:
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
    order: RunConfig,
    *,
    replications: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    overrides: Sequence[str] = (),
) -> Study:
    """Read, calibrate and simulate a scenario (a file's path or a Scenario).

    Raises InputError for what the user can mend in the input (nothing is left behind), RunError when the run fails.
    """
    check_config(order)
    order.progress(Progress("reading"))
    spec = read_scenario(scenario, replications=replications, months=months, seed=seed, overrides=overrides)
    check_rule(order.rule, spec)
    order.progress(Progress("calibrating"))
    from loyaltysim.calibration import solve

    with explaining_memory_errors(spec):
        solved = solve(spec)
    return run_scenario(solved, profiling_backend() if order.profile else default_backend(), order)


def default_backend() -> Backend:
    """Give what computes a scenario: the model, and the runs that are kept on this machine."""
    from loyaltysim.analysis.budgets import planned_budgets
    from loyaltysim.execution.run_cache import open_cache
    from loyaltysim.mechanisms import CATALOG
    from loyaltysim.model import simulate
    from loyaltysim.scenario import count_grades, resolved_yaml

    return Backend(simulate, CATALOG, resolved_yaml, count_grades, open_cache, planned_budgets)


def profiling_backend() -> Backend:
    """Give what computes a scenario and measures where the time goes; so it takes no run from an earlier study."""
    from loyaltysim.model import simulate_profiled

    return replace(default_backend(), simulate=simulate_profiled, kept=open_no_cache)


def check_config(order: RunConfig) -> None:
    """Refuse at once a place to compute that is none, threads that cannot be, and a folder that is taken."""
    executors.check_place(order.executor)
    if order.threads is not None and not 1 <= order.threads <= MOST_THREADS:
        cure = f"write a number from 1 to {MOST_THREADS}, or leave it out to use the processors that are idle"
        raise InputError(Problem(f"{order.threads} is not a number of threads", where="--threads", cure=cure))
    run_folder.refuse_occupied(order.out)


def read_scenario(
    scenario: Any, *, replications: int | None, months: int | None, seed: int | None, overrides: Sequence[str]
) -> Any:
    """Read a scenario's file, or take a Scenario as it is, and apply what the call says beyond it."""
    if isinstance(scenario, str | Path):
        from loyaltysim.scenario import load

        return load(scenario, overrides, months=months, replications=replications, seed=seed)
    if overrides:
        cure = "change a Scenario by scenario.replace({path: value})"
        raise InputError(Problem("`set` changes what a file says, not a Scenario", where="set", cure=cure))
    asked = {"replications": replications, "months": months, "seed": seed}
    changes = {path: value for path, value in asked.items() if value is not None}
    return scenario.replace(changes, source="argument") if changes else scenario


def run_scenario(spec: Any, machinery: Backend, order: RunConfig) -> Study:
    """Simulate a solved scenario and keep everything in a folder of its own."""
    folder = run_folder.create_run_folder(order.out, spec)
    with recording_status(folder, order), lock_folder(folder.path), explaining_memory_errors(spec):
        folder.write(SCENARIO, machinery.resolved(spec))  # first: whoever finds a manifest can carry on
        writer.write_metrics(spec, folder)
        rule = {"stops_when": order.rule.plain()} if order.rule else {}
        folder.tell(status="interrupted", **study_header(spec), **rule)
        return _finished(spec, machinery, order, folder)


def resume_scenario(spec: Any, machinery: Backend, order: RunConfig, folder: run_folder.RunFolder) -> Study:
    """Finish the interrupted run of a folder, from its own scenario."""
    with recording_status(folder, order), explaining_memory_errors(spec):
        folder.tell(status="interrupted", versions=versions(), machine=machine())
        return _finished(spec, machinery, order, folder)


def _finished(spec: Any, machinery: Backend, order: RunConfig, folder: run_folder.RunFolder) -> Study:
    runs = RunAccumulator(machinery.catalog, folder.path)
    with explaining_write_errors(folder.path):
        spec, reused, verdict = _until_settled(spec, machinery, order, runs)
    order.progress(Progress("writing"))
    results = runs.results(spec)
    study = build_study(spec, results, folder.path, machinery.budgets(spec), machinery.rests_on(spec), runs)
    if verdict:
        from loyaltysim.reporting.text.answer import render_sequential_answer

        study = replace(study, answer=render_sequential_answer(results, verdict))
        told = {"settled": verdict.settled, "after_replications": spec.replications}
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
    spec: Any, machinery: Backend, order: RunConfig, runs: RunAccumulator
) -> tuple[Any, int, SequentialVerdict | None]:
    """Simulate as many replications as the scenario says, or as the order's rule asks for."""
    if order.rule is None:
        return spec, simulate_all(spec, machinery, order, runs), None

    def look(more: Any) -> tuple[int, Mapping[str, np.ndarray]]:
        reused = simulate_all(more, machinery, order, runs)
        return reused, runs.figures(more, "npv")

    return add_replications(spec, order.rule, look)
