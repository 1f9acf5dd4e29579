"""Touchpoints (F18 to F20), consistency of promises (F20), small kindnesses and intrusions (F27)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from loyaltysim.core.touchpoint_table import KINDS, PEOPLE, STAGES, default_touchpoints
from loyaltysim.kernels.service import chance_bad
from loyaltysim.model import LoyaltyModel, simulate
from loyaltysim.scenario import Scenario
from tests.support.five_touchpoints import ALONE, FIVE
from tests.support.worlds import MARKET, PAIRS, newborn, next_month

pytestmark = pytest.mark.markets
BY_IMPORTANCE = {"touchpoints.priority.urgency": 0.0, "touchpoints.priority.gap": 0.0, "touchpoints.priority.ease": 0.0}
FAILING = {"touchpoints.failure": 0.1, "consistency.share": 0.8}
LEVERS: dict[str, tuple[float, float]] = {
    "touchpoints.repair": (10_000.0, 40_000.0),
    "consistency.standards": (100.0, 400.0),
    "manners.restraint": (150.0, 600.0),
    "manners.kindnesses": (600.0, 2_400.0),
}
"""Some, and four times as much."""
DIRECTIONS = [
    ("F19", "touchpoints.repair", "failures", -1),
    ("F18", "touchpoints.repair", "score", +1),
    ("F19", "touchpoints.repair", "grievances_product", -1),
    ("F20", "consistency.standards", "broken_promises", -1),
    ("F20", "consistency.standards", "failures", -1),
    ("F27", "manners.restraint", "intrusions", -1),
    ("F27", "manners.restraint", "satisfaction", +1),
    ("F27", "manners.kindnesses", "wows", +1),
    ("F27", "manners.kindnesses", "joined_by_talk", +1),
]
SATURATING = [
    ("touchpoints.repair", "failures", -1),
    ("consistency.standards", "standards_spread", -1),  # promises break at a threshold: the first steps break few less
    ("manners.restraint", "intrusions", -1),
    ("manners.kindnesses", "wows", +1),
]


@pytest.fixture(scope="module")
def figures(small: Callable[..., Scenario]) -> dict[str, np.ndarray]:
    """Give every figure of every strategy as replications in a row, on common luck."""
    strategies: dict[str, Any] = {"as today": {}}
    for lever, amounts in LEVERS.items():
        strategies |= {f"{lever} {name}": {lever: x} for name, x in zip(("some", "more"), amounts, strict=True)}
    scenario = small(**MARKET, **FAILING, strategies=strategies)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in strategies}
    for replication in range(PAIRS):
        for record in simulate(scenario, replication, list(strategies)):
            runs[record.strategy].append(record.figures)
    return {
        f"{name}: {metric}": np.array([run[metric] for run in found])
        for name, found in runs.items()
        for metric in found[0]
    }


def clearly_positive(gaps: np.ndarray) -> bool:
    return bool(gaps.mean() > 3 * gaps.std(ddof=1) / np.sqrt(len(gaps)) and gaps.mean() > 0)


@pytest.mark.parametrize(
    ("lever", "metric", "sign"),
    [case[1:] for case in DIRECTIONS],
    ids=[f"{fact} {lever} {metric}" for fact, lever, metric, _ in DIRECTIONS],
)
def test_a_lever_moves_what_it_should(figures: dict[str, np.ndarray], lever: str, metric: str, sign: int) -> None:
    assert clearly_positive(sign * (figures[f"{lever} more: {metric}"] - figures[f"as today: {metric}"]))


@pytest.mark.parametrize(("lever", "metric", "sign"), SATURATING)
def test_four_times_the_money_has_less_than_four_times_the_effect(
    figures: dict[str, np.ndarray], lever: str, metric: str, sign: int
) -> None:
    today, some, more = (figures[f"{name}: {metric}"] for name in ("as today", f"{lever} some", f"{lever} more"))
    assert clearly_positive(sign * (more - some))
    assert clearly_positive(sign * (4 * (some - today) - (more - today)))


def test_f19_f20_some_repair_earns_more_than_none_and_than_too_much(small: Callable[..., Scenario]) -> None:
    """An interior optimum (K8) where much fails and each of five touchpoints costs 1,000 $ to mend by 63 %."""
    table = [{**row, "fix_cost": 1_000.0} for row in FIVE]
    strategies = {
        name: {"touchpoints.repair": money} for name, money in (("0", 0.0), ("300", 300.0), ("30000", 30_000.0))
    }
    scenario = small(**MARKET, **FAILING, **{"touchpoints.table": table, "strategies": strategies})
    runs = [simulate(scenario, replication, list(strategies)) for replication in range(PAIRS)]
    none, some, most = np.array([[record.figures["npv"] for record in run] for run in runs]).T
    assert clearly_positive(some - none)
    assert clearly_positive(some - most)


def test_f18_the_usual_table_has_a_hundred_touchpoints_of_every_stage_and_kind() -> None:
    rows = default_touchpoints()
    assert len(rows) >= 100
    assert len({row.name for row in rows}) == len(rows)
    cells = Counter((row.stage, row.kind) for row in rows)
    assert set(cells) == {(stage, kind) for stage in STAGES for kind in KINDS}
    assert min(cells.values()) >= 5


def test_f19_repair_mends_in_the_order_of_priority_as_far_as_the_money_goes(small: Callable[..., Scenario]) -> None:
    """By importance: the desk up to .8 for 100 ln 5 = 160.94 $, nothing to mend at the till, the rest at the bill."""
    scenario = small(**{"touchpoints.table": FIVE, **ALONE, **BY_IMPORTANCE, "touchpoints.repair": 200.0})
    world = newborn(scenario)
    told = next_month(world, scenario)
    left = 200 - 100 * np.log(5)
    assert world.touchpoints.mended == pytest.approx([0, 0.8, 0, 1 - np.exp(-left / 100), 0])
    assert told["repair_idle"] == 0
    assert told["cost_repair"] == 200
    usual_rate = 0.02 * np.array([1, 2, 0, 1, 1]) / 1.2
    assert world.touchpoints.rate == pytest.approx(usual_rate * (1 - world.touchpoints.mended))


def test_f19_priority_by_hand(small: Callable[..., Scenario]) -> None:
    """With weight on ease alone the door comes first; on the gap alone the desk, which fails most."""
    only = {f"touchpoints.priority.{name}": 0.0 for name in ("importance", "urgency", "gap", "ease")}
    for name, expected in (("ease", [1, 0.5, 0.5, 0.5, 0.5]), ("gap", [0.5, 1, 0, 0.5, 0.5])):
        scenario = small(**{"touchpoints.table": FIVE, **ALONE, **only, f"touchpoints.priority.{name}": 2.0})
        world = newborn(scenario)
        next_month(world, scenario)
        assert world.touchpoints.precedence == pytest.approx(expected)


def test_f20_what_money_cannot_mend_is_idle_and_what_is_mended_slips_back(small: Callable[..., Scenario]) -> None:
    scenario = small(**{"touchpoints.table": FIVE, **ALONE, "touchpoints.repair": 1_000.0})
    world = newborn(scenario)
    assert next_month(world, scenario)["repair_idle"] == pytest.approx(1_000 - 4 * 100 * np.log(5))
    stopped = scenario.replace({"touchpoints.repair": 0.0}, "test")
    for month in range(1, 4):
        next_month(world, stopped)
        assert world.touchpoints.mended == pytest.approx(0.8 * 0.98**month * np.array([1, 1, 0, 1, 1]))


def test_f18_the_score_loses_the_points_of_each_bad_touchpoint(small: Callable[..., Scenario]) -> None:
    """Care that never fails leaves failures: 100 - (10 x .05 + 40 x .1 + 20 x 0 + 20 x .05 + 10 x .05) = 94."""
    caring = {"staff.know": 1.0, "staff.want": 1.0, "staff.can": 1.0, "staff.spread": 0.0, "staff.overload_effect": 0.0}
    scenario = small(**{"touchpoints.table": FIVE, **ALONE, **caring, "touchpoints.failure": 0.06})
    assert next_month(newborn(scenario), scenario)["score"] == pytest.approx(94)


def test_f18_indifference_and_wows_keep_their_means_and_happen_most_where_people_serve(
    small: Callable[..., Scenario],
) -> None:
    world = newborn(small())
    points, people = world.touchpoints, world.touchpoints.kind == PEOPLE
    caring = points.importance * (1 - (1 - world.firm.care_usual[0]) * points.cold)
    for factor, share in ((points.cold, points.importance), (points.warm, caring)):
        assert share @ factor == pytest.approx(share.sum())
        assert factor[people].mean() > 1.3 * factor[~people].mean()
    alike = newborn(small(**{"touchpoints.differ": 0.0})).touchpoints
    assert (alike.cold == 1).all()
    assert (alike.warm == 1).all()


def test_f18_customers_meet_indifference_where_the_table_says(small: Callable[..., Scenario]) -> None:
    """First indifferent encounters of a month, by kind, against importance times the factor of the table."""
    world = newborn(small(**{"market.people": 20_000, "market.customers": 19_000}), 1)
    points, people = world.touchpoints, world.people
    rows = world.customers_now[people.indifferent[world.customers_now] > 0]
    found = np.mean(points.kind[people.indifferent_at[rows]] == PEOPLE)
    chance = points.importance * chance_bad(float(world.firm.care_now[0]), points.cold, np.zeros(points.rows))
    expected = chance[points.kind == PEOPLE].sum() / chance.sum()
    assert abs(found - expected) < 3 * np.sqrt(expected * (1 - expected) / rows.size)
    assert expected > points.importance[points.kind == PEOPLE].sum() + 0.1


def test_f18_better_touchpoints_before_buying_bring_more_and_today_s_bring_as_many_as_ever(
    small: Callable[..., Scenario],
) -> None:
    steady = {"staff.spread": 0.0, "staff.turnover": 0.0, "staff.overload_effect": 0.0, "desk.causes": 0.0}
    today = small(**steady)
    world = newborn(today, 3)
    assert world.firm.first_factor[0] == pytest.approx(1)
    mended = small(**steady, **{"touchpoints.repair": 1e6})
    assert newborn(mended, 3).firm.first_factor[0] > 1.02


@pytest.mark.parametrize("key", ["touchpoints", "consistency", "scorecard", "manners"])
def test_each_part_can_be_switched_off(small: Callable[..., Scenario], key: str) -> None:
    record = simulate(small(**{f"{key}.on": False, "months": 3}), 0, ["as today"])[0]
    assert record.figures["encounters"] > 0
    assert (record.audit is None) == (key == "scorecard")


def test_f19_a_run_hands_back_each_touchpoint_of_the_months_that_count(small: Callable[..., Scenario]) -> None:
    model = LoyaltyModel(small(**{"touchpoints.table": FIVE, "touchpoints.repair": 50.0, "months": 4}))
    rates = []
    while model.running:
        model.step()
        points = model.world.touchpoints
        rates.append(chance_bad(float(model.world.firm.care_now[0]), points.cold, points.rate))
    audit = model.run_record().audit
    assert audit is not None
    assert audit.names == ("door", "desk", "till", "bill", "site")
    assert audit.figures["performance"] == pytest.approx(1 - np.mean(rates, axis=0))
    assert audit.figures["urgency"].sum() == pytest.approx(1)
    assert 0 < audit.figures["spent"].sum() <= 4 * 50 + 1e-9
