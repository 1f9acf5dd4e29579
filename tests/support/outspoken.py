"""A market that speaks its mind, for what leaders believe and surveys find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario
from tests.support.worlds import MARKET, PAIRS

OUTSPOKEN = {**MARKET, "voice.unprompted": 0.4, "desk.budget": 1_500.0}
"""A market in which leaders hear of enough to go by."""
GOOD_DESK = {"desk.budget": 8_000.0, "grievance.indifference": 0.15}
SURVEYED = {**GOOD_DESK, "surveys.budget": 2_000.0}


def figures_of(small: Callable[..., Scenario], *changes: dict[str, Any], pairs: int = PAIRS) -> list[dict[str, float]]:
    given: dict[str, Any] = {**OUTSPOKEN, "strategies": {"today": {}}}
    for more in changes:
        given |= more
    scenario = small(**given)
    return [simulate(scenario, replication, ["today"])[0].figures for replication in range(pairs)]
