"""What tests put in the place of `tasks.simulate_records`, in this process or in workers, which import it from here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from loyaltysim.core.records import RunRecord


def slow(scenario: Any, replication: int, strategies: Sequence[str], profile: bool = False) -> list[RunRecord]:
    """Take a while to simulate one replication, and leave a mark when it has begun."""
    from loyaltysim.model import simulate

    Path("begun").touch()
    time.sleep(0.2)
    return simulate(scenario, replication, strategies)


def hungry(scenario: Any, replication: int, strategies: Sequence[str], profile: bool = False) -> list[RunRecord]:
    """Ask for more memory than there is."""
    return [RunRecord("", 0, np.empty(2**61, np.uint8), {}, 0.0, 0)]


def limit_files(size: int) -> None:
    """Let no file of this process grow beyond so many bytes; kernels are compiled, and their files written, before."""
    import resource

    from loyaltysim.model import simulate
    from loyaltysim.scenario import load

    simulate(load("study.yml"), 0, ("as today",))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
