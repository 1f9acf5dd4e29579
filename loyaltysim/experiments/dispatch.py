"""How asks become tasks of about a second, which worker gets which, and how what comes back becomes answers.

Runs of one market in one replication share a start, so they go to the worker that has it where that one has room. Asks are
drawn only when the workers are about to run dry.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import count
from time import perf_counter
from typing import TYPE_CHECKING, Any

from loyaltysim.calibration.cache import content_key
from loyaltysim.core.errors import LoyaltysimError, describe_error
from loyaltysim.experiments import executors, keys, task
from loyaltysim.experiments.lab import Answer, Ask
from loyaltysim.experiments.open_asks import OpenAsk, ToSolve, Waiter, size
from loyaltysim.experiments.pieces import Market, Pace, Piece, cut
from loyaltysim.experiments.progress import Listener, Progress
from loyaltysim.experiments.starts import market_key

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario

MOST_HOMES = 20_000
MOST_SOLVED = 200


class Dispatch:
    """One course of asks through a pool of workers; `store` may be None, `best` tells the best answer so far."""

    def __init__(self, pool: Executor, store: Any, progress: Listener, best: Callable[[], str]) -> None:
        from loyaltysim.mechanisms import CATALOG

        self._metrics = tuple(CATALOG)
        self._pool, self._store, self._progress, self._best = pool, store, progress, best
        self._room = executors.room(pool)
        self._flying: dict[Future[Any], tuple[int, Piece | ToSolve]] = {}
        self._ready: deque[Piece | ToSolve] = deque()
        self._waiting: dict[str, list[Waiter]] = {}
        self._solving: dict[str, list[OpenAsk]] = {}
        self._rates: OrderedDict[str, dict[str, float]] = OrderedDict()
        self._homes: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._finished: deque[OpenAsk] = deque()
        self._pace = Pace()
        self._done = self._total = self._reused = 0
        self._began = perf_counter()

    def answers(self, asks: Iterable[Ask]) -> Iterator[Answer]:
        """Draw the asks and give their answers as they are complete."""
        known = isinstance(asks, list | tuple)
        self._total = sum(size(ask) for ask in asks) if known else 0
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

    def _fill(self, drawn: Iterator[tuple[int, Ask]], known: bool) -> None:
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
                self._total += size(following[1])
            self._begin(*following)

    def _begin(self, number: int, ask: Ask) -> None:
        opened = OpenAsk(number, ask, len(self._metrics))
        if not opened.missing:
            self._finished.append(opened)
        elif ask.scenario.is_solved:
            self._plan(opened, ask.scenario)
        else:
            self._plan_when_solved(opened, ask)

    def _plan_when_solved(self, opened: OpenAsk, ask: Ask) -> None:
        key = content_key(ask.scenario)
        if key in self._rates:
            self._plan(opened, ask.scenario.replaced(self._rates[key], source="solved"))
        elif key in self._solving:
            self._solving[key].append(opened)
        else:
            self._solving[key] = [opened]
            self._ready.append(ToSolve(ask.scenario, key))

    def _plan(self, opened: OpenAsk, spec: Scenario) -> None:
        """Take from the store what is there, wait for what is being computed, and cut the rest into tasks."""
        try:
            plans = {name: keys.plan_key(spec, name) for name in opened.found}
            world = keys.world_key(spec)
        except LoyaltysimError as error:
            self._fail(opened, str(error))
            return
        wanted = [
            (keys.run_key(world, plan, replication), name, place, replication)
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
        start = market_key(spec)
        homes = {replication: self._homes.get((start, replication)) for replication in missing}
        self._ready.extend(cut(Market(spec, world, start, plans), missing, homes, self._pace))
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

    def _choice(self, worker: int) -> Piece | ToSolve | None:
        homeless = stranger = None
        for each in self._ready:
            home = None if isinstance(each, ToSolve) else self._home(each)
            if home == worker:
                return each
            if home is None:
                homeless = homeless or each
            else:
                stranger = stranger or each
        idle = self._room[worker] >= executors.AHEAD or not isinstance(stranger, Piece)
        return homeless or (stranger if idle else None)

    def _home(self, piece: Piece) -> int | None:
        return self._homes.get((piece.market.start, piece.replications[0]))

    def _launch(self, worker: int, what: Piece | ToSolve) -> None:
        future: Future[Any]
        if isinstance(what, ToSolve):
            future = executors.send(self._pool, worker, task.rates, what.scenario)
        else:
            for replication in what.replications:
                self._homes[what.market.start, replication] = worker
            while len(self._homes) > MOST_HOMES:
                self._homes.popitem(last=False)
            future = executors.send(
                self._pool, worker, task.batch, what.market.scenario, what.strategies, what.replications
            )
        self._room[worker] -= 1
        self._flying[future] = (worker, what)

    def _land(self) -> None:
        """Wait until a task ends, and take in all that have."""
        for future in wait(self._flying, return_when=FIRST_COMPLETED).done:
            worker, what = self._flying.pop(future)
            self._room[worker] += 1
            if isinstance(what, ToSolve):
                self._solved(what, future)
            else:
                self._ran(what, future)
        self._tell()

    def _solved(self, what: ToSolve, future: Future[dict[str, float]]) -> None:
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

    def _ran(self, piece: Piece, future: Future[task.Batch]) -> None:
        try:
            batch = future.result()
        except executors.WorkerLostError as error:
            batch = task.failed(piece.strategies, piece.replications, str(error))
        else:
            self._pace.learn(piece, batch.seconds)
        world, plans = piece.market.world, piece.market.plans
        found = {run: keys.run_key(world, plans[run.strategy], run.replication) for run in batch.runs}
        if self._store is not None:
            self._store.keep_figures({key: run.figures for run, key in found.items() if run.figures is not None})
        for run, key in found.items():
            for waiter in self._waiting.pop(key):
                self._put(waiter, run.figures, run.error)

    def _put(self, waiter: Waiter, figures: np.ndarray | None, error: str) -> None:
        opened, strategy, place = waiter
        opened.put(strategy, place, figures, error)
        self._done += 1
        if not opened.missing:
            self._finished.append(opened)

    def _fail(self, opened: OpenAsk, error: str) -> None:
        self._done += opened.missing
        opened.error = error
        self._finished.append(opened)

    def _tell(self) -> None:
        seconds = perf_counter() - self._began
        self._progress(Progress("simulating", self._done, self._total, seconds, self._reused, self._best()))
