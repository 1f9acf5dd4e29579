"""Cut the runs of one market into tasks of about a second, those of one replication together: they share its start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.experiments.defaults import TASK_SECONDS

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

SECONDS_A_MONTH, SECONDS_A_PERSON_MONTH = 1e-3, 75e-9
"""What a month costs whatever its size, and a person in it: a first guess, corrected by what tasks really take."""
SLOWEST_CORRECTION = 0.2


@dataclass(frozen=True, eq=False)
class Market:
    """A solved scenario with the digests of what its runs share: the world, all that a start depends on, each plan."""

    scenario: Scenario
    world: str
    start: str
    plans: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Piece:
    """A task: strategies of a market in some replications."""

    market: Market
    strategies: tuple[str, ...]
    replications: tuple[int, ...]


class Pace:
    """How long tasks take here, learnt from those that ended."""

    def __init__(self) -> None:
        self._ratio = 1.0

    def seconds(self, scenario: Scenario, strategies: int) -> float:
        """Guess what one replication takes: its start, and so many strategies from it."""
        market = scenario.mechanism("market")
        months = market.burn_in + strategies * scenario.months
        return self._ratio * months * (SECONDS_A_MONTH + SECONDS_A_PERSON_MONTH * market.people)

    def learn(self, piece: Piece, seconds: float) -> None:
        """Correct the guess by what a task took."""
        guess = len(piece.replications) * self.seconds(piece.market.scenario, len(piece.strategies)) / self._ratio
        self._ratio += SLOWEST_CORRECTION * (min(max(seconds / guess, 0.01), 100.0) - self._ratio)


def cut(
    market: Market,
    missing: Mapping[int, Sequence[str]],
    homes: Mapping[int, int | None],
    pace: Pace,
) -> Iterator[Piece]:
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
                yield Piece(market, strategies[part::parts], tuple(replications[first : first + several]))
