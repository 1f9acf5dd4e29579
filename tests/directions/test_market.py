"""Unequal values (F10), rivals (F9, F26, F37), the kept promise (F9), complexity (F17): directions and what is conserved.

Directions are paired on common luck; a difference must be at least three standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER, LOST, NONE
from loyaltysim.model import metric_columns, simulate
from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import stationary_start
from tests.support.worlds import CONTESTED, PAIRS, newborn, played

pytestmark = pytest.mark.markets
MUCH_ADVERTISING = {"strategies": {"today": {"advertising.budget": {"add": 30_000}}}}
BETTER_RIVALS = {"rivals.improves": 0.1}
LONG = {"market.burn_in": 48}  # the drawn must first be customers
DEFENDED = {**LONG, "rivals.defence": 10.0}
KEPT: dict[str, Any] = {"strategies": {"today": {"staff.training": {"add": 20_000}}}}
ANSWERED = {**MUCH_ADVERTISING, "rivals.reaction": 1.0}
DIRECTIONS: list[tuple[str, dict[str, Any], dict[str, Any], str, int]] = [
    ("F9 promise", {}, {"value_promise.budget": 8_000.0}, "left_rival", -1),
    ("F9 indifferent", {}, {"rivals.indifferent": 0.2}, "left_rival", -1),
    ("F9 offers", {}, {"rivals.offers": 0.4}, "left_rival", +1),
    ("F9 offer_ratio", {"rivals.offers": 0.4}, {"rivals.offer_ratio": 4.0}, "left_rival", +1),
    ("F17 growth", {}, {"complexity.growth": 0.5}, "encounters", +1),
    ("F17 growth grieves", {}, {"complexity.growth": 1.0}, "grievances", +1),
    ("F17 after_sale", {"complexity.growth": 0.5}, {"complexity.after_sale": 0.8}, "encounters", +1),
    ("F17 simplify", {}, {"complexity.simplify": 10_000.0}, "encounters", -1),
    ("F17 simplify spares", {}, {"complexity.simplify": 40_000.0, "complexity.pace": 0.5}, "left", -1),
    ("F24 susceptibility", {"staff.want": 0.8}, {"staff.treatment": 3_000.0}, "satisfaction", +1),
    ("F25 forgiveness", {}, {"grievance.forgiveness": 24.0}, "grievances", -1),
    ("F26 zero_sum", {}, {"rivals.zero_sum": True}, "won_from_rivals", +1),
    ("F26 zero_sum loses", {}, {"rivals.zero_sum": True}, "lost_to_rivals", +1),
    ("F26 share", {}, {"rivals.share": 0.9}, "won_from_rivals", +1),
    ("F36 value first clv", {"touchpoints.failure": 0.06}, {"touchpoints.failure": 0.02}, "clv", +1),
    ("F36 value first npv", {"touchpoints.failure": 0.06}, {"touchpoints.failure": 0.02}, "npv", +1),
    ("F36 value first left", {"touchpoints.failure": 0.06}, {"touchpoints.failure": 0.02}, "left", -1),
    ("F37 quality", {}, {"rivals.quality": [0.8]}, "left_rival", +1),
    ("F37 quality holds", {"rivals.share": 0.9}, {"rivals.quality": [0.9]}, "joined", -1),
    ("F37 one of several", {"rivals.quality": [0.5, 0.5]}, {"rivals.quality": [0.5, 0.9]}, "left_rival", +1),
    ("F37 improves", {}, {"rivals.improves": 0.2}, "left_rival", +1),
    ("F37 standard", BETTER_RIVALS, {**BETTER_RIVALS, "satisfaction.rival_standard": 2.0}, "satisfaction", -1),
    ("F37 ratchet", {}, {"satisfaction.ratchet": 0.3}, "satisfaction", -1),
    ("F21 answer lures", MUCH_ADVERTISING, ANSWERED, "left_rival", +1),
    ("F21 answer drowns", MUCH_ADVERTISING, ANSWERED, "joined_by_advertising", -1),
    ("F21 price war", ANSWERED, {**ANSWERED, "rivals.price_war": 0.8}, "left_rival", +1),
    ("F21 defence offers", {**LONG, **KEPT}, {**LONG, **KEPT, "rivals.defence": 10.0}, "rival_offers", +1),
    ("F21 defence lures", {**LONG, **KEPT}, {**LONG, **KEPT, "rivals.defence": 10.0}, "left_rival", +1),
    ("F21 defence answers", DEFENDED, {**DEFENDED, **KEPT}, "rival_offers", +1),
    ("fickle draw", {}, {"joining.fickle_draw": 1.0}, "fickleness_by_advertising", +1),
    ("fickle draw is lost sooner", LONG, {**LONG, "joining.fickle_draw": 1.0}, "churn_annual", +1),
]


def figures_of(small: Callable[..., Scenario], *changes: dict[str, Any]) -> list[dict[str, float]]:
    given: dict[str, Any] = {**CONTESTED, "strategies": {"today": {}}}
    for more in changes:
        given |= more
    scenario = small(**given)
    return [simulate(scenario, replication, ["today"])[0].figures for replication in range(PAIRS)]


@pytest.mark.parametrize(
    ("usual", "changed", "metric", "sign"), [case[1:] for case in DIRECTIONS], ids=[case[0] for case in DIRECTIONS]
)
def test_it_moves_what_it_should(
    small: Callable[..., Scenario], usual: dict[str, Any], changed: dict[str, Any], metric: str, sign: int
) -> None:
    before, after = figures_of(small, usual), figures_of(small, usual, changed)
    moved = np.array([b[metric] - a[metric] for a, b in zip(before, after, strict=True)]) * sign
    assert moved.mean() > 3 * moved.std(ddof=1) / np.sqrt(PAIRS)


def test_advertising_wins_the_fickle_and_talk_does_not(small: Callable[..., Scenario]) -> None:
    """Item 7: of equal people, those whom advertising brings are the fickler."""
    runs = figures_of(small, {"joining.praise": 0.02})
    gap = np.array([run["fickleness_by_advertising"] - run["fickleness_by_talk"] for run in runs])
    assert gap.mean() > 3 * gap.std(ddof=1) / np.sqrt(PAIRS)


def test_rivals_who_do_not_react_leave_no_trace_of_our_advertising(small: Callable[..., Scenario]) -> None:
    assert all(run["rival_answer"] == 0 for run in figures_of(small, MUCH_ADVERTISING))
    assert all(run["rival_answer"] > 0 for run in figures_of(small, ANSWERED))
    assert all(run["rival_answer"] == 0 for run in figures_of(small, {"rivals.reaction": 1.0}))


def test_rivals_defend_nothing_until_they_have_gained_less(small: Callable[..., Scenario]) -> None:
    """Month 1 still looks back on the usual; and who gains more than usual never answers."""
    better = {
        **DEFENDED,
        "strategies": {"today": {"desk.budget": 0.0, "advertising.budget": 0.0}},
        "rivals.improves": 0.3,
    }
    assert all(run["rival_offers"] == 0 for run in figures_of(small, better))
    kept = small(**{**CONTESTED, **LONG, **KEPT, "rivals.defence": 1_000.0})
    offers = simulate(kept, 0, ["today"])[0].months[:, metric_columns()["rival_offers"]]
    assert offers[:2].sum() == 0
    assert offers[2:].sum() > 10


def test_a_pilot_shows_the_rivals_defence_among_both_arms_f21(small: Callable[..., Scenario]) -> None:
    """They answer the firm, not an arm: the control loses customers too, so that the pilot hides some of the answer."""
    plan = {**KEPT["strategies"]["today"], "pilot": {"share": 0.5, "months": 18, "desk": "own"}}
    found: dict[float, list[Any]] = {}
    for defence in (0.0, 60.0):
        given = {**CONTESTED, **LONG, "months": 18, "rivals.defence": defence, "strategies": {"tried": plan}}
        scenario = small(**given)
        found[defence] = [simulate(scenario, replication, ["tried"])[0] for replication in range(PAIRS)]
    pairs = list(zip(found[0.0], found[60.0], strict=True))
    offers = np.array([b.figures["rival_offers"] - a.figures["rival_offers"] for a, b in pairs])
    truth = np.array([a.pilot.truth - b.pilot.truth for a, b in pairs])
    flatters = np.array([b.pilot.estimate - b.pilot.truth - (a.pilot.estimate - a.pilot.truth) for a, b in pairs])
    for moved in (offers, truth, flatters):
        assert moved.mean() > 3 * moved.std(ddof=1) / np.sqrt(PAIRS)


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_the_top_tenth_pay_the_stated_share_f10(small: Callable[..., Scenario], share: float) -> None:
    world = newborn(small(**{"market.people": 100_000, "market.top_tenth_share": share, "market.burn_in": 0}))
    margin = np.sort(world.people.margin.astype(float))
    assert margin[-10_000:].sum() / margin.sum() == pytest.approx(share, abs=0.02)
    assert margin.mean() == pytest.approx(40, rel=0.05)


def test_a_share_and_the_spread_that_has_it_are_the_same_market_f10(small: Callable[..., Scenario]) -> None:
    """Worked out by hand: log-sd sqrt(ln 3.25) = 1.0857, and P(z < 1.0857 - 1.2816) = 0.4224."""
    by_share, by_spread = (
        newborn(small(**setting)).people.margin for setting in ({"market.top_tenth_share": 0.42236}, {})
    )
    np.testing.assert_allclose(by_share, by_spread, rtol=1e-3)


def test_lost_value_and_its_top_tenth_are_those_of_the_leavers_f10(small: Callable[..., Scenario]) -> None:
    scenario = small(**{"departure.moved": 0.02, "market.top_tenth_share": 0.6})
    for world, report in played(scenario, 12):
        people, top = world.people, world.firm.top_margin[0]
        left = (people.status == LOST) & (people.left_month == world.month)
        assert np.count_nonzero(left) == report["left"]
        assert report["lost_margin"] == pytest.approx(people.margin[left].astype(float).sum(), rel=1e-6)
        best = left & (people.margin >= top)
        assert np.count_nonzero(best) == report["left_top_tenth"]
        assert report["lost_margin_top_tenth"] == pytest.approx(people.margin[best].astype(float).sum(), rel=1e-6)
    assert 0.3 < report["value_share_top_tenth"] < 0.9


@pytest.mark.parametrize("zero_sum", [False, True])
def test_rivals_win_and_lose_whom_we_lose_and_win_f26(small: Callable[..., Scenario], zero_sum: bool) -> None:
    """Every change of the rivals' customers is a customer of ours lost or won, or a newcomer's choice: exact."""
    busy = {"departure.died": 0.02, "departure.moved": 0.02, "winback.budget": 3_000.0, "joining.forget": 6}
    busy |= {"rivals.defence": 20.0}
    before = None
    for world, report in played(small(**busy, **{"rivals.zero_sum": zero_sum, "rivals.base": 0.02}), 24):
        if before is not None:
            flows = report["lost_to_rivals"] + report["rival_newcomers"] - report["won_from_rivals"]
            assert report["rival_customers"] == before + flows
        if zero_sum:
            unsupplied = report["left_died"] + report["left_moved"]
            assert report["customers"] + report["rival_customers"] + unsupplied == world.people.rows
            assert report["won_from_rivals"] == report["joined"] + report["returned"]
            assert report["lost_to_rivals"] == report["left"] - unsupplied
        before = report["rival_customers"]


@pytest.mark.parametrize(
    ("lever", "metric", "pace", "start"),
    [("value_promise.budget", "promise_trusted", 0.08, 0.0), ("complexity.simplify", "contacts_ratio", 0.05, 1.0)],
)
def test_a_programme_saturates_and_decays_when_it_stops(
    small: Callable[..., Scenario], lever: str, metric: str, pace: float, start: float
) -> None:
    spent = {
        f"{money}": {lever: {"value": money, "from": "2027-01", "to": "2027-12"}} for money in (2_000, 4_000, 6_000)
    }
    scenario = small(**{"strategies": spent, "months": 36, "market.burn_in": 0})
    runs = simulate(scenario, 0, list(spent))
    months = [abs(run.months[:, metric_columns()[metric]] - start) for run in runs]
    assert 0 < months[0][12] < months[1][12] < months[2][12]
    assert months[2][12] - months[1][12] < months[1][12] - months[0][12]
    assert months[2][36] == pytest.approx(months[2][12] * (1 - pace) ** 24, rel=1e-9)


def test_too_much_can_be_spent_on_promise_and_on_simplicity_k8(small: Callable[..., Scenario]) -> None:
    """Each lever's net present value is best at neither end of its grid."""
    grid = (0, 500, 2_000, 4_000, 16_000)
    lured = {**CONTESTED, "rivals.base": 0.03, "months": 48}
    growing = {"complexity.after_sale": 0.8, "complexity.effect": 0.6, "complexity.growth": 0.2, "complexity.pace": 0.3}
    # each in a market that needs it: a promise commits the satisfied, and where contacts double hardly anyone is
    markets = {
        "value_promise.budget": {**lured, "value_promise.pace": 0.3},
        "complexity.simplify": {**lured, **growing, "complexity.scale": 2_000.0},
    }
    for lever, market in markets.items():
        scenario = small(**market, strategies={f"{money}": {lever: float(money)} for money in grid})
        worth = np.zeros(len(grid))
        for replication in range(PAIRS):
            worth += [run.figures["npv"] for run in simulate(scenario, replication, list(scenario.strategies))]
        assert 0 < int(np.argmax(worth)) < len(grid) - 1, lever


