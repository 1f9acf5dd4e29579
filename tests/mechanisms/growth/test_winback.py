"""Whom win-back calls, and that its money is spent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from loyaltysim.core.codes import DIED, FRIENDS, INDIFFERENCE, LOST, MOVED, RIVAL
from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.records import Report
from loyaltysim.mechanisms import form
from loyaltysim.scenario import Scenario
from tests.support.worlds import newborn, played

LEFT = {  # margin ($/month), reason, month of leaving, tried before
    "worth most, but dead": (90.0, DIED, 5, 0),
    "moved away": (85.0, MOVED, 5, 0),
    "tried before": (80.0, RIVAL, 5, 1),
    "left this month": (75.0, RIVAL, 40, 0),
    "left long ago": (70.0, RIVAL, 4, 0),
    "a": (10.0, RIVAL, 5, 0),
    "b": (50.0, FRIENDS, 39, 0),
    "c": (30.0, INDIFFERENCE, 20, 0),
    "d": (20.0, RIVAL, 20, 0),
    "e": (40.0, RIVAL, 20, 0),
}


@pytest.mark.parametrize(
    ("budget", "called", "spent"),
    [
        (600.0, {"b"}, 600.0),
        (1_080.0, {"b", "e"}, 1_080.0),
        (1_070.0, {"b", "c"}, 960.0),  # whom the purse cannot pay is passed over
        (9_000.0, {"a", "b", "c", "d", "e"}, 1_800.0),
    ],
)
def test_the_most_valuable_who_can_return_are_called_first(
    small: Callable[..., Scenario], budget: float, called: set[str], spent: float
) -> None:
    """By hand: an attempt costs 1,000 $ for each expected dollar of a year, 1,000 x .001 x 12 = 12 times the monthly margin."""
    dear = {"winback.cost_per_dollar": 1_000.0, "winback.success": 0.001, "winback.reach": 36}  # so that nobody returns
    winback = small(**dear, **{"winback.budget": budget}).mechanism("winback")
    world = newborn(small())
    world.month, people, rows = 40, world.people, np.arange(len(LEFT))
    people.status[rows] = LOST
    people.margin[rows], people.reason[rows], people.left_month[rows], people.attempted[rows] = zip(
        *LEFT.values(), strict=True
    )
    report = Report(form())
    winback.step(world, RngStream(1, 0, "winback", 40), report)
    names = [name for name, tried in zip(LEFT, people.attempted, strict=False) if tried]
    assert set(names) - {"tried before"} == called
    assert report["cost_winback"] == pytest.approx(spent)
    assert report["winback_attempts"] == len(called)


def test_a_modest_winback_budget_is_spent(small: Callable[..., Scenario]) -> None:
    spent = [report["cost_winback"] for _, report in played(small(**{"winback.budget": 500.0}), 12)]
    assert sum(spent) > 0.9 * 500 * 12


def test_money_for_winning_back_is_spent_or_carried_over(small: Callable[..., Scenario]) -> None:
    scenario, spent = small(**{"winback.budget": 3_000.0, "market.burn_in": 0}), 0.0
    for month, (world, report) in enumerate(played(scenario, 12), start=1):
        spent += report["cost_winback"]
        assert spent + world.firm.purse[0] == pytest.approx(3_000 * month, rel=1e-9)
    assert spent > 0
