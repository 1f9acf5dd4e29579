"""Where money for repair goes by belief (F16), worked out by hand on five touchpoints."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from loyaltysim.core.tables import World
from loyaltysim.kernels.service import chance_bad
from loyaltysim.scenario import Scenario
from tests.support.five_touchpoints import ALONE, FIVE
from tests.support.worlds import newborn, next_month

BY_BELIEF = {**ALONE, "leaders.on": False, "touchpoints.belief": 1.0, "touchpoints.relapse": 0.0, "market.burn_in": 0}


def believing(small: Callable[..., Scenario], repair: float, **rest: float) -> tuple[World, Scenario]:
    """Give a market whose leaders saw 30 failures at the desk, dear to mend, and 20 at the bill, cheap to mend."""
    costs = {"desk": 400.0, "bill": 100.0}
    table = [{**row, "fix_cost": costs.get(str(row["name"]), 100.0)} for row in FIVE]
    scenario = small(**BY_BELIEF, **{"touchpoints.table": table, "touchpoints.repair": repair}, **rest)
    world = newborn(scenario)
    world.touchpoints.seen_failing[:] = [0.0, 30.0, 0.0, 20.0, 0.0]
    return world, scenario


def test_f16_by_belief_a_dollar_goes_where_it_ends_most_and_what_it_mended_counts_no_longer(
    small: Callable[..., Scenario],
) -> None:
    """By hand: 20 / 100 before 30 / 400; a fix cost leaves 1 / e of the bill's, 7.4 / 100, so that the desk is next."""
    world, scenario = believing(small, 100.0)
    points = world.touchpoints
    next_month(world, scenario)
    assert points.mended == pytest.approx([0, 0, 0, 1 - np.exp(-1), 0])
    assert points.seen_failing == pytest.approx([0, 30, 0, 20 * np.exp(-1), 0])
    next_month(world, scenario)
    assert points.mended == pytest.approx([0, 1 - np.exp(-0.25), 0, 1 - np.exp(-1), 0])
    assert points.seen_failing == pytest.approx([0, 30 * np.exp(-0.25), 0, 20 * np.exp(-1), 0])


def test_f8_money_for_causes_goes_by_the_same_rule_but_never_where_nobody_complained(
    small: Callable[..., Scenario],
) -> None:
    """As above, by the desk's money; what the bill and the desk can no longer take is not spent elsewhere."""
    world, scenario = believing(small, 0.0, **{"desk.on": False, "voice.on": False})
    points = world.touchpoints
    for mended in ([0, 0, 0, 1 - np.exp(-1), 0], [0, 1 - np.exp(-0.25), 0, 1 - np.exp(-1), 0]):
        world.firm.money_for_causes[0] = 100.0
        next_month(world, scenario)
        assert points.mended == pytest.approx(mended)
        assert points.seen_failing == pytest.approx(np.array([0, 30, 0, 20, 0]) * (1 - np.array(mended)))
    world.firm.money_for_causes[0] = 1e6
    next_month(world, scenario)
    assert points.mended == pytest.approx([0, 0.8, 0, 0.8, 0])


def test_f16_an_audit_finds_what_nobody_complained_of(small: Callable[..., Scenario]) -> None:
    """Leaders who saw nothing fail at the bill, and whom an audit tells what does: most for a dollar, whoever complains."""
    world, scenario = believing(small, 50.0, **{"touchpoints.audit": 1e6})
    points = world.touchpoints
    points.seen_failing[:] = [0.0, 30.0, 0.0, 0.0, 0.0]
    kept = 1 - chance_bad(float(world.firm.care_now[0]), points.cold, 0 * points.rate)
    best = int((points.importance * kept * points.rate / points.fix_cost).argmax())
    assert points.seen_failing[best] == 0
    next_month(world, scenario)
    assert np.flatnonzero(points.mended).tolist() == [best]


def test_f16_what_leaders_know_nothing_of_follows_by_priority(small: Callable[..., Scenario]) -> None:
    """Desk and bill take what they can; what is left goes to the site, where more goes wrong than at the door before it."""
    full = 500 * np.log(1 / (1 - 0.8))
    ease = {"touchpoints.priority.ease": 0.0}
    world, scenario = believing(small, full + 50.0, **ease)
    next_month(world, scenario)
    mended = world.touchpoints.mended
    assert mended[[1, 3]] == pytest.approx([0.8, 0.8])
    assert mended[[0, 4]] == pytest.approx([0, 1 - np.exp(-0.5)])
