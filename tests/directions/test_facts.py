"""The sources' first claims, each as a change of the world that moves what it should: three standard errors on common luck."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from loyaltysim.mechanisms import MONTH
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario
from tests.support.conserved import check_dollars, check_people
from tests.support.worlds import MARKET, PAIRS, played

pytestmark = pytest.mark.markets

ANSWERED = {**MARKET, "desk.budget": 2_000.0}
"""A market whose desk answers what is voiced."""
WINNING_BACK = {"winback.budget": 40_000.0}
DIRECTIONS: list[tuple[str, dict[str, Any], dict[str, Any], str, int]] = [
    ("F1 indifference", {}, {"grievance.indifference": 0.2}, "left_indifference", +1),
    ("F2 moved", {}, {"departure.moved": 0.01}, "left_moved", +1),
    ("F2 rivals", {}, {"rivals.base": 0.01}, "left_rival", +1),
    ("F2 product", {}, {"grievance.product": 0.6}, "left_product", +1),
    ("F3 voice", {}, {"voice.unprompted": 0.8}, "silent_share_of_lost", -1),
    ("F4 told", {}, {"word_of_mouth.told_when_unhappy": 20.0}, "messages_bad", +1),
    ("F4 told keeps away", {}, {"word_of_mouth.told_when_unhappy": 30.0}, "joined", -1),
    ("F4 blame", {}, {"joining.blame": 2.0}, "joined", -1),
    ("F5 told", {}, {"word_of_mouth.told_when_happy": 10.0}, "messages_good", +1),
    ("F6 price", WINNING_BACK, {**WINNING_BACK, "winback.cost_per_dollar": 5.0}, "winback_returned", +1),
    ("F7 resolved", {"voice.unprompted": 0.8}, {"voice.unprompted": 0.8, "recovery.kept.resolved_fast": 0.3}, "left_indifference", +1),
    ("F7 silent", {}, {"recovery.kept.silent": 0.5}, "left_indifference", -1),
    ("F28 praise", {}, {"joining.praise": 0.02}, "joined_by_talk", +1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("usual", "changed", "metric", "sign"), [case[1:] for case in DIRECTIONS], ids=[case[0] for case in DIRECTIONS]
)
def test_it_moves_what_it_should(
    small: Callable[..., Scenario], usual: dict[str, Any], changed: dict[str, Any], metric: str, sign: int
) -> None:
    def figures(changes: dict[str, Any]) -> np.ndarray:
        scenario = small(**{**ANSWERED, **changes})
        return np.array([simulate(scenario, number, ["as today"])[0].figures[metric] for number in range(PAIRS)])

    moved = sign * (figures(changed) - figures(usual))
    assert moved.mean() > 3 * moved.std(ddof=1) / np.sqrt(PAIRS)


SWITCHES = [mechanism.key for mechanism in MONTH if not mechanism.always]


def off_with_dependents(key: str) -> dict[str, bool]:
    """Switch a mechanism off, and those that make no sense without it."""
    off = {key}
    while more := {other.key for other in MONTH if off & set(other.needs)} - off:
        off |= more
    return {f"{other}.on": False for other in off}


@pytest.mark.parametrize("key", SWITCHES)
def test_without_any_mechanism_the_month_runs_and_conserves(small: Callable[..., Scenario], key: str) -> None:
    scenario = small(**{**ANSWERED, "voice.unprompted": 0.5, "surveys.budget": 500.0, **off_with_dependents(key)})
    before: float = scenario.market.customers
    for world, report in played(scenario, 6):
        check_people(world, report, before)
        check_dollars(report)
        before = report["customers"]
