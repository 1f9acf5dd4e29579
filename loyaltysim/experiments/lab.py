"""A lab answers questions about points of a study: so many strategies of a scenario, in such replications.

Whatever draws points (a sweep, a search for a break-even, an optimiser) asks; the lab knows what was ever run here, has the
rest computed where there is room, and answers as runs end. What it keeps in memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from loyaltysim.core.errors import RunError
from loyaltysim.experiments import executors
from loyaltysim.experiments.ledger import Ledger, usual
from loyaltysim.experiments.progress import Listener, unheard

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario


def no_store() -> None:
    """Open no ledger."""


ANY_NUMBER = 1_000_000
"""Of tasks, where it is not known beforehand how many there will be."""


@dataclass(frozen=True)
class Ask:
    """One point of a study: a scenario (solved or not), some of its strategies, and which replications.

    `label` names the point in messages.
    """

    scenario: Scenario
    strategies: tuple[str, ...]
    replications: tuple[int, ...]
    label: str = ""


@dataclass(frozen=True, eq=False)
class Answer:
    """What an ask gave, `number` being its position in the order asked.

    `figures[strategy][metric]`: float64, (n,), position i is `ask.replications[i]`. Where a run failed there are none,
    and `error` says why: a failed run is a row with its error, never the end of a study.
    """

    number: int
    ask: Ask
    figures: Mapping[str, Mapping[str, np.ndarray]]
    error: str = ""


class Lab:
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
        store: Callable[[], Ledger | None] = usual,
        progress: Listener = unheard,
        threads: int = 0,
    ) -> None:
        self.best = ""
        self._executor, self._threads = executor, threads
        self._store, self._progress = store, progress
        self._stack = ExitStack()
        self.pool: Executor | None = None
        self._ledger: Ledger | None = None

    def __enter__(self) -> Lab:
        executors.check_place(self._executor)
        self.pool = self._stack.enter_context(executors.opened(self._executor, ANY_NUMBER, self._threads))
        if executors.bits_are_ours(self.pool):
            self._ledger = self._store()
        if self._ledger is not None:
            self._stack.enter_context(self._ledger)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pool = self._ledger = None
        self._stack.__exit__(kind, error, trace)

    def answers(self, asks: Iterable[Ask]) -> Iterator[Answer]:
        """Give the answers as they are complete, in whatever order.

        Asks are drawn when there is room for them, so an iterator that adapts to the answers so far is welcome.
        Raises RunError when the place to compute is lost.
        """
        from loyaltysim.experiments.dispatch import Dispatch

        if self.pool is None:
            raise RunError("the lab is closed: write `with Lab() as lab:`")
        return Dispatch(self.pool, self._ledger, self._progress, lambda: self.best).answers(asks)

    def answer(self, ask: Ask) -> Answer:
        """Answer one ask, its replications spread over the workers."""
        return next(self.answers((ask,)))
