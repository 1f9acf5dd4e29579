"""A stopwatch for the month: how much processor time each mechanism takes."""

from __future__ import annotations

from time import process_time


class Watch:
    """A watch that measures nothing, so that an ordinary month pays next to nothing for it."""

    def begin(self) -> None:
        """Hear that a month begins."""

    def lap(self, mechanism: str) -> None:
        """Hear that a mechanism has done its part of the month."""


UNWATCHED = Watch()


class Stopwatch(Watch):
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
