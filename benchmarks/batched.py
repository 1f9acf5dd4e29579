"""The twin as `mesa.batch_run` runs it: which luck is a parameter, and it says what processor time it has taken."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import mesa

from benchmarks.textbook import TextbookMarket

PROCESSES = 2


class Batched(TextbookMarket):
    """A textbook market that reports the processor time from its making to the end of month `horizon`."""

    def __init__(self, values: Mapping[str, Any], luck: int, horizon: int, rng: object = None) -> None:
        self.begun, self.horizon, self.taken = time.process_time(), horizon, 0.0
        super().__init__(values, rng=luck)
        names = [*self.datacollector.model_reporters, "spent"]
        self.datacollector = mesa.DataCollector({name: name for name in names})
        self.datacollector.collect(self)

    @property
    def spent(self) -> float:
        if self.month <= self.horizon:
            self.taken = time.process_time() - self.begun
        return self.taken


def batch(values: Mapping[str, Any], months: int, number: int) -> float:
    """Run so many replications by `mesa.batch_run`; gives the processor seconds that they and this process took.

    Starting the processes is not counted, as it is not for the engine. A month more than asked is played and not counted:
    of a model that collects before its first step, Mesa 3.3's batch_run gives the last row but one.
    """
    begun = time.process_time()
    parameters = {"values": [values], "luck": list(range(number)), "horizon": [months]}
    rows = mesa.batch_run(Batched, parameters, number_processes=PROCESSES, max_steps=months, display_progress=False)
    return time.process_time() - begun + sum(row["spent"] for row in rows)
