"""Each lever moves what it should, in the right direction: paired on common luck, at least three standard errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from loyaltysim.model import metric_columns, simulate
from loyaltysim.scenario import Scenario
from tests.support.worlds import MARKET, PAIRS

pytestmark = pytest.mark.markets

DIRECTIONS = [
    ("F11 staff training", "staff.training", 2_000.0, "grievances", -1),
    ("F14 staff treatment", "staff.treatment", 2_000.0, "indifferent_encounters", -1),
    ("F11 staff empowerment", "staff.empowerment", 2_000.0, "care_mean", +1),
    ("F27 staff sharing", "staff.sharing", 2_000.0, "care_mean", +1),
    ("F15 staff selectivity", "staff.selectivity", 5_000.0, "care_mean", +1),
    ("F15 voice budget", "voice.budget", 2_000.0, "complaints", +1),
    ("F23 voice budget", "voice.budget", 2_000.0, "silent_share_of_lost", -1),
    ("F30 desk budget", "desk.budget", 4_000.0, "response_time", -1),
    ("F7 desk budget", "desk.budget", 4_000.0, "left_indifference", -1),
    ("F30 desk compensation", "desk.compensation", 200.0, "left", -1),
    ("F32 desk causes", "desk.causes", 0.9, "failure_rate", -1),
    ("K6 advertising budget", "advertising.budget", 20_000.0, "joined", +1),
    ("F6 winback budget", "winback.budget", 10_000.0, "returned", +1),
]


@pytest.fixture(scope="module")
def scenario(small: Callable[..., Scenario]) -> Scenario:
    strategies = {"as today": {}} | {
        f"{lever} -> {metric}": {lever: value} for _, lever, value, metric, _ in DIRECTIONS
    }
    return small(**MARKET, strategies=strategies)


@pytest.fixture(scope="module")
def figures(scenario: Scenario) -> dict[str, list[dict[str, float]]]:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in scenario.strategies}
    for replication in range(PAIRS):
        for record in simulate(scenario, replication, list(scenario.strategies)):
            runs[record.strategy].append(record.figures)
    return runs


@pytest.mark.parametrize(
    ("lever", "metric", "sign"),
    [(lever, metric, sign) for _, lever, _, metric, sign in DIRECTIONS],
    ids=[case[0] for case in DIRECTIONS],
)
def test_a_lever_moves_what_it_should(
    figures: dict[str, list[dict[str, float]]], lever: str, metric: str, sign: int
) -> None:
    with_it, today = figures[f"{lever} -> {metric}"], figures["as today"]
    moved = np.array([a[metric] - b[metric] for a, b in zip(with_it, today, strict=True)]) * sign
    assert moved.mean() > 3 * moved.std(ddof=1) / np.sqrt(PAIRS)


def test_a_good_recovery_never_makes_failures_profitable(small: Callable[..., Scenario]) -> None:
    """The same market with more failures is worth less, however good its desk (K8, Knox and van Oest)."""
    desk = {**MARKET, "desk.budget": 4_000.0, "voice.unprompted": 0.9}
    few, many = (simulate(small(**{**desk, "touchpoints.failure": rate}), 0, ["as today"])[0] for rate in (0.02, 0.1))
    assert many.figures["npv"] < few.figures["npv"]


def test_in_a_world_without_rivals_nobody_is_with_one(small: Callable[..., Scenario]) -> None:
    world = small(**{"rivals": {"on": False}})
    record = simulate(world, 0, ["as today"])[0]
    assert record.figures["left"] > 0
    assert record.months[:, metric_columns()["rival_customers"]].max() == 0
