"""Nobody and no dollar is lost: checked every month, over random valid scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.core.codes import OUTCOMES, SEVERITIES
from loyaltysim.core.records import Report
from loyaltysim.scenario import Scenario
from tests.support.conserved import check_dollars, check_people
from tests.support.worlds import played

DECIDED = [f"decided_{severity}_{outcome}" for severity in SEVERITIES for outcome in OUTCOMES]

SCENARIOS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**31),
        "market.people": st.integers(500, 3_000),
        "market.customers": st.integers(20, 450),
        "market.burn_in": st.integers(0, 12),
        "market.margin_cv": st.floats(0, 4),
        "market.fickleness_kind": st.sampled_from(["gamma", "beta"]),
        "market.network": st.fixed_dictionaries(
            {"kind": st.sampled_from(["small_world", "random", "scale_free", "none"]), "ties": st.integers(2, 20)}
        ),
        "service.encounters_mean": st.floats(0, 10),
        "staff.know": st.floats(0, 1),
        "grievance.indifference": st.floats(0, 1),
        "grievance.product": st.floats(0, 1),
        "grievance.small_share": st.floats(0, 1),
        "voice.unprompted": st.floats(0, 1),
        "voice.budget": st.floats(0, 2_000),
        "desk.budget": st.floats(0, 20_000),
        "desk.hours_a_case": st.floats(0.1, 40),
        "handoffs.passed_on": st.floats(0, 1),
        "handoffs.misclassified": st.floats(0, 1),
        "handoffs.stalls": st.floats(0, 1),
        "follow_up.unsound": st.floats(0, 1),
        "follow_up.budget": st.floats(0, 2_000),
        "channels.direct": st.floats(0, 2_000),
        "handoffs.role_swaps": st.floats(0, 2_000),
        "desk.compensation": st.floats(0, 200),
        "departure.died": st.floats(0, 0.1),
        "departure.moved": st.floats(0, 0.1),
        "friends.base": st.floats(0, 0.05),
        "rivals.base": st.floats(0, 0.05),
        "recovery.paradox": st.floats(0, 0.5),
        "word_of_mouth.strong": st.floats(0, 1),
        "winback.budget": st.floats(0, 20_000),
        "joining.forget": st.integers(1, 12),
        "advertising.budget": st.floats(0, 100_000),
        "staff.training": st.floats(0, 20_000),
        "staff.turnover": st.floats(0, 0.5),
    }
)


@given(changes=SCENARIOS)
def test_people_cases_and_dollars_are_conserved_every_month(
    small: Callable[..., Scenario], changes: dict[str, Any]
) -> None:
    scenario = small(**flattened(changes))
    before = scenario.market.customers
    open_before: float | None = None
    margin_rate: float | None = None
    for world, report in played(scenario, 8):
        check_people(world, report, before)
        if open_before is not None:
            assert open_before + report["grievances"] == cases_ended(report) + report["complaints_open"]
        if margin_rate is not None:
            assert report["margin"] == margin_rate
        check_dollars(report)
        before, open_before, margin_rate = report["customers"], report["complaints_open"], report["margin_rate"]


def flattened(changes: dict[str, Any]) -> dict[str, Any]:
    network = changes.pop("market.network")
    return {**changes, **{f"market.network.{name}": value for name, value in network.items()}}


def cases_ended(report: Report) -> float:
    return sum(report[name] for name in DECIDED) + report["withdrawn"]


def test_satisfaction_and_expectation_stay_between_0_and_1(small: Callable[..., Scenario]) -> None:
    for world, _ in played(
        small(**{"satisfaction.ratchet": 0.5, "voice.budget": 4_000.0, "recovery.paradox": 0.5}), 24
    ):
        for column in (world.people.satisfaction, world.people.expectation):
            assert column.min() >= 0
            assert column.max() <= 1
