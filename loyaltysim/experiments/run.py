"""Run a scenario: every strategy in every replication on common luck, brought together and kept in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.fingerprint import machine
from loyaltysim.execution import executors
from loyaltysim.execution.evaluator import Evaluator
from loyaltysim.execution.progress import Listener, Progress, explaining_memory_errors, ignore_progress
from loyaltysim.experiments.defaults import MOST_REPLICATIONS
from loyaltysim.report.text import answer
from loyaltysim.results import run_folder
from loyaltysim.results.manifest import SCENARIO, recording_status, study_header, timings, versions
from loyaltysim.results.reader import ReportSource
from loyaltysim.results.results import RunAccumulator
from loyaltysim.results.run_folder import explaining_write_errors, lock_folder, with_manifest_replications
from loyaltysim.results.tables import csv_text
from loyaltysim.stats.sequential import SequentialVerdict, is_decided, is_precise, look_schedule
from loyaltysim.study import Study, build_study, sequential_answer_of, write_tables

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario

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


Look = Callable[["Scenario"], Mapping[str, "np.ndarray"]]
"""Simulates all runs of a scenario; gives each strategy's NPV, float64 (n,)."""


def add_replications(spec: Scenario, rule: StoppingRule, look: Look) -> tuple[Scenario, SequentialVerdict]:
    """Add replications, a quarter more at each look, until the rule is content or allows no more.

    Gives the scenario with as many replications as it took, and how it ended.
    """
    for count in look_schedule(rule.most):
        spec = spec.replaced({"replications": count}, source="--precision")
        found = rule.look(look(spec))
        if found.settled:
            break
    return spec, found


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
    return run_scenario(solved, order)


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
        cure = "change a Scenario by scenario.replaced({path: value})"
        raise InputError(Problem("`set` changes what a file says, not a Scenario", where="set", cure=cure))
    asked = {"replications": replications, "months": months, "seed": seed}
    changes = {path: value for path, value in asked.items() if value is not None}
    return scenario.replaced(changes, source="argument") if changes else scenario


def run_scenario(spec: Scenario, order: RunConfig) -> Study:
    """Simulate a solved scenario and keep everything in a folder of its own."""
    from loyaltysim.scenario import audit, resolved_yaml

    folder = run_folder.create_run_folder(order.out, spec)
    with recording_status(folder, order.began), lock_folder(folder.path), explaining_memory_errors(spec):
        folder.write(SCENARIO, resolved_yaml(spec))  # first: whoever finds a manifest can carry on
        folder.write("audit.csv", csv_text(audit(spec)))  # of a resumed run it would name the run's own files
        rule = {"stops_when": order.rule.plain()} if order.rule else {}
        folder.update_manifest(status="interrupted", **study_header(spec), **rule)
        return _finished(spec, order, folder)


def resume_scenario(spec: Scenario, order: RunConfig, folder: run_folder.RunFolder) -> Study:
    """Finish the interrupted run of a folder, from its own scenario."""
    with recording_status(folder, order.began), explaining_memory_errors(spec):
        folder.update_manifest(status="interrupted", versions=versions(), machine=machine())
        return _finished(spec, order, folder)


def _finished(spec: Scenario, order: RunConfig, folder: run_folder.RunFolder) -> Study:
    from loyaltysim.analysis.budgets import planned_budgets
    from loyaltysim.mechanisms import CATALOG
    from loyaltysim.scenario import resolved_yaml, rests_on

    runs = RunAccumulator(CATALOG, folder.path)
    with explaining_write_errors(folder.path):
        spec, reused, verdict = _until_settled(spec, order, runs)
    order.progress(Progress("writing"))
    results = runs.results(spec)
    study = build_study(spec, results, folder.path, planned_budgets(spec), rests_on(spec), runs)
    if verdict:
        study = replace(study, answer=sequential_answer_of(results, verdict))
        told = answer.describe_verdict(verdict, spec.replications)
        folder.update_manifest(**told, replications=spec.replications, scenario_sha256=spec.sha256)
        folder.write(SCENARIO, with_manifest_replications(resolved_yaml(spec), folder.path))
    write_tables(folder, study)
    gone = {"runs_failed": len(runs.failures), "left_out": list(results.left_out)}
    folder.update_manifest(  # what is drawn tells it too
        answer=study.answer, rests_on=study.rests_on, strategies=list(results.strategies), **gone
    )
    for name, content in order.finish(ReportSource.from_memory(folder.path, study.results)).items():
        folder.write(name, content)
    folder.mark_done(**timings(runs, order.began), runs=len(runs), runs_reused=reused)
    return study


def _until_settled(
    spec: Scenario, order: RunConfig, runs: RunAccumulator
) -> tuple[Scenario, int, SequentialVerdict | None]:
    """Simulate as many replications as the scenario says, or as the order's rule asks for."""
    most = order.rule.most if order.rule else spec.replications
    with Evaluator(
        order.executor, threads=order.threads or 0, tasks=most, profile=order.profile, progress=order.progress
    ) as evaluator:

        def simulate(more: Scenario) -> None:
            runs.add(evaluator.records(more, {*runs, *runs.failures}, runs.add_failure))

        def look(more: Scenario) -> Mapping[str, np.ndarray]:
            simulate(more)
            return runs.figures(more, "npv")

        if order.rule is None:
            simulate(spec)
            return spec, evaluator.reused, None
        spec, verdict = add_replications(spec, order.rule, look)
        return spec, evaluator.reused, verdict
