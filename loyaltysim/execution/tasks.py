"""What a worker is sent: a few runs of one solved market, all from starts kept at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING

from loyaltysim.calibration.cache import content_key
from loyaltysim.core.errors import describe_error
from loyaltysim.experiments.defaults import STARTS_BYTES

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World
    from loyaltysim.scenario import Scenario

# Stationary starts kept at hand, so that strategies tried one after the other in one market never live a burn-in twice.

Start = tuple["World", "Report"]
Key = tuple[str, int]


def start_key(scenario: Scenario) -> str:
    """Give the digest of all that the starts of a solved scenario depend on, but the replication."""
    return f"{content_key(scenario)} {scenario.seed}"


class StartCache:
    """The starts used last, at most so many bytes of them; the newest one is kept whatever its size."""

    def __init__(self, most_bytes: int = STARTS_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[Key, Start] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()  # a worker of a cluster may have several threads
        self.lived = 0

    def of(self, scenario: Scenario, market: str, replication: int) -> Start:
        """Give the start of a solved scenario's market in one replication, from which a model forks.

        `market`: its `market_key`, reckoned once for many replications.
        """
        from loyaltysim.simulation.engine import stationary_start

        key = (market, replication)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            self.lived += 1
        start = stationary_start(scenario, scenario.seed, replication)
        with self._lock:
            if key not in self._kept:
                self._keep(key, start)
        return start

    def _keep(self, key: Key, start: Start) -> None:
        self._kept[key] = start
        self._bytes += start[0].nbytes()
        while self._bytes > self.most_bytes and len(self._kept) > 1:
            _, (world, _) = self._kept.popitem(last=False)
            self._bytes -= world.nbytes()


@cache
def start_cache() -> StartCache:
    """Give this process's own starts."""
    return StartCache()


@dataclass(frozen=True, eq=False)
class RunOutcome:
    """One strategy in one replication: its figures, float64 (metrics,) in the catalog's order, or the error in words."""

    strategy: str
    replication: int
    figures: np.ndarray | None
    error: str = ""


@dataclass(frozen=True, eq=False)
class BatchOutcome:
    """What a task hands back: its runs, and the seconds that they took."""

    runs: tuple[RunOutcome, ...]
    seconds: float


def simulate_batch(scenario: Scenario, strategies: Sequence[str], replications: Sequence[int]) -> BatchOutcome:
    """Simulate strategies of a solved scenario in some replications; a run that fails is handed back with its error."""
    began = perf_counter()
    runs = tuple(_runs(scenario, strategies, replications))
    return BatchOutcome(runs, perf_counter() - began)


def failed_batch(strategies: Sequence[str], replications: Sequence[int], error: str) -> BatchOutcome:
    """Give the batch of a task that no worker survived."""
    return BatchOutcome(tuple(RunOutcome(name, each, None, error) for each in replications for name in strategies), 0.0)


def _runs(scenario: Scenario, strategies: Sequence[str], replications: Sequence[int]) -> Iterator[RunOutcome]:
    market = start_key(scenario)
    for replication in replications:
        for strategy in strategies:
            try:
                yield RunOutcome(strategy, replication, _figures(scenario, market, strategy, replication))
            except Exception as error:
                yield RunOutcome(strategy, replication, None, describe_error(error))


def _figures(scenario: Scenario, market: str, strategy: str, replication: int) -> np.ndarray:
    import numpy as np

    from loyaltysim.mechanisms import catalog
    from loyaltysim.model import simulate_from

    figures = simulate_from(start_cache().of(scenario, market, replication), scenario, strategy, replication).figures
    return np.array([figures[name] for name in catalog()])


def solve_rates(scenario: Scenario) -> dict[str, float]:
    """Solve a scenario; gives the solved values by path. Raises InputError where what is stated cannot be met."""
    from loyaltysim.calibration import solved_rates

    return solved_rates(scenario)