def test_quality_lures_by_its_formula_f37(small: Callable[..., Scenario]) -> None:
    """Two rivals at 0.5 and 0.75 with slope 2: the mean of 1 and exp(0.5)."""
    scenario = small(**{"rivals.quality": [0.5, 0.75], "market.burn_in": 0})
    _, report = next(played(scenario, 1))
    assert report["lure_ratio"] == pytest.approx((1 + math.exp(0.5)) / 2)
    assert report["rival_quality"] == 0.75


@pytest.mark.parametrize("zero_sum", [False, True])
def test_month_0_has_its_customers_where_many_die_in_a_nearly_full_market(
    small: Callable[..., Scenario], zero_sum: bool
) -> None:
    """99 of 100 are customers and a fifth die or move a month: newcomers take their places at once."""
    crowded = {"market.people": 100, "market.customers": 99, "departure.died": 0.1, "departure.moved": 0.1}
    for seed in range(5):
        scenario = small(**crowded, **{"seed": seed, "rivals.zero_sum": zero_sum})
        world, start = stationary_start(scenario, seed, 0)
        assert start["customers"] == np.count_nonzero(world.people.status == CUSTOMER) == 99
        assert world.people.founder.sum() == 99
        assert (world.people.reason[world.people.founder == 1] == NONE).all()
        record = simulate(scenario, 0, list(scenario.strategies)[:1])[0]
        at = {name: record.months[:, number] for name, number in metric_columns().items()}
        assert at["customers"][0] == at["customers_start"][1] == 99
        flows = at["customers"][:-1] + (at["joined"] + at["returned"] - at["left"])[1:]
        np.testing.assert_array_equal(flows, at["customers"][1:])
        gained = (at["lost_to_rivals"] + at["rival_newcomers"] - at["won_from_rivals"])[1:]
        np.testing.assert_array_equal(at["rival_customers"][:-1] + gained, at["rival_customers"][1:])
