"""A lab answers questions about points of a study: so many strategies of a scenario, in such replications.

Whatever draws points (a sweep, a search for a break-even, an optimiser) asks; the lab knows what was ever run here, has the
rest computed where there is room, and answers as runs end. What it keeps in memory does not grow with their number.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

from loyaltysim.calibration.cache import content_key
from loyaltysim.core.errors import LoyaltysimError, RunError, describe_error
from loyaltysim.execution import executors, run_keys, tasks
from loyaltysim.execution.progress import Listener, Progress, ignore_progress
from loyaltysim.execution.run_cache import RunCache, default_cache
from loyaltysim.execution.tasks import start_key
from loyaltysim.experiments.defaults import TASK_SECONDS

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario


def no_cache() -> None:
    """Open no ledger."""


ANY_NUMBER = 1_000_000
"""Of tasks, where it is not known beforehand how many there will be."""


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
    """What an ask gave, `number` being its position in the order asked.

    `figures[strategy][metric]`: float64, (n,), position i is `ask.replications[i]`. Where a run failed there are none,
    and `error` says why: a failed run is a row with its error, never the end of a study.
    """

    number: int
    ask: Request
    figures: Mapping[str, Mapping[str, np.ndarray]]
    error: str = ""


class Evaluator:
    """Answer asks where there is room to compute; a context manager, which ends its workers on the way out.

    `executor` as in `run`; `store` opens the ledger of runs, by default the user's (`no_store`: every run is computed);
    `threads`: how many a run may use (0: the processors that the workers leave idle); `progress` hears how many runs are
    done, and `best`, which whoever asks may set to the current best answer in words. Raises InputError for a place to
    compute that cannot be used. `pool`: what computes, while the lab is open.
    """

    def __init__(
        self,
        executor: str | Executor | None = None,
        *,
        store: Callable[[], RunCache | None] = default_cache,
        progress: Listener = ignore_progress,
        threads: int = 0,
    ) -> None:
        self.best = ""
        self._executor, self._threads = executor, threads
        self._store, self._progress = store, progress
        self._stack = ExitStack()
        self.pool: Executor | None = None
        self._ledger: RunCache | None = None

    def __enter__(self) -> Evaluator:
        executors.check_place(self._executor)
        self.pool = self._stack.enter_context(executors.open_executor(self._executor, ANY_NUMBER, self._threads))
        if executors.is_bitwise_reproducible(self.pool):
            self._ledger = self._store()
        if self._ledger is not None:
            self._stack.enter_context(self._ledger)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pool = self._ledger = None
        self._stack.__exit__(kind, error, trace)

    def answers(self, asks: Iterable[Request]) -> Iterator[Response]:
        """Give the answers as they are complete, in whatever order.

        Asks are drawn when there is room for them, so an iterator that adapts to the answers so far is welcome.
        Raises RunError when the place to compute is lost.
        """

        if self.pool is None:
            raise RunError("the lab is closed: write `with Lab() as lab:`")
        return Scheduler(self.pool, self._ledger, self._progress, lambda: self.best).answers(asks)

    def answer(self, ask: Request) -> Response:
        """Answer one ask, its replications spread over the workers."""
        return next(self.answers((ask,)))


# Asks that are being answered: what is known of each, and who waits for what.


class PendingRequest:
    """An ask that is not yet answered: the figures so far, float64 (n, metrics) a strategy, and how many are missing."""

    def __init__(self, number: int, ask: Request, metrics: int) -> None:
        import numpy as np

        self.number, self.ask = number, ask
        self.found = {name: np.full((len(ask.replications), metrics), np.nan) for name in ask.strategies}
        self.missing = len(ask.replications) * len(self.found)
        self.error = ""

    def put(self, strategy: str, place: int, figures: np.ndarray | None, error: str) -> None:
        """Take in a run's figures, or its error."""
        self.missing -= 1
        if figures is None:
            self.error = self.error or error
        else:
            self.found[strategy][place] = figures

    def answer(self, metrics: tuple[str, ...]) -> Response:
        """Give the answer, once nothing is missing."""
        figures = {name: dict(zip(metrics, block.T, strict=True)) for name, block in self.found.items()}
        return Response(self.number, self.ask, {} if self.error else figures, self.error)


@dataclass(frozen=True, eq=False)
class CalibrationTask:
    """A market to be solved, for all asks that wait for it."""

    scenario: Scenario
    key: str


Subscriber = tuple[PendingRequest, str, int]
"""Who waits for a run: the ask, the strategy, and the place of the replication in it."""


def count_runs(ask: Request) -> int:
    """Give how many runs an ask is about."""
    return len(dict.fromkeys(ask.strategies)) * len(ask.replications)


# Cut the runs of one market into tasks of about a second, those of one replication together: they share its start.

SECONDS_A_MONTH, SECONDS_A_PERSON_MONTH = 1e-3, 75e-9
"""What a month costs whatever its size, and a person in it: a first guess, corrected by what tasks really take."""
SLOWEST_CORRECTION = 0.2


