"""What a long computation says about itself while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["reading", "calibrating", "starting", "simulating", "writing"]


@dataclass(frozen=True)
class Progress:
    """Where a study stands: its phase, and runs (a strategy in a replication) done of all, after so many seconds.

    `reused`: how many of those done were taken from an earlier study; `best`: the best answer so far, in words.
    """

    phase: Phase
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    reused: int = 0
    best: str = ""

    @property
    def per_second(self) -> float:
        """Runs computed a second so far; 0 before the first."""
        return (self.done - self.reused) / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float:
        """Seconds still to go at this pace; infinite before the first run is computed."""
        return (self.total - self.done) / self.per_second if self.per_second else float("inf")


Listener = Callable[[Progress], None]


def unheard(progress: Progress) -> None:
    """Listen to nothing."""
