"""The scenarios that come with the package: each one's lesson is borne out by its run.

The runs are those of the files with few replications, over common luck; a difference counts from three standard errors on,
unless a claim is exact.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from loyaltysim.calibration import solve
from loyaltysim.core.codes import DAYS_A_MONTH
from loyaltysim.core.records import RunRecord
from loyaltysim.model import metric_columns, simulate
from loyaltysim.reporting.text.answer import describe_lesson
from loyaltysim.scenario import load, shipped_scenario
from tests.support.lessons import CLAIMS, LESS, LIBRARY, MORE, TODAY

pytestmark = pytest.mark.markets

STANDARD_ERRORS, REPLICATIONS, SEED = 3.0, 4, 2029
NARROW = {
    "role-swap": 12,
    "believed-worst-touchpoint": 12,
    "recovery-for-one-year": 10,
    "wows-or-fewer-intrusions": 10,
}
"""Replications of a scenario whose strategies lie close together."""


@cache
def runs_of(name: str) -> dict[str, list[RunRecord]]:
    """Run a scenario of the library a few times; each strategy's records, one a replication."""
    scenario = solve(load(shipped_scenario(f"{name}.yml"), seed=SEED))
    found: dict[str, list[RunRecord]] = {strategy: [] for strategy in scenario.strategies}
    for replication in range(NARROW.get(name, REPLICATIONS)):
        for record in simulate(scenario, replication, list(found)):
            found[record.strategy].append(record)
    return found


def figures(name: str, strategy: str, metric: str) -> np.ndarray:
    return np.array([record.figures[metric] for record in runs_of(name)[strategy]])


def in_month(name: str, strategy: str, metric: str, month: int) -> np.ndarray:
    return np.array([record.months[month, metric_columns()[metric]] for record in runs_of(name)[strategy]])


def in_months(name: str, strategy: str, metric: str, first: int) -> np.ndarray:
    """Sum a figure over the months from `first` on; float64 (replications,)."""
    return np.array([record.months[first:, metric_columns()[metric]].sum() for record in runs_of(name)[strategy]])


def sure(differences: np.ndarray) -> bool:
    """Tell whether paired differences are above zero by so many standard errors."""
    error = differences.std(ddof=1) / np.sqrt(differences.size)
    return bool(differences.mean() > STANDARD_ERRORS * error)


@pytest.mark.parametrize(("name", "strategy", "sign", "metric", "other"), CLAIMS)
def test_the_lesson_is_borne_out(name: str, strategy: str, sign: int, metric: str, other: str) -> None:
    assert sure(sign * (figures(name, strategy, metric) - figures(name, other, metric)))


def test_of_unequal_accounts_a_tenth_is_more_than_half_of_what_leaves() -> None:
    share = figures("parking-stamp", TODAY, "lost_margin_top_tenth") / figures("parking-stamp", TODAY, "lost_margin")
    assert sure(share - 0.5)


def test_in_a_zero_sum_market_every_departure_over_service_is_a_rivals_gain() -> None:
    for record in runs_of("number-portability")[TODAY]:
        at = {name: record.months[1:, number] for name, number in metric_columns().items()}
        assert (at["lost_to_rivals"] == at["left"] - at["left_died"] - at["left_moved"]).all()
        assert (at["won_from_rivals"] == at["joined"] + at["returned"]).all()


@pytest.mark.parametrize("month", [36, 60])
def test_what_a_year_of_training_taught_is_forgotten(month: int) -> None:
    def gain(strategy: str) -> np.ndarray:
        name = "training-stopped"
        return in_month(name, strategy, "care_mean", month) - in_month(name, TODAY, "care_mean", month)

    assert sure(0.2 * gain("training kept up") - gain("training for one year"))


def gain(name: str, strategy: str, metric: str) -> np.ndarray:
    """Give by how much a strategy raises a figure above today's; float64 (replications,)."""
    return figures(name, strategy, metric) - figures(name, TODAY, metric)


def test_who_keeps_training_up_earns_more_than_twice_as_much() -> None:
    kept_up, a_year = (gain("training-stopped", f"training {how}", "npv") for how in ("kept up", "for one year"))
    assert sure(kept_up - 2 * a_year)


def test_a_year_of_recovery_leaves_little_at_the_end() -> None:
    kept_up, a_year = (gain("recovery-for-one-year", how, "customers") for how in ("kept up", "for one year"))
    assert sure(0.25 * kept_up - a_year)


