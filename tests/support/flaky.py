"""The real `simulate`, which fails at one run as long as the environment says so, and counts what it computes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def simulate(scenario: Any, replication: int, strategies: Sequence[str], profile: bool = False) -> list[Any]:
    """Simulate as the model does; with FLAKY set, recovery in replication 1 cannot be."""
    from loyaltysim.model import simulate as real

    if os.environ.get("FLAKY") and replication == 1 and "recovery" in strategies:
        raise FloatingPointError("overflow")
    with Path(os.environ["FLAKY_COUNT"]).open("a") as file:
        file.writelines(f"{replication} {name}\n" for name in strategies)
    return real(scenario, replication, strategies)
