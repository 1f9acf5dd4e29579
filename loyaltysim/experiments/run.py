"""Run a scenario: every strategy in every replication on common luck, as many replications as it takes, kept in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, LoyaltysimError, Problem, RunError, describe_error
from loyaltysim.core.fingerprint import machine
from loyaltysim.execution import executors
from loyaltysim.execution.progress import LeadingStrategy, Progress, explaining_memory_errors, is_memory_error
from loyaltysim.execution.run_cache import missing_runs, open_cache, open_no_cache
from loyaltysim.experiments.options import RunOptions, option
from loyaltysim.mechanisms import CATALOG
from loyaltysim.results import writer
from loyaltysim.results.manifest import recording_status, study_header, timings, versions
from loyaltysim.results.results import Results, RunAccumulator, RunFailure
from loyaltysim.results.run_folder import (
    SCENARIO,
    ExistingRunFolder,
    RunFolder,
    create_run_folder,
    explaining_write_errors,
    lock_folder,
    with_manifest_replications,
)
from loyaltysim.scenario import resolved_yaml
from loyaltysim.stats.sequential import SequentialVerdict, is_decided, is_precise, look_schedule

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.core.records import RunRecord
    from loyaltysim.scenario import Scenario

MOST_REPLICATIONS = 200
"""At how many replications a study ends that adds them until it is settled, unless told."""


@dataclass(frozen=True)
class Question:
    """Simulate every strategy of SCENARIO on common luck; say which is worth most and how sure that is.

    With --format json standard output is one JSON document: answer, table, folder and manifest.
    """

    precision: str | float | None = option(
        None,
        "Add replications until the 95 % interval of the difference between best and runner-up (of the NPV itself, with "
        "one strategy) is at most P to either side, P a share of the best's NPV, as 2%.",
        metavar="P",
    )
    until_decided: bool = option(False, "Add replications until the best is surely better than every other.")
    most_replications: int | None = option(None, f"End after so many (default: {MOST_REPLICATIONS}).", metavar="N")
    profile: bool = option(False, "Show how long each mechanism took, and the slowest months.")

    def read_rule(self, options: RunOptions) -> StoppingRule | None:
        """Return until when replications are added; None for as many as the scenario says. Raises InputError."""
        rule = read_rule(self.precision, self.until_decided, self.most_replications)
        if rule is not None and options.replications is not None:
            cure = "leave it out, or give the limit with --most-replications"
            what = "the number of replications is found by --precision or --until-decided"
            raise InputError(Problem(what, where="--replications", cure=cure))
        return rule


class ScenarioRun:
    """A solved scenario at work: simulated into `folder`, or into memory alone where that is None.

    After `simulate`: `scenario` has as many replications as it took, `runs` holds what was taken in, `reused` how many runs
    an earlier study had made, `verdict` how the rule ended.
    """

    def __init__(
        self,
        scenario: Scenario,
        options: RunOptions,
        folder: RunFolder | None = None,
        rule: StoppingRule | None = None,
        profile: bool = False,
    ) -> None:
        self.scenario, self.folder = scenario, folder
        self.runs = RunAccumulator(CATALOG, folder.path if folder else None)
        self.reused = 0
        self.verdict: SequentialVerdict | None = None
        self._options, self._rule, self._profile = options, rule, profile

    def simulate(self) -> Results:
        """Simulate as many replications as the scenario says, or as the rule asks for."""
        if self._rule is None:
            self.reused = simulate_all(self.scenario, self._options, self.runs, profile=self._profile)
        else:
            self.scenario, self.reused, self.verdict = add_replications(self.scenario, self._rule, self._look)
        self._options.notify()(Progress("writing"))
        return self.runs.results(self.scenario)

    def _look(self, scenario: Scenario) -> tuple[int, Mapping[str, np.ndarray]]:
        reused = simulate_all(scenario, self._options, self.runs, profile=self._profile)
        return reused, self.runs.figures(scenario, "npv")

    def write_verdict(self, folder: RunFolder) -> None:
        """Write with how many replications the rule ended into the manifest and the scenario's file."""
        settled = self.verdict.settled if self.verdict else False
        count = self.scenario.replications
        folder.tell(settled=settled, after_replications=count, replications=count, scenario_sha256=self.scenario.sha256)
        folder.write(SCENARIO, with_manifest_replications(resolved_yaml(self.scenario), folder.path))

    def finish(self, folder: RunFolder) -> None:
        """Say in the manifest that all is done, and how long it took."""
        folder.tell_done(**timings(self.runs, self._options), runs=len(self.runs), runs_reused=self.reused)


@contextmanager
def open_run(
    scenario: Scenario,
    options: RunOptions,
    rule: StoppingRule | None = None,
    *,
    profile: bool = False,
    folder: ExistingRunFolder | None = None,
) -> Iterator[ScenarioRun]:
    """Open the folder of a run; the manifest says how it ended.

    Args:
        scenario: Solved.
        options: How it is carried out.
        rule: Until when replications are added.
        profile: Whether each mechanism's time is measured; then no run is taken from an earlier study.
        folder: The folder of an interrupted run, to be finished there.

    Yields:
        The run, to be simulated. What is wrong with the input leaves nothing behind.
    """
    if folder is not None:
        with recording_status(folder, options), explaining_memory_errors(scenario):
            folder.tell(status="interrupted", versions=versions(), machine=machine())
            with explaining_write_errors(folder.path):
                yield ScenarioRun(scenario, options, folder, rule, profile)
        return
    made = create_run_folder(options.out, scenario)
    with recording_status(made, options), lock_folder(made.path), explaining_memory_errors(scenario):
        made.write(SCENARIO, resolved_yaml(scenario))  # first: whoever finds a manifest can carry on
        writer.write_metrics(scenario, made)
        stops = {"stops_when": rule.plain()} if rule else {}
        made.tell(status="interrupted", **study_header(scenario), **stops)
        with explaining_write_errors(made.path):
            yield ScenarioRun(scenario, options, made, rule, profile)


# Every run of a scenario: taken from an earlier study or computed, whatever becomes of single ones.


Task = tuple[Any, int, tuple[str, ...]]
"""A scenario, a replication and some strategies."""


def simulate_all(
    spec: Scenario, options: RunOptions, runs: RunAccumulator, *, profile: bool = False, cached: bool = True
) -> int:
    """Take in every run of a scenario that is not among `runs` yet; gives how many of these an earlier study had made.

    A run that fails is put down as such, and the others go on; if all fail, the first one's error is raised. What is wrong
    with the input or with the place to compute is raised at once.
    """
    from loyaltysim.model import simulate, simulate_profiled

    names, count = tuple(spec.strategies), spec.replications
    reuse = cached and not profile
    watch = _Watch(options, len(names) * count, runs, LeadingStrategy(len(names)))
    lost = _Lost(runs)
    with (
        executors.open_executor(options.executor, count, options.threads or 0) as pool,
        (open_cache if reuse and executors.is_bitwise_reproducible(pool) else open_no_cache)(spec) as kept,
    ):
        known = len(runs)
        for record in kept.found(runs):
            runs.take([record])
            watch.hear([record])
        reused = len(runs) - known
        watch.tell("starting", len(runs))
        there = {*runs, *runs.failures}
        tasks: Iterator[Task] = ((spec, r, wanted) for r, wanted in missing_runs(there, names, count).items())
        for done in executors.iterate_completed(
            pool, simulate_profiled if profile else simulate, tasks, lost.tried_singly
        ):
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

    options: RunOptions
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
        self.options.notify()(Progress(phase, done, self.total, seconds, reused, self._best))


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
