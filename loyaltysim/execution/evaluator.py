"""The evaluator simulates what a study needs: figures of the points that it asks about, or whole records of a scenario.

Whatever draws points (a sweep, a search for a break-even, an optimiser) sends requests, and has the responses as runs
end; a run of a scenario has its records. Either way the evaluator takes from the cache what was ever run here, computes
the rest where there is room, and keeps it; its memory does not grow with the number of runs. Runs are sent in batches
of about a second, to the worker that has their start at hand.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from loyaltysim.calibration import content_key
from loyaltysim.core.errors import LoyaltysimError, RunError, describe_error
from loyaltysim.core.lazy import np
from loyaltysim.execution import executors, run_cache, tasks
from loyaltysim.execution.progress import LeadingStrategy, Listener, Phase, Progress, ignore_progress, is_memory_error
from loyaltysim.execution.run_cache import RunCache, RunKey, default_cache
from loyaltysim.mechanisms import catalog

if TYPE_CHECKING:
    from loyaltysim.core.records import RunRecord
    from loyaltysim.scenario import Scenario

Result = TypeVar("Result")
ANY_NUMBER = 1_000_000
"""Of tasks, where it is not known beforehand how many there will be."""
TASK_SECONDS = 1.0
"""How long a task should take: long enough that sending it costs nothing, short enough to be spread evenly."""
SECONDS_A_MONTH, SECONDS_A_PERSON_MONTH = 1e-3, 75e-9
"""What a month costs whatever its size, and a person in it: a first guess, corrected by what tasks really take."""
SMOOTHING = 0.2
"""How far one task moves the estimate towards what it took."""
MOST_HOMES = 20_000
"""Starts of which it is known which worker has them."""
MOST_SOLVED = 200
"""Solved rates that are at hand."""


@dataclass(frozen=True)
class Request:
    """One point of a study: a scenario (solved or not), some of its strategies, and which replications.

    `label` names the point in messages.
    """

    scenario: Scenario
    strategies: tuple[str, ...]
    replications: tuple[int, ...]
    label: str = ""


@dataclass(frozen=True, eq=False)
class Response:
    """What a request gave, `number` being its position among the requests.

    `figures[strategy][metric]`: float64, (n,), position i is `request.replications[i]`. Where a run failed there are
    none, and `error` says why: a failed run is a row with its error, never the end of a study.
    """

    number: int
    request: Request
    figures: Mapping[str, Mapping[str, np.ndarray]]
    error: str = ""


class Evaluator:
    """Simulates where there is room to compute; a context manager, which ends its workers on the way out.

    Args:
        executor: Where to compute, as in `run`.
        threads: How many a run may use; 0: the processors that the workers leave idle.
        tasks: How many tasks there will be at most, if known: no more workers are started.
        cache: The runs of earlier studies, by default the user's; closed with the evaluator.
        profile: Whether records tell each mechanism's time; then no run is taken from the cache, nor kept.
        progress: Hears how many runs are done, and `best`.

    Attributes:
        best: The best answer so far in words; whoever sends requests may set it.
        pool: What computes, while the evaluator is open.
        reused: How many of the records given so far an earlier study had made.

    Raises:
        InputError: On entering, for a place to compute that cannot be used.
    """

    def __init__(
        self,
        executor: str | Executor | None = None,
        *,
        threads: int = 0,
        tasks: int = ANY_NUMBER,
        cache: RunCache | None = None,
        profile: bool = False,
        progress: Listener = ignore_progress,
    ) -> None:
        self.best = ""
        self.reused = 0
        self.pool: Executor | None = None
        self._executor, self._threads, self._tasks = executor, threads, tasks
        self._given_cache, self._profile, self._progress = cache, profile, progress
        self._cache: RunCache = RunCache()
        self._stack = ExitStack()

    def __enter__(self) -> Evaluator:
        executors.check_place(self._executor)
        self.pool = self._stack.enter_context(executors.open_executor(self._executor, self._tasks, self._threads))
        if self._given_cache is not None:
            self._stack.enter_context(self._given_cache)
        if getattr(self.pool, "bitwise_reproducible", True) and not self._profile:
            self._cache = self._given_cache or self._stack.enter_context(default_cache())
        return self

    def __exit__(self, *error: Any) -> None:
        self.pool, self._cache = None, RunCache()
        self._stack.__exit__(*error)

    def evaluate(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Simulate what is requested, and give the responses as they are complete, in whatever order.

        Args:
            requests: Drawn when there is room for them, so an iterator that adapts to the responses so far is welcome.

        Raises:
            RunError: The evaluator is closed, or the place to compute is lost.
        """
        return Scheduler(self._open_pool(), self._cache, self._progress, lambda: self.best).evaluate(requests)

    def records(
        self,
        scenario: Scenario,
        known: Collection[RunKey] = (),
        on_failure: Callable[[str, int, str], None] = lambda strategy, replication, error: None,
    ) -> Iterator[RunRecord]:
        """Yield the record of every run of a solved scenario: first those in the cache, then the others as they end.

        Args:
            scenario: All its strategies are simulated, in all its replications.
            known: Runs that are left out, by strategy and replication.
            on_failure: Told of a run that fails, by strategy and replication, and why; the others go on.

        Raises:
            RunError: Every run failed, or the place to compute is lost.
            InputError: A run found the input wrong.
        """
        pool = self._open_pool()
        keys = run_cache.scenario_keys(scenario)
        names, reused, began = tuple(scenario.strategies), len(known), perf_counter()
        leading, best = LeadingStrategy(len(names)), ""
        failures = FailureLog(on_failure, sound=len(known))

        def report_progress(phase: Phase) -> None:
            seconds = perf_counter() - began if phase == "simulating" else 0.0
            done = failures.sound + len(failures.runs)
            self._progress(Progress(phase, done, len(keys), seconds, reused, best))

        missing = {run: key for run, key in keys.items() if run not in known}
        for record in self._cache.iterate_records(dict(missing)):
            del missing[record.strategy, record.replication]
            best = leading.update([record])
            reused, self.reused, failures.sound = reused + 1, self.reused + 1, failures.sound + 1
            yield record
        report_progress("starting")
        wanted = {r: tuple(name for name in names if (name, r) in missing) for r in range(scenario.replications)}
        work = ((scenario, r, some, self._profile) for r, some in wanted.items() if some)
        for records in executors.iterate_completed(pool, tasks.simulate_records, work, failures.handle):
            self._cache.keep_records({keys[each.strategy, each.replication]: each for each in records})
            best = leading.update(records)
            yield from records
            failures.sound += len(records)
            report_progress("simulating")
        if failures.first_error and not failures.sound:
            raise RunError(f"every run failed: {describe_error(failures.first_error)}") from failures.first_error

    def map(self, function: Callable[..., Result], arguments: Iterable[tuple[object, ...]]) -> Iterator[Result]:
        """Call a function once a tuple of arguments where there is room; gives the results as they end.

        Args:
            function: Sent to workers by its name.
            arguments: Drawn when there is room for them.

        Raises:
            RunError: The evaluator is closed, the place to compute is lost, or a call failed.
        """
        return explain_failure(executors.iterate_completed(self._open_pool(), function, arguments))

    def _open_pool(self) -> Executor:
        if self.pool is None:
            raise RunError("the evaluator is closed: write `with Evaluator() as evaluator:`")
        return self.pool


