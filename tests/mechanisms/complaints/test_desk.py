"""The desk's queue and the win-back purse, where rounding or one rich customer once decided the answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from loyaltysim.kernels import case_desk
from loyaltysim.scenario import Scenario
from tests.support.kernel_parts import from_python
from tests.support.worlds import played

NEVER = -1e9

handle = from_python(case_desk.handle)


def finishing(hours: float, handler_hours: float = 160.0, cases: int = 400) -> np.ndarray:
    """Give when each of so many cases of a fixed stream is done, at a desk of so many hours a month."""
    opened = np.sort(np.random.default_rng(1).uniform(0, 1, cases))
    effort = np.random.default_rng(2).exponential(1.0, cases)
    due = np.full(cases, np.inf)
    full = int(hours // handler_hours)
    handle(
        np.arange(cases),
        0,
        opened,
        effort,
        np.zeros(cases),
        due,
        np.full(full, NEVER),
        handler_hours,
        NEVER,
        hours - full * handler_hours,
    )
    return due - opened


@pytest.mark.parametrize("full", [1, 2, 5])
def test_an_hour_more_never_makes_the_desk_slower(full: int) -> None:
    before, after = (finishing(160.0 * full + more, cases=100 * full) for more in (-0.5, 0.5))
    assert np.isfinite(after).sum() >= np.isfinite(before).sum()
    handled = np.isfinite(before) & np.isfinite(after)
    assert np.median(after[handled]) == pytest.approx(np.median(before[handled]), rel=0.02)


def test_one_handler_takes_cases_first_come_first_served() -> None:
    opened, effort, due = np.array([0.0, 0.1, 0.9]), np.array([80.0, 16.0, 16.0]), np.full(3, np.inf)
    handle(np.arange(3), 0, opened, effort, np.zeros(3), due, np.full(1, NEVER), 160.0, NEVER, 0.0)
    assert due.tolist() == pytest.approx([0.5, 0.6, 1.0])


def test_what_no_handler_begins_this_month_waits() -> None:
    opened, effort, due = np.array([0.0, 0.5]), np.array([320.0, 1.0]), np.full(2, np.inf)
    handle(np.arange(2), 0, opened, effort, np.zeros(2), due, np.full(1, NEVER), 160.0, NEVER, 0.0)
    assert due[0] == pytest.approx(2.0)
    assert due[1] == np.inf


def test_a_handler_stays_busy_into_the_next_month(small: Callable[..., Scenario]) -> None:
    scenario = small(
        **{"desk.budget": 8_400.0, "desk.hours_a_case": 40.0, "grievance.indifference": 0.5, "voice.unprompted": 0.9}
    )
    carried = [
        world.handlers.free_at[: world.firm.handlers_now[0]].max() > world.month + 1 for world, _ in played(scenario, 6)
    ]
    assert any(carried)
