"""What a long computation says about itself while it runs."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loyaltysim.core.errors import RunError

if TYPE_CHECKING:
    from loyaltysim.core.records import RunRecord
    from loyaltysim.scenario import Scenario

Phase = Literal["reading", "calibrating", "starting", "simulating", "writing"]


@dataclass(frozen=True)
class Progress:
    """Where a study stands: its phase, and runs (a strategy in a replication) done of all, after so many seconds.

    `reused`: how many of those done were taken from an earlier study; `best`: the best answer so far, in words.
    """

    phase: Phase
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    reused: int = 0
    best: str = ""

    @property
    def per_second(self) -> float:
        """Runs computed a second so far; 0 before the first."""
        return (self.done - self.reused) / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float:
        """Seconds still to go at this pace; infinite before the first run is computed."""
        return (self.total - self.done) / self.per_second if self.per_second else float("inf")


Listener = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """Listen to nothing."""


# Which strategy leads while a study is still running: a glimpse, not an answer.

FEWEST_RUNS = 2


class LeadingStrategy:
    """The mean net present value of each of so many strategies, over the runs heard of so far."""

    def __init__(self, strategies: int) -> None:
        self._strategies = strategies
        self._npv: dict[str, tuple[int, float]] = {}

    def update(self, records: Iterable[RunRecord]) -> str:
        """Take in further runs, and return which strategy leads in words; empty before each has two."""
        for record in records:
            count, total = self._npv.get(record.strategy, (0, 0.0))
            self._npv[record.strategy] = (count + 1, total + record.figures.get("npv", float("nan")))
        counts = [count for count, _ in self._npv.values()]
        if self._strategies < 2 or len(counts) < self._strategies or min(counts) < FEWEST_RUNS:
            return ""
        best = max(self._npv, key=lambda name: self._npv[name][1] / self._npv[name][0])
        return f"{best} leads so far"


# A market that is too large for the machine is told in plain words, wherever the memory gave out.


@contextmanager
def explaining_memory_errors(scenario: Scenario) -> Iterator[None]:
    """Turn a lack of memory, here or in a worker, into a RunError that says for how many people."""
    try:
        yield
    except (MemoryError, OSError, RuntimeError) as error:
        if not is_memory_error(error):
            raise
        people = f"{scenario.mechanism('market').people:,} people"
        cure = "take a smaller market (market.people), or fewer workers (--executor processes:1)"
        raise RunError(f"not enough memory for {people}\n    {cure}") from error


def is_memory_error(error: BaseException) -> bool:
    """Tell whether an error says that there is no memory left."""
    threads = isinstance(error, RuntimeError) and "can't start new thread" in str(error)
    return isinstance(error, MemoryError) or threads or getattr(error, "errno", None) == errno.ENOMEM
