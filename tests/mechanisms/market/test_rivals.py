"""What rivals who defend themselves take for usual (F21)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from loyaltysim.scenario import Scenario
from tests.support.worlds import CONTESTED, PAIRS, played

pytestmark = pytest.mark.markets


def test_what_rivals_take_for_usual_is_usual_also_after_a_short_burn_in_f21(small: Callable[..., Scenario]) -> None:
    """After 13 months their usual gain is a mean of what they saw, not yet pulled toward 0, where they would see nothing."""
    scenario = small(**{**CONTESTED, "rivals.base": 0.02, "rivals.defence": 10.0, "market.burn_in": 13})
    gaps = []
    for replication in range(PAIRS):
        world, _ = next(played(scenario, 1, replication))
        usual = float(world.firm.rivals_gain_usual[0])
        flows = [
            (report["lost_to_rivals"] + report["rival_newcomers"] - report["won_from_rivals"]) / report["customers"]
            for _, report in played(scenario, 12, replication)
        ]
        gaps.append(usual / np.mean(flows) - 1)
    assert abs(np.mean(gaps)) < 0.15
