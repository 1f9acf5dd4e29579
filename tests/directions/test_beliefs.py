"""What leaders believe (F15, F16, F34) and what surveys find (F23): directions, what is right by hand, and where more is too much.

Directions are paired on common luck; a difference must be at least three standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from loyaltysim.core.touchpoint_table import PEOPLE
from loyaltysim.model import metric_columns, simulate
from loyaltysim.scenario import Scenario
from tests.support.outspoken import GOOD_DESK, OUTSPOKEN, SURVEYED, figures_of
from tests.support.worlds import PAIRS, played

pytestmark = pytest.mark.markets
FEW = [
    {"name": "clerk", "stage": "shopping", "kind": "people", "importance": 4.0, "failure": 4.0, "fix_cost": 4_000.0},
    {"name": "queue", "stage": "shopping", "kind": "people", "importance": 2.0, "failure": 4.0, "fix_cost": 4_000.0},
    {"name": "price list", "stage": "search", "kind": "communication", "importance": 2.0, "failure": 0.2, "fix_cost": 4_000.0},
    {"name": "name", "stage": "search", "kind": "brand", "importance": 2.0, "failure": 0.2, "fix_cost": 4_000.0},
]  # fmt: skip
"""Two where much fails and two where hardly anything does."""
MENDED = {
    "touchpoints.table": FEW,
    "touchpoints.failure": 0.1,
    "touchpoints.belief": 1.0,
    "touchpoints.repair": 300.0,
    "consistency.on": False,
    "desk.causes": 0.0,
    "grievance.product": 0.3,
}
BLIND = {**MENDED, "leaders.layers": 8, "leaders.loss": 0.1, "leaders.flattery": 0.3}
HEARD = {
    "voice.unprompted": 0.9,
    "touchpoints.failure": 0.05,
    "touchpoints.belief": 1.0,
    "touchpoints.repair": 4_000.0,
    "desk.causes": 0.0,
    "grievance.product": 0.3,
}
"""The usual touchpoints, of which much fails, is voiced, and is mended as the leaders believe."""
PAID = {"desk.compensation": 100.0, "voice.unprompted": 0.8}
CLAIMED = {**PAID, "false_claims.most": 0.02}
FLATTERED = {"leaders.layers": 8, "leaders.loss": 0.1, "leaders.flattery": 0.3}
DIRECTIONS: list[tuple[str, dict[str, Any], dict[str, Any], str, int]] = [
    ("F16 layers lose", {}, {"leaders.layers": 8}, "leaders_heard", -1),
    ("F16 loss", {}, {"leaders.loss": 0.6}, "leaders_heard", -1),
    ("F16 flattery", {}, {"leaders.flattery": 0.4}, "believed_people", -1),
    ("F16 layers flatter", {"leaders.loss": 0.0}, {"leaders.loss": 0.0, "leaders.layers": 8}, "believed_wrongly", +1),
    ("F16 memory", {}, {"leaders.memory": 0.0}, "believed_wrongly", +1),
    ("F16 layers and failures", {**BLIND, "leaders.layers": 0}, BLIND, "failure_rate", +1),
    ("F16 layers and money", {**BLIND, "leaders.layers": 0}, BLIND, "grievances_product", +1),
    ("F16 going by belief", {**BLIND, "touchpoints.belief": 0.0}, BLIND, "failure_rate", +1),
    ("F15 listening", BLIND, {**BLIND, "leaders.listening": 3_000.0}, "believed_wrongly", -1),
    ("F15 listening mends", BLIND, {**BLIND, "leaders.listening": 3_000.0}, "failure_rate", -1),
    ("F16 loss mends less", HEARD, {**HEARD, "leaders.loss": 0.6}, "mended_share", -1),
    ("F16 no loss mends more", HEARD, {**HEARD, "leaders.loss": 0.0}, "mended_share", +1),
    ("F16 layers mend less", HEARD, {**HEARD, "leaders.layers": 8}, "mended_share", -1),
    ("F16 silence mends less", HEARD, {**HEARD, "voice.unprompted": 0.2}, "mended_share", -1),
    ("F16 an audit mends more", HEARD, {**HEARD, "touchpoints.audit": 1_000.0}, "mended_share", +1),
    ("F15 listening mends more", HEARD, {**HEARD, "leaders.listening": 3_000.0}, "mended_share", +1),
    ("F34 price", {}, {"win_loss.blames_price": 0.9}, "told_lost_rival", +1),
    ("F34 relationship", {}, {"win_loss.claims_relationship": 0.9}, "told_won_relationship", +1),
    ("F34 outsiders", {}, {"win_loss.asked_of_sales": 0.2}, "told_lost_indifference", +1),
    ("F23 budget finds", GOOD_DESK, SURVEYED, "grievances_found", +1),
    ("F23 found are handled", GOOD_DESK, SURVEYED, "acknowledged", +1),
    ("F23 found are kept", GOOD_DESK, {**SURVEYED, "surveys.response": 0.9}, "left_indifference", -1),
    ("F23 silence", GOOD_DESK, SURVEYED, "silent_share_of_lost", -1),
    ("F23 error", SURVEYED, {**SURVEYED, "surveys.budget": 500.0}, "survey_error", +1),
    ("F23 price", SURVEYED, {**SURVEYED, "surveys.price": 8.0}, "surveyed", -1),
    ("F23 response", SURVEYED, {**SURVEYED, "surveys.response": 0.6}, "grievances_found", +1),
    ("F23 telling", SURVEYED, {**SURVEYED, "surveys.telling": 0.3}, "grievances_found", -1),
    ("asking costs", SURVEYED, {**SURVEYED, "surveys.goodwill": 0.05}, "satisfaction", -1),
    ("asking often costs", SURVEYED, {**SURVEYED, "survey_fatigue.weariness": 10.0}, "satisfaction", -1),
    ("asking often by voice", {"voice.budget": 4_000.0}, {"voice.budget": 4_000.0, "survey_fatigue.weariness": 3.0}, "satisfaction", -1),
    ("asks are remembered", SURVEYED, {**SURVEYED, "survey_fatigue.memory": 0.95}, "asks_felt", +1),
    ("asked often, answers less", SURVEYED, {**SURVEYED, "survey_fatigue.refusal": 0.5}, "survey_answers", -1),
    ("intention", SURVEYED, {**SURVEYED, "surveys.intends_below": 0.5}, "survey_intention", +1),
    ("behaviour", {}, {"recovery.behaviour": 0.5}, "left", +1),
    ("repeated", {"grievance.indifference": 0.3}, {"grievance.indifference": 0.3, "recovery.repeat_factor": 0.2}, "left_indifference", +1),
    ("repeated within", {"recovery.kept.silent": 0.6}, {"recovery.kept.silent": 0.6, "grievance.memory": 24}, "grievances_repeated", +1),
    ("false claims", {"voice.unprompted": 0.8}, PAID, "false_claims", +1),
    ("false claims cost", PAID, CLAIMED, "cost_compensation", +1),
    ("false claims crowd out", PAID, CLAIMED, "acknowledged", -1),
    ("false claims seen through", CLAIMED, {**CLAIMED, "false_claims.detected": 0.9}, "cost_compensation", -1),
    ("false claims scale", CLAIMED, {**CLAIMED, "false_claims.scale": 1_000.0}, "false_claims", -1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("usual", "changed", "metric", "sign"), [case[1:] for case in DIRECTIONS], ids=[case[0] for case in DIRECTIONS]
)
def test_it_moves_what_it_should(
    small: Callable[..., Scenario], usual: dict[str, Any], changed: dict[str, Any], metric: str, sign: int
) -> None:
    before, after = figures_of(small, usual), figures_of(small, changed)
    moved = np.array([b[metric] - a[metric] for a, b in zip(before, after, strict=True)]) * sign
    assert moved.mean() > 0
    assert moved.mean() > 3 * moved.std(ddof=1) / np.sqrt(PAIRS)


def test_without_layers_leaders_hear_every_complaint_as_it_was_f16(small: Callable[..., Scenario]) -> None:
    for world, report in played(small(**{"leaders.layers": 0, "leaders.memory": 0.0, "voice.unprompted": 0.9}), 6):
        assert report["leaders_heard"] == report["complaints"] == world.touchpoints.seen.sum()
        assert report["leaders_flattered"] == 0


def test_who_flatters_wholly_never_speaks_of_people_f16(small: Callable[..., Scenario]) -> None:
    filtered = {"leaders.layers": 1, "leaders.loss": 0.0, "leaders.flattery": 1.0, "voice.unprompted": 0.9}
    for world, report in played(small(**filtered, **{"market.burn_in": 0}), 6):
        points = world.touchpoints
        assert points.seen[points.kind == PEOPLE].sum() == 0
        assert report["leaders_heard"] == report["complaints"] >= report["leaders_flattered"]
    assert report["true_people"] > 0.3
    assert report["believed_people"] == 0


def test_what_sales_tells_by_hand_f34(small: Callable[..., Scenario]) -> None:
    """Half of what could be blamed on price is, and half of the wins are the relationship; nobody is lost on the way."""
    told = {"win_loss.blames_price": 0.5, "win_loss.claims_relationship": 0.5, "winback.budget": 2_000.0}
    for run in figures_of(small, told, pairs=2):
        excused = run["left_friends"] + run["left_product"] + run["left_indifference"]
        assert run["told_lost_rival"] == pytest.approx(run["left_rival"] + excused / 2)
        assert run["told_lost_product"] == pytest.approx(run["left_product"] / 2)
        assert run["told_lost_died"] == run["left_died"]
        assert run["told_won_relationship"] == pytest.approx((run["joined"] + run["returned"]) / 2)
        assert sum(run[name] for name in run if name.startswith("told_lost_")) == pytest.approx(run["left"])
    honest = figures_of(small, {"win_loss.asked_of_sales": 0.0}, pairs=1)[0]
    assert honest["told_lost_indifference"] == honest["left_indifference"]
    assert honest["told_won_relationship"] == 0


def test_fatigue_and_false_claims_fade_when_their_cause_stops(small: Callable[..., Scenario]) -> None:
    """F20: 12 months of it, then none; 12 more months leave the part that the paces say."""
    year = {"from": "2027-01", "to": "2027-12"}
    strategy = {
        "surveys.budget": {"value": 400.0, **year},
        "desk.compensation": {"value": 100.0, **year},
        "leaders.listening": {"value": 1_000.0, **year},
    }
    scenario = small(**{"strategies": {"a year": strategy}, "months": 24, "voice.unprompted": 0.5})
    months = simulate(scenario, 0, ["a year"])[0].months
    felt, claims, customers = (
        months[:, metric_columns()[name]] for name in ("asks_felt", "false_claims", "customers_start")
    )
    assert felt[13] > 0.5
    assert felt[24] == pytest.approx(felt[13] * 0.8**11)
    chance = claims[1:] / customers[1:]
    assert 0 < chance[6] < chance[12]
    assert chance[23] == pytest.approx(chance[12] * 0.8**11)


def test_what_more_surveying_and_listening_buys_grows_less_and_less(small: Callable[..., Scenario]) -> None:
    for lever, step, metric, world in (
        ("surveys.budget", 1_500.0, "grievances_found", {**GOOD_DESK, "surveys.response": 0.8}),
        ("leaders.listening", 1_000.0, "leaders_heard", {"voice.unprompted": 0.9}),
    ):
        strategies = {str(k): {lever: k * step} for k in range(4)}
        scenario = small(**{**OUTSPOKEN, **world, "strategies": strategies})
        runs = [[run.figures[metric] for run in simulate(scenario, r, list(strategies))] for r in range(PAIRS)]
        gains = np.diff(np.mean(runs, axis=0))
        assert np.all(gains > 0)
        assert np.all(np.diff(gains) < 0), lever


INTERIORS: list[tuple[str, tuple[float, float, float], dict[str, Any]]] = [
    ("surveys.budget", (0.0, 1_000.0, 40_000.0), {**GOOD_DESK, "desk.budget": 20_000.0, "grievance.indifference": 0.3, "surveys.response": 0.6}),
    ("leaders.listening", (0.0, 500.0, 40_000.0), {**BLIND, "touchpoints.repair": 600.0, "months": 48}),
]  # fmt: skip


@pytest.mark.parametrize(("lever", "grid", "world"), INTERIORS, ids=[case[0] for case in INTERIORS])
def test_some_of_a_lever_is_worth_more_than_none_and_than_too_much_k8(
    small: Callable[..., Scenario], lever: str, grid: tuple[float, float, float], world: dict[str, Any]
) -> None:
    strategies = {str(value): {lever: value} for value in grid}
    scenario = small(**{**OUTSPOKEN, **world, "strategies": strategies})
    worth = np.array([[run.figures["npv"] for run in simulate(scenario, r, list(strategies))] for r in range(12)])
    for other in (0, 2):
        gap = worth[:, 1] - worth[:, other]
        assert gap.mean() > 3 * gap.std(ddof=1) / math.sqrt(len(gap)), other