@dataclass(frozen=True, eq=False)
class PreparedScenario:
    """A solved scenario with the digests of what its runs share: the world, all that a start depends on, each plan."""

    scenario: Scenario
    world: str
    start: str
    plans: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Batch:
    """A task: strategies of a market in some replications."""

    market: PreparedScenario
    strategies: tuple[str, ...]
    replications: tuple[int, ...]


class ThroughputEstimate:
    """How long tasks take here, learnt from those that ended."""

    def __init__(self) -> None:
        self._ratio = 1.0

    def seconds(self, scenario: Scenario, strategies: int) -> float:
        """Guess what one replication takes: its start, and so many strategies from it."""
        market = scenario.mechanism("market")
        months = market.burn_in + strategies * scenario.months
        return self._ratio * months * (SECONDS_A_MONTH + SECONDS_A_PERSON_MONTH * market.people)

    def learn(self, piece: Batch, seconds: float) -> None:
        """Correct the guess by what a task took."""
        guess = len(piece.replications) * self.seconds(piece.market.scenario, len(piece.strategies)) / self._ratio
        self._ratio += SLOWEST_CORRECTION * (min(max(seconds / guess, 0.01), 100.0) - self._ratio)


def make_batches(
    market: PreparedScenario,
    missing: Mapping[int, Sequence[str]],
    homes: Mapping[int, int | None],
    pace: ThroughputEstimate,
) -> Iterator[Batch]:
    """Give tasks for the strategies that are `missing` in each replication; those with the same home stay together."""
    alike: dict[tuple[tuple[str, ...], int | None], list[int]] = {}
    for replication, strategies in missing.items():
        alike.setdefault((tuple(strategies), homes[replication]), []).append(replication)
    for (strategies, _), replications in alike.items():
        each = pace.seconds(market.scenario, len(strategies))
        several = max(1, round(TASK_SECONDS / each))
        parts = min(len(strategies), max(1, round(each / (2 * TASK_SECONDS))))
        for first in range(0, len(replications), several):
            for part in range(parts):
                yield Batch(market, strategies[part::parts], tuple(replications[first : first + several]))


# How asks become tasks of about a second, which worker gets which, and how what comes back becomes answers.

MOST_HOMES = 20_000
MOST_SOLVED = 200


