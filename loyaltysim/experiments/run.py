"""Run a scenario: every strategy in every replication on common luck, kept in a folder.

As many replications as the scenario says, or as a stopping rule takes that holds however often one looks. A finished
run can be repeated without the cache of runs, to see whether the same bits come out.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.fingerprint import machine
from loyaltysim.core.lazy import np, pa, pd, pq
from loyaltysim.execution.evaluator import Evaluator
from loyaltysim.execution.progress import Progress, explaining_memory_errors
from loyaltysim.execution.run_cache import RunCache
from loyaltysim.experiments.options import RunOptions, option
from loyaltysim.mechanisms import catalog
from loyaltysim.results.figures import FIGURES, figures_frame
from loyaltysim.results.manifest import MANIFEST, SCENARIO, Manifest, recording_status, study_header, timings, versions
from loyaltysim.results.months import MONTHS, write_months
from loyaltysim.results.results import Results, RunAccumulator
from loyaltysim.results.run_folder import (
    ExistingRunFolder,
    RunFolder,
    StoredRun,
    create_run_folder,
    explaining_write_errors,
    lock_folder,
    read_run_folder,
    with_manifest_replications,
)
from loyaltysim.results.tables import csv_text
from loyaltysim.scenario import audit, load, resolved_yaml
from loyaltysim.stats.sequential import SequentialVerdict, is_decided, is_precise, look_schedule

if TYPE_CHECKING:
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
        "Add replications until the 95 % interval of the difference between best and runner-up (of the NPV itself, "
        "with one strategy) is at most P to either side, P a share of the best's NPV, as 2%.",
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

    After `simulate`: `scenario` has as many replications as it took, `runs` holds what was taken in, `reused` how many
    runs an earlier study had made, `verdict` how the rule ended.
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
        self.runs = RunAccumulator(catalog(), folder.path if folder else None)
        self.reused = 0
        self.verdict: SequentialVerdict | None = None
        self._options, self._rule, self._profile = options, rule, profile

    def simulate(self) -> Results:
        """Simulate as many replications as the scenario says, or as the rule asks for."""
        options = self._options
        with Evaluator(
            options.executor,
            threads=options.threads or 0,
            tasks=self._rule.most if self._rule else self.scenario.replications,
            profile=self._profile,
            progress=options.notify(),
        ) as evaluator:
            if self._rule is None:
                self._add_runs(evaluator, self.scenario)
            else:
                self.scenario, self.verdict = add_replications(
                    self.scenario, self._rule, lambda scenario: self._add_runs(evaluator, scenario)
                )
            self.reused = evaluator.reused
        options.notify()(Progress("writing"))
        return self.runs.results(self.scenario)

    def _add_runs(self, evaluator: Evaluator, scenario: Scenario) -> Mapping[str, np.ndarray]:
        known = {*self.runs, *self.runs.failures}
        self.runs.add(evaluator.records(scenario, known, self.runs.add_failure))
        return self.runs.figures(scenario, "npv")

    def write_verdict(self, folder: RunFolder) -> None:
        """Write with how many replications the rule ended into the manifest and the scenario's file."""
        settled = self.verdict.settled if self.verdict else False
        count = self.scenario.replications
        folder.update_manifest(
            settled=settled, after_replications=count, replications=count, scenario_sha256=self.scenario.sha256
        )
        folder.write(SCENARIO, with_manifest_replications(resolved_yaml(self.scenario), folder.path))

    def finish(self, folder: RunFolder) -> None:
        """Say in the manifest that all is done, and how long it took."""
        folder.mark_done(**timings(self.runs, self._options.began), runs=len(self.runs), runs_reused=self.reused)


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
        with recording_status(folder, options.began), explaining_memory_errors(scenario):
            folder.update_manifest(status="interrupted", versions=versions(), machine=machine())
            with explaining_write_errors(folder.path):
                yield ScenarioRun(scenario, options, folder, rule, profile)
        return
    made = create_run_folder(options.out, scenario)
    with recording_status(made, options.began), lock_folder(made.path), explaining_memory_errors(scenario):
        made.write(SCENARIO, resolved_yaml(scenario))  # first: whoever finds a manifest can carry on
        made.write("audit.csv", csv_text(audit(scenario)))  # of a resumed run it would name the run's own files
        stops = {"stops_when": rule.to_plain()} if rule else {}
        made.update_manifest(status="interrupted", **study_header(scenario), **stops)
        with explaining_write_errors(made.path):
            yield ScenarioRun(scenario, options, made, rule, profile)


def load_stored_scenario(stored: StoredRun) -> Scenario:
    """Load the scenario of a folder, and check that it is the one that was run.

    Only the replications may differ where a rule finds how many they are: scenario and manifest get that number one
    after the other, and a run may be killed between the two.

    Raises:
        InputError: The scenario is no longer the one that was run.
    """
    place, manifest = stored.path / SCENARIO, stored.manifest
    scenario = load(place)
    count, same = manifest.get("replications"), scenario
    if not stored.is_done and "stops_when" in manifest and count != scenario.replications:
        same = scenario.replace({"replications": count}, source=MANIFEST)
    if same.sha256 != manifest["scenario_sha256"]:
        cure = f"put the file back as it was, or run it as a scenario of its own: loyaltysim run {place}"
        raise InputError(Problem("the scenario is no longer the one of this run", where=str(place), cure=cure))
    return scenario


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

    def to_plain(self) -> dict[str, Any]:
        """Return the rule as the manifest holds it."""
        return {"share": self.share, "until_decided": self.until_decided, "most": self.most}


Look = Callable[["Scenario"], Mapping[str, "np.ndarray"]]
"""Simulates all runs of a scenario; gives each strategy's NPV, float64 (n,)."""


def add_replications(spec: Scenario, rule: StoppingRule, look: Look) -> tuple[Scenario, SequentialVerdict]:
    """Add replications, a quarter more at each look, until the rule is content or allows no more.

    Gives the scenario with as many replications as it took, and how it ended.
    """
    for count in look_schedule(rule.most):
        spec = spec.replace({"replications": count}, source="--precision")
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


def check_rule(rule: StoppingRule | None, scenario: Scenario, where: str = "--until-decided") -> None:
    """Refuse to go on until the best is told from all others where there is only one. Raises InputError."""
    if rule is not None and rule.until_decided and len(scenario.strategies) < 2:
        cure = "name two or more below `strategies`, or ask for --precision alone: it takes one strategy too"
        raise InputError(Problem("there is only one strategy, so nothing to decide between", "strategies", where, cure))


def stored_rule(manifest: Mapping[str, Any]) -> StoppingRule | None:
    """Return the rule that an interrupted study was to stop by, as its manifest tells; None if it had none."""
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


TOLERANCE = 1e-9
"""The relative difference allowed where processor, Python, NumPy or Numba are not those of the run."""
KEY = ("strategy", "replication", "month", "metric")
"""What names a figure of months.parquet; figures.parquet has no month."""
MOST_EXAMPLES = 5
"""How many figures that differ are named."""


def rerun(folder: str | Path, options: RunOptions) -> Rerun:
    """Simulate the run of a folder again, without taking or keeping any run, and compare every figure of it, by month
    and in all.

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

    `compared`: how many figures (a metric in a month of one run); `differing`: how many of them differ; `first`: some
    of those, as `strategy, replication, month, metric: kept, repeated`. `exact`: whether they were compared bit for
    bit; if not, `why` says what is not as it was, and `tolerance` is the relative difference allowed.
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
    """Return the scenario of a finished run.

    Raises InputError for another command's folder, and for a run without its end.
    """
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
        cache=RunCache(),
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
