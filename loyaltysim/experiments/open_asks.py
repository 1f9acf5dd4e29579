"""Asks that are being answered: what is known of each, and who waits for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.experiments.lab import Answer, Ask

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario


class OpenAsk:
    """An ask that is not yet answered: the figures so far, float64 (n, metrics) a strategy, and how many are missing."""

    def __init__(self, number: int, ask: Ask, metrics: int) -> None:
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

    def answer(self, metrics: tuple[str, ...]) -> Answer:
        """Give the answer, once nothing is missing."""
        figures = {name: dict(zip(metrics, block.T, strict=True)) for name, block in self.found.items()}
        return Answer(self.number, self.ask, {} if self.error else figures, self.error)


@dataclass(frozen=True, eq=False)
class ToSolve:
    """A market to be solved, for all asks that wait for it."""

    scenario: Scenario
    key: str


Waiter = tuple[OpenAsk, str, int]
"""Who waits for a run: the ask, the strategy, and the place of the replication in it."""


def size(ask: Ask) -> int:
    """Give how many runs an ask is about."""
    return len(dict.fromkeys(ask.strategies)) * len(ask.replications)