def test_what_keeping_recovery_up_earns_comes_after_the_five_years() -> None:
    """Of what it earns more than a year of it, less than a fifth is earned within them."""

    def lead(metric: str) -> np.ndarray:
        return figures("recovery-for-one-year", "kept up", metric) - figures(
            "recovery-for-one-year", "for one year", metric
        )

    assert sure(0.2 * lead("npv") - lead("npv_without_later_value"))


def test_when_the_money_for_recovery_ends_churn_is_back() -> None:
    """From a year after its end on, of what keeping it up takes off churn less than a tenth is left."""

    def spared(strategy: str) -> np.ndarray:
        churn = [
            in_months("recovery-for-one-year", name, "left", 25)
            / in_months("recovery-for-one-year", name, "customers_start", 25)
            for name in (TODAY, strategy)
        ]
        return churn[0] - churn[1]

    assert sure(0.1 * spared("kept up") - spared("for one year"))


def test_a_shared_record_stalls_half_as_many_and_answers_ten_days_sooner() -> None:
    stalled = figures("tea-caddy", "shared record", "cases_stalled") / figures("tea-caddy", TODAY, "cases_stalled")
    assert sure(0.55 - stalled)
    sooner = {
        name: -DAYS_A_MONTH * gain("tea-caddy", name, "response_time") for name in ("shared record", "more handlers")
    }
    assert sure(sooner["shared record"] - 8)
    assert sure(12 - sooner["shared record"])
    assert sure(3 - sooner["more handlers"])


def test_common_standards_nearly_halve_the_broken_promises_and_are_worth_little() -> None:
    """Of all failures they spare fewer than one in ten, and of today's value they make less than 0.5 %."""
    name, worth = "24-or-48-hours", figures("24-or-48-hours", TODAY, "npv")
    spared = {
        figure: -gain(name, "common standards", figure) / figures(name, TODAY, figure)
        for figure in ("broken_promises", "failures")
    }
    assert sure(spared["broken_promises"] - 0.4)
    assert sure(0.5 - spared["broken_promises"])
    assert sure(0.1 - spared["failures"])
    for sign in (MORE, LESS):
        assert sure(0.005 * worth - sign * gain(name, "common standards", "npv"))


def test_fewer_intrusions_are_not_talked_about_and_kindnesses_keep_nobody() -> None:
    name = "wows-or-fewer-intrusions"
    assert sure(0.1 * gain(name, "small kindnesses", "messages_good") - gain(name, "fewer intrusions", "messages_good"))
    assert sure(gain(name, "small kindnesses", "churn_annual") - 0.25 * gain(name, "fewer intrusions", "churn_annual"))


def test_keeping_keeps_a_thousand_and_win_back_returns_a_few_dozen() -> None:
    kept, returned = (
        gain("win-back-or-keep", "keep", "customers"),
        figures("win-back-or-keep", "win back", "winback_returned"),
    )
    assert sure(kept - 800)
    assert sure(1_200 - kept)
    assert sure(returned - 12)
    assert sure(72 - returned)


def test_leaders_often_believe_in_the_wrong_touchpoint() -> None:
    assert sure(0.7 - figures("believed-worst-touchpoint", TODAY, "believed_right"))


def test_win_back_costs_what_the_sources_say() -> None:
    price = figures("win-back-or-keep", "win back", "winback_cost_per_dollar")
    assert abs(price.mean() - 10) < STANDARD_ERRORS * price.std(ddof=1) / np.sqrt(price.size)


def disturbance(strategy: str) -> np.ndarray:
    """Give by how much the arms' touching each other raised the estimate; float64 (replications,)."""
    found = [record.pilot for record in runs_of("pilot")[strategy]]
    return np.array([each.estimate - each.undisturbed for each in found if each])


def test_a_pilot_that_shares_its_desk_hides_most_of_the_harm() -> None:
    harm = np.array([-record.pilot.truth for record in runs_of("pilot")["asking, one desk"] if record.pilot])
    assert harm.size == REPLICATIONS
    shared, own = disturbance("asking, one desk"), disturbance("asking, a desk each")
    assert sure(harm)
    assert sure(shared)
    assert sure(shared - own)
    assert shared.mean() > 0.5 * harm.mean() > 2 * abs(own.mean())
    assert "too well of the plan, hiding" in describe_lesson(shared, -harm)


def test_every_scenario_has_a_claim_that_is_tested() -> None:
    assert {f"{name}.yml" for name, *_ in CLAIMS} == set(LIBRARY)