def explain_failure(results: Iterator[Result]) -> Iterator[Result]:
    """Yield results as they come. Raises RunError, with its cause in words, for what a call raised."""
    try:
        yield from results
    except (LoyaltysimError, MemoryError):
        raise
    except Exception as error:
        raise RunError(f"a simulation failed: {describe_error(error)}") from error


class FailureLog:
    """Puts down the runs that fail. A task of several strategies is tried again, one by one: most of them are sound.

    `sound`: how many runs there are so far; `runs`: those that failed; `first_error`: why the first did.
    """

    def __init__(self, on_failure: Callable[[str, int, str], None], sound: int) -> None:
        self.sound = sound
        self.runs: set[RunKey] = set()
        self.first_error: Exception | None = None
        self._on_failure = on_failure

    def handle(self, task: tuple[Scenario, int, tuple[str, ...], bool], error: Exception) -> list[tuple[object, ...]]:
        """Return what to try in a failed task's place; raises the error again where it is no single run's."""
        scenario, replication, names, profile = task
        of_all = isinstance(error, LoyaltysimError) and not isinstance(error, executors.WorkerLostError)
        too_large = is_memory_error(error) and not self.sound
        if of_all or too_large or isinstance(error, executors.NO_WORK_MORE):
            raise error
        self.first_error = self.first_error or error
        if len(names) > 1:
            return [(scenario, replication, (name,), profile) for name in names]
        self.runs.add((names[0], replication))
        self._on_failure(names[0], replication, " ".join(describe_error(error).split()))
        return []


