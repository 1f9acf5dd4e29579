"""Of several reasons to leave, each is booked as itself."""

from __future__ import annotations

from collections.abc import Callable

from loyaltysim.core.codes import REASONS
from loyaltysim.scenario import Scenario
from tests.support.worlds import played


def test_an_extreme_hazard_is_booked_on_its_own_reason(small: Callable[..., Scenario]) -> None:
    extreme = {"rivals.on": False, "friends.opinion_weight": 5.0, "friends.bad_weight": 20.0, "friends.base": 0.05}
    left = dict.fromkeys(REASONS, 0.0)
    for _, report in played(small(**extreme), 6):
        for reason in REASONS:
            left[reason] += report[f"left_{reason}"]
    assert left["rival"] == 0
    assert left["friends"] > 0