class Scheduler:
    """One course of asks through a pool of workers; `store` may be None, `best` tells the best answer so far."""

    def __init__(self, pool: Executor, store: Any, progress: Listener, best: Callable[[], str]) -> None:
        from loyaltysim.mechanisms import catalog

        self._metrics = tuple(catalog())
        self._pool, self._store, self._progress, self._best = pool, store, progress, best
        self._room = executors.free_slots(pool)
        self._flying: dict[Future[Any], tuple[int, Batch | CalibrationTask]] = {}
        self._ready: deque[Batch | CalibrationTask] = deque()
        self._waiting: dict[str, list[Subscriber]] = {}
        self._solving: dict[str, list[PendingRequest]] = {}
        self._rates: OrderedDict[str, dict[str, float]] = OrderedDict()
        self._homes: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._finished: deque[PendingRequest] = deque()
        self._pace = ThroughputEstimate()
        self._done = self._total = self._reused = 0
        self._began = perf_counter()

    def answers(self, asks: Iterable[Request]) -> Iterator[Response]:
        """Draw the asks and give their answers as they are complete."""
        known = isinstance(asks, list | tuple)
        self._total = sum(count_runs(ask) for ask in asks) if known else 0
        drawn = zip(count(), iter(asks), strict=False)
        try:
            while True:
                while self._finished:
                    yield self._finished.popleft().answer(self._metrics)
                self._fill(drawn, known)
                if self._flying:
                    self._land()
                elif not self._finished:
                    return
        finally:
            for future in self._flying:
                future.cancel()

    def _fill(self, drawn: Iterator[tuple[int, Request]], known: bool) -> None:
        """Give every worker what it has room for; draw asks while little is ready, but hand back what is answered first."""
        while not self._finished:
            if self._hand_out():
                continue
            if len(self._ready) >= executors.AHEAD * len(self._room) or (self._ready and not any(self._room)):
                return
            following = next(drawn, None)
            if following is None:
                return
            if not known:
                self._total += count_runs(following[1])
            self._begin(*following)

    def _begin(self, number: int, ask: Request) -> None:
        opened = PendingRequest(number, ask, len(self._metrics))
        if not opened.missing:
            self._finished.append(opened)
        elif ask.scenario.is_solved:
            self._plan(opened, ask.scenario)
        else:
            self._plan_when_solved(opened, ask)

    def _plan_when_solved(self, opened: PendingRequest, ask: Request) -> None:
        key = content_key(ask.scenario)
        if key in self._rates:
            self._plan(opened, ask.scenario.replaced(self._rates[key], source="solved"))
        elif key in self._solving:
            self._solving[key].append(opened)
        else:
            self._solving[key] = [opened]
            self._ready.append(CalibrationTask(ask.scenario, key))

    def _plan(self, opened: PendingRequest, spec: Scenario) -> None:
        """Take from the store what is there, wait for what is being computed, and cut the rest into tasks."""
        try:
            plans = {name: run_keys.plan_key(spec, name) for name in opened.found}
            world = run_keys.world_key(spec)
        except LoyaltysimError as error:
            self._fail(opened, str(error))
            return
        wanted = [
            (run_keys.run_key(world, plan, replication), name, place, replication)
            for name, plan in plans.items()
            for place, replication in enumerate(opened.ask.replications)
        ]
        known = self._store.figures([key for key, *_ in wanted]) if self._store is not None else {}
        missing: dict[int, list[str]] = {}
        for key, name, place, replication in wanted:
            if key in known:
                self._reused += 1
                self._put((opened, name, place), known[key], "")
            elif key in self._waiting:  # of another ask, or of a strategy that does the same
                self._waiting[key].append((opened, name, place))
            else:
                self._waiting[key] = [(opened, name, place)]
                missing.setdefault(replication, []).append(name)
        start = start_key(spec)
        homes = {replication: self._homes.get((start, replication)) for replication in missing}
        self._ready.extend(make_batches(PreparedScenario(spec, world, start, plans), missing, homes, self._pace))
        self._tell()

    def _hand_out(self) -> bool:
        """Send one task to a worker with room: its own market's if there is one; gives whether one was sent."""
        for worker in sorted(range(len(self._room)), key=lambda each: -self._room[each]):
            if not self._room[worker]:
                return False
            chosen = self._choice(worker)
            if chosen is not None:
                self._ready.remove(chosen)
                self._launch(worker, chosen)
                return True
        return False

    def _choice(self, worker: int) -> Batch | CalibrationTask | None:
        homeless = stranger = None
        for each in self._ready:
            home = None if isinstance(each, CalibrationTask) else self._home(each)
            if home == worker:
                return each
            if home is None:
                homeless = homeless or each
            else:
                stranger = stranger or each
        idle = self._room[worker] >= executors.AHEAD or not isinstance(stranger, Batch)
        return homeless or (stranger if idle else None)

    def _home(self, piece: Batch) -> int | None:
        return self._homes.get((piece.market.start, piece.replications[0]))

    def _launch(self, worker: int, what: Batch | CalibrationTask) -> None:
        future: Future[Any]
        if isinstance(what, CalibrationTask):
            future = executors.submit_to(self._pool, worker, tasks.solve_rates, what.scenario)
        else:
            for replication in what.replications:
                self._homes[what.market.start, replication] = worker
            while len(self._homes) > MOST_HOMES:
                self._homes.popitem(last=False)
            future = executors.submit_to(
                self._pool, worker, tasks.simulate_batch, what.market.scenario, what.strategies, what.replications
            )
        self._room[worker] -= 1
        self._flying[future] = (worker, what)

    def _land(self) -> None:
        """Wait until a task ends, and take in all that have."""
        for future in wait(self._flying, return_when=FIRST_COMPLETED).done:
            worker, what = self._flying.pop(future)
            self._room[worker] += 1
            if isinstance(what, CalibrationTask):
                self._solved(what, future)
            else:
                self._ran(what, future)
        self._tell()

    def _solved(self, what: CalibrationTask, future: Future[dict[str, float]]) -> None:
        waiting = self._solving.pop(what.key)
        try:
            rates = future.result()
        except Exception as error:
            for each in waiting:
                self._fail(each, describe_error(error))
            return
        self._rates[what.key] = rates
        if len(self._rates) > MOST_SOLVED:
            self._rates.popitem(last=False)
        for each in waiting:
            self._plan(each, each.ask.scenario.replaced(rates, source="solved"))

    def _ran(self, piece: Batch, future: Future[tasks.BatchOutcome]) -> None:
        try:
            batch = future.result()
        except executors.WorkerLostError as error:
            batch = tasks.failed_batch(piece.strategies, piece.replications, str(error))
        else:
            self._pace.learn(piece, batch.seconds)
        world, plans = piece.market.world, piece.market.plans
        found = {run: run_keys.run_key(world, plans[run.strategy], run.replication) for run in batch.runs}
        if self._store is not None:
            self._store.keep_figures({key: run.figures for run, key in found.items() if run.figures is not None})
        for run, key in found.items():
            for waiter in self._waiting.pop(key):
                self._put(waiter, run.figures, run.error)

    def _put(self, waiter: Subscriber, figures: np.ndarray | None, error: str) -> None:
        opened, strategy, place = waiter
        opened.put(strategy, place, figures, error)
        self._done += 1
        if not opened.missing:
            self._finished.append(opened)

    def _fail(self, opened: PendingRequest, error: str) -> None:
        self._done += opened.missing
        opened.error = error
        self._finished.append(opened)

    def _tell(self) -> None:
        seconds = perf_counter() - self._began
        self._progress(Progress("simulating", self._done, self._total, seconds, self._reused, self._best()))
