"""Pilots (F21): two arms of one market do what the whole firm would, estimate what is true, and are decided by the rule."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest, hypergeom

from loyaltysim.core.records import PilotRecord
from loyaltysim.core.tables import World
from loyaltysim.mechanisms import catalog, form
from loyaltysim.mechanisms.staff.staff import Staff
from loyaltysim.model import LoyaltyModel, metric_columns, simulate
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.cross_checks import FEWEST
from loyaltysim.simulation.engine import build_mechanisms, stationary_start
from loyaltysim.simulation.pilot import SIZED, SplitFirm, scale_to_arm
from loyaltysim.stats.intervals import Interval, difference_of_shares, wilson_corrected
from tests.evidence.pilots import (
    APART,
    NOTHING,
    TRAINING,
    covered,
    described,
    of_nothing,
    pilots_of,
    scenario_of,
    thought_better,
)

Small = Callable[..., Scenario]
MARKET = {"market.people": 4_000, "market.customers": 1_000, "desk.budget": 200.0, "months": 8}
NO_LOAD = {"burnout.on": False, "staff.overload_effect": 0.0, "desk.causes": 0.0}
"""Nothing depends on how many encounters an arm happened to have."""


BUSY = MARKET | {"desk.hours_a_case": 30.0, "voice.budget": 2_000.0}
"""A desk on which cases wait."""


def piloted(plan: dict[str, Any], **pilot: Any) -> dict[str, Any]:
    return {"as today": {}, "tried": {**plan, "pilot": {"share": 0.3, "months": 6, **pilot}}, "at once": plan}


def record_of(scenario: Scenario, replication: int = 0, strategy: str = "tried") -> PilotRecord:
    found = simulate(scenario, replication, [strategy])[0].pilot
    assert found is not None
    return found


def test_a_pilot_of_nothing_on_one_desk_changes_nothing(small: Small) -> None:
    scenario = small(**MARKET, **NO_LOAD, strategies=piloted(NOTHING))
    today, tried = simulate(scenario, 0, ["as today", "tried"])
    for name in ("customers", "left", "joined", "grievances", "complaints", "acknowledged", "cases_closed", "hires"):
        counted = today.months[:, metric_columns()[name]]
        np.testing.assert_allclose(tried.months[:, metric_columns()[name]], counted, err_msg=name)
        assert counted.any(), name
    np.testing.assert_allclose(
        tried.months[:, metric_columns()["spent"]], today.months[:, metric_columns()["spent"]], rtol=1e-9
    )
    assert tried.pilot is not None
    assert tried.pilot.truth == 0.0


def test_what_is_rolled_out_spends_a_part_first_and_then_all(small: Small) -> None:
    plan = {"staff.training": 1_000.0}
    always = {"roll_out_if": "better", "at_least": -1.0}
    scenario = small(**MARKET, strategies=piloted(plan, **always))
    tried = LoyaltyModel(scenario, "tried")
    spent = []
    while tried.running:
        tried.step()
        on_roll = tried.world.people.status == 1
        spent.append((tried.cost_training, on_roll.sum()))
    assert [money for money, _ in spent[6:]] == [1_000.0, 1_000.0]
    assert all(230 < money < 370 for money, _ in spent[:6])
    assert tried.pilot is not None
    assert tried.pilot.rolled_out


def test_what_is_stopped_spends_nothing_more(small: Small) -> None:
    never = {"roll_out_if": "surely better", "at_least": 1.0}
    model = LoyaltyModel(small(**MARKET, strategies=piloted({"staff.training": 1_000.0}, **never)), "tried")
    while model.running:
        model.step()
    assert model.pilot is not None
    assert not model.pilot.rolled_out
    assert list(model.record[7:, metric_columns()["cost_training"]]) == [0.0, 0.0]


@pytest.mark.parametrize("desk", ["shared", "own"])
def test_people_and_cases_are_conserved(small: Small, desk: str) -> None:
    scenario = small(**MARKET, strategies=piloted({"voice.budget": 300.0}, desk=desk, roll_out_if="better"))
    record = simulate(scenario, 0, ["tried"])[0]
    at = {name: record.months[:, number] for name, number in metric_columns().items()}
    flows = at["customers"][:-1] + (at["joined"] + at["returned"] - at["left"])[1:]
    np.testing.assert_array_equal(flows, at["customers"][1:])
    outcomes = sum(at[name] for name in metric_columns() if name.startswith("decided_"))
    open_before, open_now = at["complaints_open"][:-1], at["complaints_open"][1:]
    np.testing.assert_array_equal(at["grievances"][1:] + open_before, (outcomes + at["withdrawn"])[1:] + open_now)
    assert open_now.any()
    costs = sum(at[name] for name in metric_columns() if catalog()[name].account == "cost")
    np.testing.assert_allclose(at["net"][1:], (at["margin"] - costs)[1:], rtol=1e-9)


@pytest.mark.parametrize("lever", ["staff.training", "manners.kindnesses", "voice.budget"])
def test_arms_that_do_not_touch_show_what_the_whole_firm_would(small: Small, lever: str) -> None:
    scenario = small(**MARKET, **APART, strategies=piloted({lever: 2_000.0}, desk="own"))
    found = [record_of(scenario, replication) for replication in range(4)]
    assert max(abs(each.estimate - each.undisturbed) for each in found) < 0.012
    assert any(each.truth for each in found)


def test_the_interval_mostly_covers_the_true_effect() -> None:
    """The evidence in small: of 20 intervals at 95 %, fewer than 16 would come once in 400 times."""
    found = pilots_of(scenario_of(TRAINING, 2033, APART, share=0.5, desk="own"), 20, "in-process")
    assert covered(found) >= 16
    told = described(found)
    assert told["mean_truth"] > 0
    assert abs(told["disturbance"]) < 0.005


def test_a_shared_desk_lets_the_arms_disturb_each_other(small: Small) -> None:
    """Asking a few swamps nobody; and those who are not asked wait behind those who are."""
    kept = {"recovery.kept.silent": 0.37, "recovery.kept.ignored": 0.0, "recovery.kept.resolved": 0.9}
    plan = {"voice.budget": 3_000.0}
    found = {}
    for desk in ("shared", "own"):
        scenario = small(**MARKET, **APART, **kept, strategies=piloted(plan, desk=desk, share=0.2))
        records = [record_of(scenario, replication) for replication in range(8)]
        found[desk] = np.array([each.estimate - each.undisturbed for each in records])
    gap = found["shared"] - found["own"]
    assert gap.mean() > 3 * gap.std(ddof=1) / np.sqrt(gap.size)


def test_a_pilot_of_nothing_in_a_small_arm_is_seldom_thought_better() -> None:
    """Of 40 who try it for a month mostly all stay; an interval from their variance, 0, would hold the truth in 3 of 4."""
    found = pilots_of(of_nothing(800, 0.05, 1, 2035), 60, "in-process")
    assert {each.truth for each in found} == {0.0}
    assert 25 < np.mean([each.tried for each in found]) < 55
    assert covered(found) >= 54
    assert thought_better(found) <= 3


def two_arms(people: int, share: float, left: float) -> tuple[float, float]:
    """Reckon exactly how often an interval holds 0 if it is the draw alone that puts the leavers into an arm, and how
    often a plan of nothing seems surely better."""
    size, stay = round(people * share), people - round(people * left)
    kept = np.arange(max(0, stay - (people - size)), min(size, stay) + 1)
    chance = hypergeom(people, stay, size).pmf(kept)
    arms = [((some, size), (stay - some, people - size)) for some in kept]
    spans = [difference_of_shares(*(np.repeat([1.0, 0.0], [k, n - k]) for k, n in pair)) for pair in arms]
    low, high = np.array([(span.low, span.high) for span in spans]).T
    return float(chance[(low <= 0) & (high >= 0)].sum()), float(chance[low > 0].sum())


def test_the_interval_holds_in_arms_of_every_size_and_where_few_leave() -> None:
    """Exact, over sizes, shares and departures: at least 94 % hold, a plan of nothing is surely better in about 2.5 %."""
    grid = product((40, 100, 400, 2_000), (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95, 0.99), (0.005, 0.015, 0.05, 0.2))
    found = np.array([two_arms(n, p, q) for n, p, q in grid if min(p, 1 - p) * n >= FEWEST - 1e-9 and round(n * q)])
    assert len(found) > 60
    assert found[:, 0].min() > 0.94
    assert found[:, 1].max() < 0.04
    assert found[:, 1].mean() < 0.02


def test_an_arms_share_has_the_interval_that_scipy_gives() -> None:
    for people, kept in product((1, 2, 20, 1_000), (0, 1, 2, 19, 20, 990, 1_000)):
        if kept <= people:
            known = binomtest(kept, people).proportion_ci(method="wilsoncc")
            span = wilson_corrected(kept, people)
            np.testing.assert_allclose((span.low, span.high), (known.low, known.high), atol=1e-6)


def test_the_difference_of_two_arms_by_hand() -> None:
    """Newcombe 1998, table II: 56 of 70 against 48 of 80 by method 11; and all of 10 against none of 20, from their limits."""
    least, most = wilson_corrected(10, 10).low, wilson_corrected(0, 20).high
    arms = [(56, 70, 48, 80, 0.2, 0.0428, 0.3422), (10, 10, 0, 20, 1.0, 1 - np.hypot(1 - least, most), 1.0)]
    for ours, size, theirs, rest, *known in arms:
        tried, others = np.repeat([1.0, 0.0], [ours, size - ours]), np.repeat([1.0, 0.0], [theirs, rest - theirs])
        span = difference_of_shares(tried, others)
        np.testing.assert_allclose((span.mean, span.low, span.high), known, atol=2e-4)
    assert difference_of_shares(np.array([]), np.array([1.0, 0.0])) == Interval(0.0, -1.0, 1.0, 2)
    span = difference_of_shares(np.array([1.0]), np.array([1.0, 0.0]))
    assert np.isfinite([span.low, span.high]).all()


def test_an_arm_has_its_part_of_budgets_and_posts_and_of_nothing_else(small: Small) -> None:
    staff = Staff(training=1_000.0)
    part = scale_to_arm(staff, 0.25)
    changed = {name for name in Staff.model_fields if getattr(part, name) != getattr(staff, name)}
    assert part.training == 250.0  # type: ignore[attr-defined]
    assert {row.path.partition(".")[2] for row in Staff.declarations() if row.unit in SIZED} >= changed
    rivals = small().mechanism("rivals")
    assert scale_to_arm(rivals, 0.25) is rivals


def whole(small: Small, one_desk: bool) -> tuple[World, SplitFirm]:
    scenario = small(**BUSY)
    world, _ = stationary_start(scenario, scenario.seed, 0)
    return world, SplitFirm(world, 0.4, np.uint64(7), one_desk=one_desk)


def test_open_cases_are_divided_and_put_together_again(small: Small) -> None:
    scenario = small(**BUSY)
    before, _ = stationary_start(scenario, scenario.seed, 0)
    count = int(before.firm.open_cases[0])
    world, arms = whole(small, one_desk=False)
    apart = [int(arm.firm.open_cases[0]) for arm in arms.arms]
    assert sum(apart) == count
    assert min(apart) > 0
    for number, (arm, size) in enumerate(zip(arms.arms, apart, strict=True)):
        assert (arms.tries(arm.cases.person_row[:size]) == number).all()
    arms.unite(1)
    assert int(world.firm.open_cases[0]) == count
    for name in ("person_row", "opened", "effort"):
        np.testing.assert_array_equal(
            np.sort(getattr(world.cases, name)[:count]), np.sort(getattr(before.cases, name)[:count])
        )


def test_the_arms_are_divided_by_person_and_not_by_month(small: Small) -> None:
    world, arms = whole(small, one_desk=True)
    rows = np.arange(world.people.rows, dtype=np.int32)
    first = arms.tries(rows)
    assert abs(first.mean() - 0.4) < 4 * np.sqrt(0.24 / rows.size)
    scenario = small(**MARKET)
    today = build_mechanisms(scenario)
    for month in (1, 2):
        arms.play(month, (today, today), form(), scenario.seed, 0)
    same = world.people.generation == 0
    np.testing.assert_array_equal(arms.tries(rows)[same], first[same])
