"""Consistency of promises (F20), small kindnesses and intrusions (F27): what is right by hand, and how it comes and goes."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from loyaltysim import kernels
from loyaltysim.core.touchpoint_table import PEOPLE
from loyaltysim.kernels.staff import share_broken
from loyaltysim.scenario import Scenario
from tests.support.worlds import newborn, next_month

pytestmark = pytest.mark.markets


def test_f20_share_of_broken_promises_by_hand() -> None:
    """Of five standards (24, 24, 30, 48, 96 h) with a tolerance of 1.25: 48 after 24, 24, 30; 96 after four; 30 is not late."""
    hours = np.log([48.0, 24.0, 96.0, 24.0, 30.0])
    assert share_broken(hours, np.log(1.25) + 1e-9) == pytest.approx(7 / 20)
    assert share_broken(np.zeros(5), np.log(1.25)) == 0
    assert share_broken(np.zeros(1), 0.0) == 0


def test_f20_today_s_standards_leave_today_s_failures_and_only_their_change_acts(
    small: Callable[..., Scenario],
) -> None:
    """Among very many employees broken promises are as usual, so that the mean failure rate is the stated one."""
    many = {"market.people": 20_000, "market.customers": 10_000, "staff.customers_each": 5.0, "desk.causes": 0.0}
    scenario = small(**many)
    told = next_month(newborn(scenario), scenario)
    assert told["failure_rate"] == pytest.approx(0.02, rel=0.01)
    assert told["standards_spread"] == pytest.approx(0.5, rel=0.05)


def test_f20_common_standards_come_slowly_and_go_when_they_are_no_longer_paid_for(
    small: Callable[..., Scenario],
) -> None:
    paid = small(**{"consistency.standards": 1e6})
    world = newborn(paid)
    narrowed = []
    for scenario in [paid] * 12 + [small()] * 12:
        next_month(world, scenario)
        narrowed.append(float(world.firm.narrowed[0]))
    assert all(later > earlier for earlier, later in itertools.pairwise(narrowed[:12]))
    assert narrowed[11] == pytest.approx(0.9 * (1 - (5 / 6) ** 12))
    assert narrowed[23] == pytest.approx(narrowed[11] * (5 / 6) ** 12)


def test_f20_one_employee_breaks_nobody_else_s_promise(small: Callable[..., Scenario]) -> None:
    scenario = small(**{"staff.customers_each": 2_000.0, "desk.causes": 0.0})
    world = newborn(scenario)
    assert next_month(world, scenario)["broken_promises"] == 0
    people = world.touchpoints.kind == PEOPLE
    assert world.touchpoints.rate[people] == pytest.approx(0.6 * world.touchpoints.usual_rate[people])
    assert world.touchpoints.rate[~people] == pytest.approx(world.touchpoints.usual_rate[~people])


def test_f27_intrusions_by_hand() -> None:
    """Five customers: certain intrusions at every ordinary encounter and at no other; satisfaction stops at 0."""
    met, indifferent = np.array([3, 2, 1, 0, 4], np.uint8), np.array([1, 2, 0, 0, 0], np.uint8)
    failed, wowed = np.array([0, 0, 1, 0, 1], np.uint8), np.array([1, 0, 0, 0, 0], np.uint8)
    satisfaction = np.array([0.5, 0.5, 0.5, 0.5, 0.05], np.float32)
    arguments = (np.arange(5, dtype=np.int32), np.zeros(5, np.uint16), np.uint64(7))
    total = kernels.service.intrude(*arguments, 1.0, 0.1, met, indifferent, failed, wowed, satisfaction)
    assert total == 1 + 3
    assert satisfaction == pytest.approx([0.4, 0.5, 0.5, 0.5, 0.0])


def test_f27_intrusions_are_binomial_and_fewer_of_them_spare_the_same_people() -> None:
    n, none = 200_000, np.zeros(200_000, np.uint8)
    rows, met = np.arange(n, dtype=np.int32), np.full(n, 4, np.uint8)
    counts = []
    for chance in (0.3, 0.1):
        satisfaction = np.full(n, 100.0, np.float32)
        kernels.service.intrude(
            rows, np.zeros(n, np.uint16), np.uint64(7), chance, 1.0, met, none, none, none, satisfaction
        )
        counts.append(100 - satisfaction)
        expected = 4 * chance
        assert abs(counts[-1].mean() - expected) < 4 * np.sqrt(expected * (1 - chance) / n)
        assert abs((counts[-1] == 0).mean() - (1 - chance) ** 4) < 4 * 0.5 / np.sqrt(n)
    assert (counts[1] <= counts[0]).all()


def test_f27_kindnesses_delight_from_the_next_month_and_fade(small: Callable[..., Scenario]) -> None:
    paid = small(**{"manners.kindnesses": 1e6})
    world = newborn(paid)
    for scenario, expected in ((paid, 0.04 / 3), (paid, 0.04 * 5 / 9), (small(), 0.04 * 10 / 27)):
        next_month(world, scenario)
        assert world.firm.wow_added[0] == pytest.approx(expected)
