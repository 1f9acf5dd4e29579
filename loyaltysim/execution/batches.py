"""Cut the runs of one scenario into tasks of about a second, those of one replication together: they share its start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

TASK_SECONDS = 1.0
"""How long a task should take: long enough that sending it costs nothing, short enough to be spread evenly."""
SECONDS_A_MONTH, SECONDS_A_PERSON_MONTH = 1e-3, 75e-9
"""What a month costs whatever its size, and a person in it: a first guess, corrected by what tasks really take."""
SMOOTHING = 0.2
"""How far one task moves the estimate towards what it took."""


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
