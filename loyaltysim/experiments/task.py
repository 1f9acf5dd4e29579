"""What a worker is sent: a few runs of one solved market, all from starts kept at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from loyaltysim.core.errors import describe_error
from loyaltysim.experiments.starts import at_hand, market_key

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Run:
    """One strategy in one replication: its figures, float64 (metrics,) in the catalog's order, or the error in words."""

    strategy: str
    replication: int
    figures: np.ndarray | None
    error: str = ""


@dataclass(frozen=True, eq=False)
class Batch:
    """What a task hands back: its runs, and the seconds that they took."""

    runs: tuple[Run, ...]
    seconds: float


def batch(scenario: Scenario, strategies: Sequence[str], replications: Sequence[int]) -> Batch:
    """Simulate strategies of a solved scenario in some replications; a run that fails is handed back with its error."""
    began = perf_counter()
    runs = tuple(_runs(scenario, strategies, replications))
    return Batch(runs, perf_counter() - began)


def failed(strategies: Sequence[str], replications: Sequence[int], error: str) -> Batch:
    """Give the batch of a task that no worker survived."""
    return Batch(tuple(Run(name, each, None, error) for each in replications for name in strategies), 0.0)


def _runs(scenario: Scenario, strategies: Sequence[str], replications: Sequence[int]) -> Iterator[Run]:
    market = market_key(scenario)
    for replication in replications:
        for strategy in strategies:
            try:
                yield Run(strategy, replication, _figures(scenario, market, strategy, replication))
            except Exception as error:
                yield Run(strategy, replication, None, describe_error(error))


def _figures(scenario: Scenario, market: str, strategy: str, replication: int) -> np.ndarray:
    import numpy as np

    from loyaltysim.mechanisms import CATALOG
    from loyaltysim.model import simulate_from

    figures = simulate_from(at_hand().of(scenario, market, replication), scenario, strategy, replication).figures
    return np.array([figures[name] for name in CATALOG])


def rates(scenario: Scenario) -> dict[str, float]:
    """Solve a scenario; gives the solved values by path. Raises InputError where what is stated cannot be met."""
    from loyaltysim.calibration import solved_rates

    return solved_rates(scenario)
