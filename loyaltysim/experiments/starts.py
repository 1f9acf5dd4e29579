"""Stationary starts kept at hand, so that strategies tried one after the other in one market never live a burn-in twice.

A burn-in costs more than a horizon, and it depends on the market and its luck alone: not on strategies, horizon or money.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from loyaltysim.calibration.cache import content_key
from loyaltysim.experiments.defaults import STARTS_BYTES

if TYPE_CHECKING:
    from loyaltysim.core.records import Report
    from loyaltysim.core.tables import World
    from loyaltysim.scenario import Scenario

Start = tuple["World", "Report"]
Key = tuple[str, int]


def market_key(scenario: Scenario) -> str:
    """Give the digest of all that the starts of a solved scenario depend on, but the replication."""
    return f"{content_key(scenario)} {scenario.seed}"


class Starts:
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
def at_hand() -> Starts:
    """Give this process's own starts."""
    return Starts()
