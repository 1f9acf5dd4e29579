"""Run a scenario: every strategy in every replication on common luck, brought together and kept in a folder."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from loyaltysim.core.declare import Metric
from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.record import RunRecord
from loyaltysim.experiments import executors, files, replication_files, store
from loyaltysim.experiments.memory import enough_memory
from loyaltysim.experiments.progress import Listener, Progress, unheard
from loyaltysim.experiments.study import Study
from loyaltysim.report import answer, business_table, pilot_table, tables, touchpoint_table
from loyaltysim.report.folder import Material, in_hand
from loyaltysim.report.profile import Profile, profile_of
from loyaltysim.report.results import Results, collect

Simulate = Callable[[Any, int, Sequence[str]], list[RunRecord]]
Finish = Callable[[Material], Mapping[str, bytes]]
MOST_THREADS = 256


def nothing_more(material: Material) -> Mapping[str, bytes]:
    """Add no files to the folder."""
    return {}


@dataclass(frozen=True)
class Order:
    """How a study is to be carried out: where its files go, where it computes, who listens, what else is kept.

    `threads`: how many a replication may use, None for those that the workers leave idle; `profile`: whether each mechanism's
    time is measured. `finish` gives further files (pictures, report, workbook), by name, before the run counts as done.
    """

    out: str | Path | None = None
    executor: str | Executor | None = None
    threads: int | None = None
    profile: bool = False
    progress: Listener = unheard
    finish: Finish = nothing_more
    began: float = field(default_factory=perf_counter)


def ungraded(scenario: Any) -> Mapping[str, int]:
    """Know nothing of the evidence behind a scenario."""
    return {}


@dataclass(frozen=True)
class Machinery:
    """What computes: `simulate` (sent to workers by its name), the metrics it reports, the scenario's full text, and how
    many of its figures have which evidence grade."""

    simulate: Simulate
    catalog: Mapping[str, Metric]
    resolved: Callable[[Any], str]
    rests_on: Callable[[Any], Mapping[str, int]] = ungraded


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
    order.progress(Progress("calibrating"))
    from loyaltysim.calibration import solve

    with enough_memory(spec):
        solved = solve(spec)
    from loyaltysim.mechanisms import CATALOG
    from loyaltysim.model import simulate, simulate_profiled
    from loyaltysim.scenario import resolved_yaml, rests_on

    return carry_out(
        solved, Machinery(simulate_profiled if order.profile else simulate, CATALOG, resolved_yaml, rests_on), order
    )


def check_place(order: Order) -> None:
    """Refuse at once a place to compute that is none, threads that cannot be, and a folder that is taken."""
    if isinstance(order.executor, str):
        executors.parse(order.executor)
    if order.threads is not None and not 1 <= order.threads <= MOST_THREADS:
        cure = f"write a number from 1 to {MOST_THREADS}, or leave it out to use the processors that are idle"
        raise InputError(Problem(f"{order.threads} is not a number of threads", where="--threads", cure=cure))
    store.refuse_occupied(order.out)


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
    folder = store.claim(order.out, spec)
    with _status_told(folder, order), enough_memory(spec):
        folder.tell(status="interrupted", **_head(spec))
        folder.write("scenario.yml", machinery.resolved(spec))
        records = _simulate(spec, machinery.simulate, order)
        order.progress(Progress("writing"))
        results = collect(records, spec, machinery.catalog)
        study = _study(spec, results, folder.path, machinery.rests_on(spec), profile_of(records))
        _write(folder, study, order.finish)
        folder.tell(status="done", **_effort(records, order), answer=study.answer, rests_on=study.rests_on)
    return study


@contextmanager
def _status_told(folder: store.RunFolder, order: Order) -> Iterator[None]:
    """Leave a manifest that says how the run ended; leave nothing when the input was wrong."""
    try:
        yield
    except InputError:
        folder.abandon()
        raise
    except KeyboardInterrupt as interrupt:
        folder.tell_at_last(status="interrupted", duration_s=_since(order))
        raise type(interrupt)(f"interrupted; what there is lies in {folder.path}") from None
    except BaseException as error:
        end = {"status": "failed", "duration_s": _since(order), "error": str(error) or type(error).__name__}
        lost = folder.tell_at_last(**end)
        if lost:
            raise RunError(f"{error}\n    {lost}") from error
        raise


def _head(spec: Any) -> dict[str, Any]:
    return {
        "title": spec.title,
        **replication_files.facts_of(spec),
        "versions": _versions(),
        "seed": spec.seed,
        "replications": spec.replications,
        "months": spec.months,
        "strategies": list(spec.strategies),
        "scenario_sha256": spec.sha256,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": sys.version.split()[0]}
    for name in ("loyaltysim", "mesa", "numpy", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that is not installed
            found[name] = str(getattr(sys.modules.get(name), "__version__", "unknown"))
    return found


def _since(order: Order) -> float:
    return round(perf_counter() - order.began, 3)


def _simulate(spec: Any, simulate: Simulate, order: Order) -> list[RunRecord]:
    names, count = tuple(spec.strategies), spec.replications
    total, records, began = len(names) * count, list[RunRecord](), perf_counter()
    order.progress(Progress("starting", 0, total))
    with executors.opened(order.executor, count, order.threads or 0) as pool:
        for done in executors.completed(pool, simulate, ((spec, replication, names) for replication in range(count))):
            records += done
            order.progress(Progress("simulating", len(records), total, perf_counter() - began))
    return sorted(records, key=lambda record: (names.index(record.strategy), record.replication))


def _study(spec: Any, results: Results, folder: Path, rests_on: Mapping[str, int], profile: Profile | None) -> Study:
    return Study(
        scenario=spec,
        results=results,
        folder=folder,
        answer=answer.answer(results),
        rests_on=dict(rests_on),
        summary=tables.summary(results),
        departures=tables.departures(results),
        complaints=tables.complaints(results),
        money=tables.money(results),
        profile=profile,
        touchpoints=touchpoint_table.touchpoints(results),
        business=business_table.business(results),
        pilots=pilot_table.pilots(results),
    )


def _write(folder: store.RunFolder, study: Study, finish: Finish) -> None:
    for name in ("summary", "departures", "complaints", "money"):
        folder.write(f"{name}.csv", files.csv_text(getattr(study, name)))
    for name in ("touchpoints", "business", "pilots"):
        if len(getattr(study, name)):
            folder.write(f"{name}.csv", files.csv_text(getattr(study, name)))
    with folder.new("months.parquet") as file:
        files.write_months(study.results, file)
    replication_files.keep(study.results, study.scenario, folder)
    _draw(folder, study, finish)


def _draw(folder: store.RunFolder, study: Study, finish: Finish) -> None:
    """Add what is drawn from the folder's files, which tell the answer already."""
    folder.tell(answer=study.answer, rests_on=study.rests_on)
    for name, content in finish(in_hand(folder.path, study.results)).items():
        folder.write(name, content)


def _effort(records: Sequence[RunRecord], order: Order) -> dict[str, float | int]:
    """Tell the processor time of the simulated months, and the person-months simulated in a second of it."""
    seconds = math.fsum(record.seconds for record in records)
    person_months = sum(record.person_months for record in records)
    return {
        "duration_s": _since(order),
        "simulation_s": round(seconds, 6),
        "person_months": int(person_months),
        "person_months_per_second": round(person_months / seconds) if seconds > 0 else 0,
    }