class PendingRequest:
    """A request without its response: the figures so far, float64 (n, metrics) a strategy, and how many are missing."""

    def __init__(self, number: int, request: Request, metrics: int) -> None:

        self.number, self.request = number, request
        self.figures = {name: np.full((len(request.replications), metrics), np.nan) for name in request.strategies}
        self.missing = len(request.replications) * len(self.figures)
        self.error = ""

    def put(self, strategy: str, place: int, figures: np.ndarray | None, error: str) -> None:
        """Take in a run's figures, or its error."""
        self.missing -= 1
        if figures is None:
            self.error = self.error or error
        else:
            self.figures[strategy][place] = figures

    def response(self, metrics: tuple[str, ...]) -> Response:
        """Return the response, once nothing is missing."""
        figures = {name: dict(zip(metrics, block.T, strict=True)) for name, block in self.figures.items()}
        return Response(self.number, self.request, {} if self.error else figures, self.error)


@dataclass(frozen=True, eq=False)
class CalibrationTask:
    """A scenario to be solved, for all requests that wait for it."""

    scenario: Scenario
    key: str


Subscriber = tuple[PendingRequest, str, int]
"""Who waits for a run: the request, the strategy, and the place of the replication in it."""


class Scheduler:
    """One course of requests through a pool of workers; `best` tells the best answer so far."""

    def __init__(self, pool: Executor, cache: RunCache, progress: Listener, best: Callable[[], str]) -> None:

        self._metrics = tuple(catalog())
        self._pool, self._cache, self._progress, self._best = pool, cache, progress, best
        self._room = executors.free_slots(pool)
        self._ready: deque[Batch | CalibrationTask] = deque()
        self._batches: dict[Future[tasks.BatchOutcome], tuple[int, Batch]] = {}
        self._calibrations: dict[Future[dict[str, float]], tuple[int, CalibrationTask]] = {}
        self._subscribers: dict[str, list[Subscriber]] = {}
        self._unsolved: dict[str, list[PendingRequest]] = {}
        self._rates: OrderedDict[str, dict[str, float]] = OrderedDict()
        self._homes: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._complete: deque[PendingRequest] = deque()
        self._throughput = ThroughputEstimate()
        self._done = self._total = self._reused = 0
        self._began = perf_counter()

    def evaluate(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Draw the requests and give their responses as they are complete."""
        all_known = isinstance(requests, list | tuple)
        self._total = sum(count_runs(request) for request in requests) if all_known else 0
        numbered = zip(count(), iter(requests), strict=False)
        try:
            while True:
                while self._complete:
                    yield self._complete.popleft().response(self._metrics)
                self._fill(numbered, all_known)
                if self._in_flight():
                    self._collect()
                elif not self._complete:
                    return
        finally:
            for future in self._in_flight():
                future.cancel()

    def _fill(self, numbered: Iterator[tuple[int, Request]], all_known: bool) -> None:
        """Give every worker what it has room for; draw requests while little is ready, but hand back what is complete
        first."""
        while not self._complete:
            if self._hand_out():
                continue
            if len(self._ready) >= executors.AHEAD * len(self._room) or (self._ready and not any(self._room)):
                return
            following = next(numbered, None)
            if following is None:
                return
            if not all_known:
                self._total += count_runs(following[1])
            self._open(*following)

    def _open(self, number: int, request: Request) -> None:
        pending = PendingRequest(number, request, len(self._metrics))
        if not pending.missing:
            self._complete.append(pending)
        elif request.scenario.is_solved:
            self._plan(pending, request.scenario)
        else:
            self._solve_first(pending, request)

    def _solve_first(self, pending: PendingRequest, request: Request) -> None:
        key = content_key(request.scenario)
        if key in self._rates:
            self._plan(pending, request.scenario.replace(self._rates[key], source="solved"))
        elif key in self._unsolved:
            self._unsolved[key].append(pending)
        else:
            self._unsolved[key] = [pending]
            self._ready.append(CalibrationTask(request.scenario, key))

    def _plan(self, pending: PendingRequest, scenario: Scenario) -> None:
        """Take from the cache what is there, wait for what is being computed, and cut the rest into tasks."""
        try:
            plans = {name: run_cache.plan_key(scenario, name) for name in pending.figures}
            world = run_cache.world_key(scenario)
        except LoyaltysimError as error:
            self._fail(pending, str(error))
            return
        wanted = [
            (run_cache.run_key(world, plan, replication), name, place, replication)
            for name, plan in plans.items()
            for place, replication in enumerate(pending.request.replications)
        ]
        known = self._cache.figures([key for key, *_ in wanted])
        missing: dict[int, list[str]] = {}
        for key, name, place, replication in wanted:
            if key in known:
                self._reused += 1
                self._deliver((pending, name, place), known[key], "")
            elif key in self._subscribers:  # of another request, or of a strategy that does the same
                self._subscribers[key].append((pending, name, place))
            else:
                self._subscribers[key] = [(pending, name, place)]
                missing.setdefault(replication, []).append(name)
        start = tasks.start_key(scenario)
        homes = {replication: self._homes.get((start, replication)) for replication in missing}
        prepared = PreparedScenario(scenario, world, start, plans)
        self._ready.extend(make_batches(prepared, missing, homes, self._throughput))
        self._report_progress()

    def _hand_out(self) -> bool:
        """Send one task to a worker with room: one whose start it has if there is one; gives whether one was sent."""
        for worker in sorted(range(len(self._room)), key=lambda each: -self._room[each]):
            if not self._room[worker]:
                return False
            task = self._choose_task(worker)
            if task is not None:
                self._ready.remove(task)
                self._launch(worker, task)
                return True
        return False

    def _choose_task(self, worker: int) -> Batch | CalibrationTask | None:
        homeless = stranger = None
        for task in self._ready:
            if isinstance(task, CalibrationTask):
                home = None
            else:
                home = self._homes.get((task.prepared.start, task.replications[0]))
            if home == worker:
                return task
            if home is None:
                homeless = homeless or task
            else:
                stranger = stranger or task
        idle = self._room[worker] >= executors.AHEAD or not isinstance(stranger, Batch)
        return homeless or (stranger if idle else None)

    def _launch(self, worker: int, task: Batch | CalibrationTask) -> None:
        self._room[worker] -= 1
        if isinstance(task, CalibrationTask):
            solving = executors.submit_to(self._pool, worker, tasks.solve_rates, task.scenario)
            self._calibrations[solving] = (worker, task)
            return
        for replication in task.replications:
            self._homes[task.prepared.start, replication] = worker
        while len(self._homes) > MOST_HOMES:
            self._homes.popitem(last=False)
        simulating = executors.submit_to(
            self._pool, worker, tasks.simulate_batch, task.prepared.scenario, task.strategies, task.replications
        )
        self._batches[simulating] = (worker, task)

    def _collect(self) -> None:
        """Wait until a task ends, and take in all that have."""
        ended = wait(self._in_flight(), return_when=FIRST_COMPLETED).done
        for solving in [each for each in self._calibrations if each in ended]:
            worker, task = self._calibrations.pop(solving)
            self._room[worker] += 1
            self._collect_rates(task, solving)
        for simulating in [each for each in self._batches if each in ended]:
            worker, batch = self._batches.pop(simulating)
            self._room[worker] += 1
            self._collect_runs(batch, simulating)
        self._report_progress()

    def _in_flight(self) -> list[Future[Any]]:
        return [*self._batches, *self._calibrations]

    def _collect_rates(self, task: CalibrationTask, future: Future[dict[str, float]]) -> None:
        waiting = self._unsolved.pop(task.key)
        try:
            rates = future.result()
        except Exception as error:
            for pending in waiting:
                self._fail(pending, describe_error(error))
            return
        self._rates[task.key] = rates
        if len(self._rates) > MOST_SOLVED:
            self._rates.popitem(last=False)
        for pending in waiting:
            self._plan(pending, pending.request.scenario.replace(rates, source="solved"))

    def _collect_runs(self, batch: Batch, future: Future[tasks.BatchOutcome]) -> None:
        try:
            outcome = future.result()
        except executors.WorkerLostError as error:
            outcome = tasks.failed_batch(batch.strategies, batch.replications, str(error))
        else:
            self._throughput.update(batch, outcome.seconds)
        world, plans = batch.prepared.world, batch.prepared.plans
        keys = {run: run_cache.run_key(world, plans[run.strategy], run.replication) for run in outcome.runs}
        self._cache.keep_figures({key: run.figures for run, key in keys.items() if run.figures is not None})
        for run, key in keys.items():
            for subscriber in self._subscribers.pop(key):
                self._deliver(subscriber, run.figures, run.error)

    def _deliver(self, subscriber: Subscriber, figures: np.ndarray | None, error: str) -> None:
        pending, strategy, place = subscriber
        pending.put(strategy, place, figures, error)
        self._done += 1
        if not pending.missing:
            self._complete.append(pending)

    def _fail(self, pending: PendingRequest, error: str) -> None:
        self._done += pending.missing
        pending.error = error
        self._complete.append(pending)

    def _report_progress(self) -> None:
        seconds = perf_counter() - self._began
        self._progress(Progress("simulating", self._done, self._total, seconds, self._reused, self._best()))


def count_runs(request: Request) -> int:
    """Return how many runs a request is about."""
    return len(dict.fromkeys(request.strategies)) * len(request.replications)


@dataclass(frozen=True, eq=False)
class PreparedScenario:
    """A solved scenario with the digests of what its runs share: the world, all that a start depends on, each plan."""

    scenario: Scenario
    world: str
    start: str
    plans: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Batch:
    """A task: strategies of a prepared scenario in some replications."""

    prepared: PreparedScenario
    strategies: tuple[str, ...]
    replications: tuple[int, ...]


class ThroughputEstimate:
    """How long tasks take here, learnt from those that ended."""

    def __init__(self) -> None:
        self._ratio = 1.0

    def predict(self, scenario: Scenario, strategies: int) -> float:
        """Return the seconds that one replication should take: its start, and so many strategies from it."""
        market = scenario.mechanism("market")
        months = market.burn_in + strategies * scenario.months
        return self._ratio * months * (SECONDS_A_MONTH + SECONDS_A_PERSON_MONTH * market.people)

    def update(self, batch: Batch, seconds: float) -> None:
        """Correct the estimate by what a batch took; one measurement counts for a factor of a hundred at most."""
        guess = len(batch.replications) * self.predict(batch.prepared.scenario, len(batch.strategies)) / self._ratio
        self._ratio += SMOOTHING * (min(max(seconds / guess, 0.01), 100.0) - self._ratio)


def make_batches(
    prepared: PreparedScenario,
    missing: Mapping[int, Sequence[str]],
    homes: Mapping[int, int | None],
    throughput: ThroughputEstimate,
) -> Iterator[Batch]:
    """Cut what is missing into tasks.

    Args:
        prepared: What the runs share.
        missing: By replication, the strategies to be simulated in it.
        homes: By replication, the worker that has its start at hand, if any does; those of one worker stay together.
        throughput: How long tasks take here.

    Returns:
        Several replications a batch where they are short, a part of the strategies where one replication is long.
    """
    alike: dict[tuple[tuple[str, ...], int | None], list[int]] = {}
    for replication, strategies in missing.items():
        alike.setdefault((tuple(strategies), homes[replication]), []).append(replication)
    for (strategies, _), replications in alike.items():
        each = throughput.predict(prepared.scenario, len(strategies))
        several = max(1, round(TASK_SECONDS / each))
        parts = min(len(strategies), max(1, round(each / (2 * TASK_SECONDS))))
        for first in range(0, len(replications), several):
            for part in range(parts):
                yield Batch(prepared, strategies[part::parts], tuple(replications[first : first + several]))
