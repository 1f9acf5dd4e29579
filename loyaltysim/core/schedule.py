"""The month: every mechanism's step in order, and what it reported."""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time

from loyaltysim.core.mechanism import Mechanism
from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.records import Form, Report
from loyaltysim.core.tables import World

# A stopwatch for the month: how much processor time each mechanism takes.


class NoTimer:
    """A watch that measures nothing, so that an ordinary month pays next to nothing for it."""

    def begin(self) -> None:
        """Hear that a month begins."""

    def lap(self, mechanism: str) -> None:
        """Hear that a mechanism has done its part of the month."""


UNTIMED = NoTimer()


class Stopwatch(NoTimer):
    """A watch that notes seconds of processor time, of all threads, by month and mechanism."""

    def __init__(self) -> None:
        self.months: list[dict[str, float]] = []
        self._last = 0.0

    def begin(self) -> None:
        """Open a month."""
        self.months.append({})
        self._last = process_time()

    def lap(self, mechanism: str) -> None:
        """Book the time since the last lap to a mechanism."""
        now = process_time()
        self.months[-1][mechanism] = now - self._last
        self._last = now


def run_month(
    world: World,
    month: int,
    mechanisms: Sequence[Mechanism],
    form: Form,
    seed: int,
    replication: int,
    watch: NoTimer = UNTIMED,
) -> Report:
    """Play one month in place, in the order of the mechanisms, and give what they reported."""
    world.month = month
    report, luck = Report(form), RngStream(seed, replication, "", month)
    watch.begin()
    for mechanism in mechanisms:
        if mechanism.on:
            luck.mechanism = key = mechanism.key
            mechanism.step(world, luck, report)
            watch.lap(key)
    return report
