"""What a worker is sent: a few runs of one solved scenario, from starts that it has at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING

from loyaltysim.calibration import content_key, solved_rates
from loyaltysim.core.errors import describe_error
from loyaltysim.core.lazy import np
from loyaltysim.mechanisms import catalog
from loyaltysim.simulation.engine import stationary_start

if TYPE_CHECKING:
    from loyaltysim.core.records import Report, RunRecord
    from loyaltysim.core.tables import World
    from loyaltysim.scenario import Scenario

# What is asked of a worker: whole records, figures, or solved rates.


def simulate_records(
    scenario: Scenario, replication: int, strategies: Sequence[str], profile: bool = False
) -> list[RunRecord]:
    """Simulate strategies of a scenario in one replication, from one start.

    Args:
        scenario: A solved scenario.
        replication: Its number, from 0.
        strategies: Their names.
        profile: Whether the time of each mechanism is measured.

    Returns:
        A record a strategy, with its months.
    """
    from loyaltysim.model import simulate, simulate_profiled

    return (simulate_profiled if profile else simulate)(scenario, replication, strategies)


@dataclass(frozen=True, eq=False)
class RunOutcome:
    """One strategy in one replication: its figures, float64 (metrics,) in the catalog's order, or its error."""

    strategy: str
    replication: int
    figures: np.ndarray | None
    error: str = ""


@dataclass(frozen=True, eq=False)
class BatchOutcome:
    """What a batch hands back: its runs, and the seconds that they took."""

    runs: tuple[RunOutcome, ...]
    seconds: float


def simulate_batch(scenario: Scenario, strategies: Sequence[str], replications: Sequence[int]) -> BatchOutcome:
    """Simulate strategies of a solved scenario in some replications; a run that fails is handed back with its error."""
    began, start, runs = perf_counter(), start_key(scenario), []
    for replication in replications:
        for strategy in strategies:
            try:
                runs.append(RunOutcome(strategy, replication, compute_figures(scenario, start, strategy, replication)))
            except Exception as error:
                runs.append(RunOutcome(strategy, replication, None, describe_error(error)))
    return BatchOutcome(tuple(runs), perf_counter() - began)


def failed_batch(strategies: Sequence[str], replications: Sequence[int], error: str) -> BatchOutcome:
    """Return the outcome of a batch that no worker survived."""
    return BatchOutcome(tuple(RunOutcome(name, each, None, error) for each in replications for name in strategies), 0.0)


def compute_figures(scenario: Scenario, start: str, strategy: str, replication: int) -> np.ndarray:
    """Simulate one run from a start at hand; returns its figures in the catalog's order, float64 (metrics,)."""

    from loyaltysim.model import simulate_from

    figures = simulate_from(start_cache().get(scenario, start, replication), scenario, strategy, replication).figures
    return np.array([figures[name] for name in catalog()])


def solve_rates(scenario: Scenario) -> dict[str, float]:
    """Solve a scenario; returns the solved values by path. Raises InputError where what is stated cannot be met."""
    return solved_rates(scenario)


# Stationary starts at hand, so that strategies tried one after the other in one market never live a burn-in twice.

STARTS_BYTES = 256 * 2**20
"""How much each worker keeps of markets at month 0."""
Start = tuple["World", "Report"]


def start_key(scenario: Scenario) -> str:
    """Return the digest of all that the starts of a solved scenario depend on, but the replication."""
    return f"{content_key(scenario)} {scenario.seed}"


class StartCache:
    """The starts used last, at most so many bytes of them; the newest one stays whatever its size.

    `misses`: how many starts had to be simulated.
    """

    def __init__(self, most_bytes: int = STARTS_BYTES) -> None:
        self.most_bytes = most_bytes
        self.misses = 0
        self._starts: OrderedDict[tuple[str, int], Start] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()  # a worker of a cluster may have several threads

    def __len__(self) -> int:
        return len(self._starts)

    def get(self, scenario: Scenario, start: str, replication: int) -> Start:
        """Return the start of a solved scenario in one replication, from which a model forks.

        `start`: its `start_key`, computed once for many replications.
        """
        key = (start, replication)
        with self._lock:
            if key in self._starts:
                self._starts.move_to_end(key)
                return self._starts[key]
            self.misses += 1
        made = stationary_start(scenario, scenario.seed, replication)
        with self._lock:
            if key not in self._starts:
                self._starts[key] = made
                self._bytes += made[0].nbytes()
            while self._bytes > self.most_bytes and len(self._starts) > 1:
                _, (world, _) = self._starts.popitem(last=False)
                self._bytes -= world.nbytes()
        return made


@cache
def start_cache() -> StartCache:
    """Return this process's own starts."""
    return StartCache()
