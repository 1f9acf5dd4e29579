"""Which strategy leads while a study is still running: a glimpse, not an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loyaltysim.core.records import RunRecord

FEWEST = 2


class Leading:
    """The mean net present value of each of so many strategies, over the runs heard of so far."""

    def __init__(self, strategies: int) -> None:
        self._strategies = strategies
        self._worths: dict[str, tuple[int, float]] = {}

    def after(self, records: Iterable[RunRecord]) -> str:
        """Hear of further runs, and say which strategy leads; empty before each has two."""
        for record in records:
            count, total = self._worths.get(record.strategy, (0, 0.0))
            self._worths[record.strategy] = (count + 1, total + record.figures.get("npv", float("nan")))
        counts = [count for count, _ in self._worths.values()]
        if self._strategies < 2 or len(counts) < self._strategies or min(counts) < FEWEST:
            return ""
        best = max(self._worths, key=lambda name: self._worths[name][1] / self._worths[name][0])
        return f"{best} leads so far"
