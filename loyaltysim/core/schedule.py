"""Run one month: every mechanism takes its step in order, and a timer may measure each step."""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time

from loyaltysim.core.mechanism import Mechanism
from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.records import Form, Report
from loyaltysim.core.tables import World


class NoTimer:
    """A timer that measures nothing, so that an ordinary month pays next to nothing for it; who looks on derives from
    it."""

    def begin(self) -> None:
        """Hear that a month begins."""

    def lap(self, mechanism: str) -> None:
        """Hear that a mechanism has taken its step."""


class StepTimer(NoTimer):
    """Seconds of processor time, of all threads, by month and mechanism."""

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


NO_TIMER = NoTimer()


def run_month(
    world: World,
    month: int,
    mechanisms: Sequence[Mechanism],
    form: Form,
    seed: int,
    replication: int,
    timer: NoTimer = NO_TIMER,
) -> Report:
    """Let every mechanism that is on take its step of one month, in order.

    Args:
        world: The market at the end of the month before; it is changed in place.
        month: The month's number; the first month of the horizon is 1, those of the burn-in are 0 or less.
        mechanisms: In the order of the month.
        form: What a month reports.
        seed: The scenario's seed.
        replication: The replication's number, from 0.
        timer: Hears when each step has been taken.

    Returns:
        What the mechanisms reported.
    """
    world.month = month
    report, rng = Report(form), RngStream(seed, replication, "", month)
    timer.begin()
    for mechanism in mechanisms:
        if mechanism.on:
            rng.mechanism = key = mechanism.key
            mechanism.step(world, rng, report)
            timer.lap(key)
    return report
