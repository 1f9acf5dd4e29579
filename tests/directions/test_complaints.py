"""What moves the way of a complaint, each in its direction: paired on common luck, at least three standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER, LOGGED
from loyaltysim.core.tables import World
from loyaltysim.model import metric_columns, simulate
from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import build_mechanisms, run_months, stationary_start
from tests.support.worlds import MARKET, played

pytestmark = pytest.mark.markets

PAIRS, MANY_PAIRS = 8, 32
OUTSPOKEN = {**MARKET, "voice.unprompted": 0.6, "desk.budget": 2_400.0}
"""A market whose desk has much to do."""
LEVERS = [
    ("F29 direct channels", "channels.direct", 3_000.0, "complaints_public", -1),
    ("F35 direct channels", "channels.direct", 3_000.0, "reviews_posted", -1),
    ("F22 shared record", "handoffs.shared_record", 2_000.0, "cases_stalled", -1),
    ("F22 shared record", "handoffs.shared_record", 2_000.0, "response_time", -1),
    ("F33 role swaps", "handoffs.role_swaps", 2_000.0, "cases_misclassified", -1),
    ("F33 role swaps", "handoffs.role_swaps", 2_000.0, "cases_passed_on", -1),
    ("F33 role swaps", "handoffs.role_swaps", 2_000.0, "failure_rate", -1),
    ("F33 role swaps", "handoffs.role_swaps", 2_000.0, "grievances_product", -1),
    ("F30 follow-up", "follow_up.budget", 600.0, "cases_reopened", +1),
    ("F30 follow-up", "follow_up.budget", 600.0, "decided_large_logged", -1),
    ("F8 causes", "desk.causes", 0.0, "cases_analysed", -1),
    ("F32 causes", "desk.causes", 0.5, "failure_rate", -1),
    ("F32 causes", "desk.causes", 0.8, "grievances_product", -1),
    ("F35 desk", "desk.budget", 10_000.0, "reviews_withdrawn", +1),
    ("F30 compensation", "desk.compensation", 100.0, "cases_counted_solved", +1),
]
WORLDS = [
    ("F35 public complaints are read", {"channels.on": False}, "reviews_posted", -1),
    ("F35 withdrawal", {"reviews.withdrawn_after": 1.0}, "reviews_standing", -1),
    ("F29 misclassified", {"handoffs.misclassified": 0.8}, "response_time", +1),
    ("F22 stalls", {"handoffs.stalls": 0.8}, "response_time", +1),
    ("F22 mislaid", {"handoffs.stalls": 0.5, "handoffs.passed_on": 0.8}, "left_indifference", +1),
    ("F29 intake", {"desk.intake_hours": 60.0}, "response_time", +1),
    ("F29 record", {"channels.delay": 60.0}, "response_time", +1),
    ("F30 unsound", {"follow_up.unsound": 0.5}, "left_indifference", +1),
    ("F30 a promise of 6 hours is broken more often", {"desk.promise_hours": 6.0}, "decided_large_resolved_fast", -1),
    ("F30 what is felt as quick", {"desk.promise_hours": 240.0, "desk.quick_hours": 240.0}, "left_indifference", -1),
]

Figures = list[dict[str, float]]


def lived(scenario: Scenario, pairs: int = PAIRS) -> dict[str, Figures]:
    """Give each strategy's figures, one for each replication."""
    runs: dict[str, Figures] = {name: [] for name in scenario.strategies}
    for replication in range(pairs):
        for record in simulate(scenario, replication, list(scenario.strategies)):
            runs[record.strategy].append(record.figures)
    return runs


def standard_errors(with_it: Figures, without: Figures, metric: str) -> float:
    moved = np.array([a[metric] - b[metric] for a, b in zip(with_it, without, strict=True)])
    return float(moved.mean() / (moved.std(ddof=1) / math.sqrt(len(moved))))


@pytest.fixture(scope="module")
def market(small: Callable[..., Scenario]) -> Callable[..., Scenario]:
    return lambda **changes: small(**{**OUTSPOKEN, **changes})


@pytest.fixture(scope="module")
def by_lever(market: Callable[..., Scenario]) -> dict[str, Figures]:
    strategies: dict[str, Any] = {"as today": {}}
    strategies |= {f"{lever} {value}": {lever: value} for _, lever, value, _, _ in LEVERS}
    return lived(market(strategies=strategies))


@pytest.mark.parametrize(
    ("fact", "lever", "value", "metric", "sign"), LEVERS, ids=[f"{fact}: {metric}" for fact, _, _, metric, _ in LEVERS]
)
def test_a_lever_moves_what_it_should(
    by_lever: dict[str, Figures], fact: str, lever: str, value: float, metric: str, sign: int
) -> None:
    assert sign * standard_errors(by_lever[f"{lever} {value}"], by_lever["as today"], metric) > 3, fact


@pytest.mark.parametrize(
    ("fact", "changes", "metric", "sign"), WORLDS, ids=[f"{fact}: {metric}" for fact, _, metric, _ in WORLDS]
)
def test_a_fact_of_the_world_moves_what_it_should(
    market: Callable[..., Scenario],
    by_lever: dict[str, Figures],
    fact: str,
    changes: dict[str, Any],
    metric: str,
    sign: int,
) -> None:
    other = lived(market(strategies={"as today": {}}, **changes))["as today"]
    assert sign * standard_errors(other, by_lever["as today"], metric) > 3, fact


OFTEN_HEARD = {"voice.unprompted": 0.9, "desk.budget": 4_000.0}
LOST_BETWEEN = {"handoffs.passed_on": 1.0, "handoffs.stalls": 0.8, "handoffs.mislaid": 1.0, "desk.budget": 10_000.0}
INTERIORS: list[tuple[str, tuple[float, float, float], dict[str, float]]] = [
    ("desk.causes", (0.0, 0.2, 0.99), {"touchpoints.failure": 0.15, "desk.budget": 12_000.0}),
    ("desk.compensation", (0.0, 60.0, 900.0), OFTEN_HEARD),
    ("follow_up.budget", (0.0, 400.0, 6_000.0), {**OFTEN_HEARD, "follow_up.unsound": 0.6, "desk.budget": 6_000.0}),
    (
        "handoffs.shared_record",
        (0.0, 300.0, 6_000.0),
        {**OFTEN_HEARD, **LOST_BETWEEN},
    ),
    ("handoffs.role_swaps", (0.0, 300.0, 6_000.0), {"touchpoints.failure": 0.15}),
    ("channels.direct", (0.0, 300.0, 20_000.0), {**OFTEN_HEARD, "reviews.damage": 0.3, "reviews.posted": 0.01}),
]
"""Nothing, something sensible and far too much, in a market where the thing matters."""


@pytest.mark.parametrize(("lever", "grid", "world"), INTERIORS, ids=[case[0] for case in INTERIORS])
def test_some_of_a_lever_is_worth_more_than_none_and_than_too_much(
    market: Callable[..., Scenario], lever: str, grid: tuple[float, float, float], world: dict[str, float]
) -> None:
    """K8, F8, F22, F30, F33: past some spending the value falls."""
    runs = lived(market(**world, strategies={str(value): {lever: value} for value in grid}), MANY_PAIRS)
    nothing, some, too_much = (runs[str(value)] for value in grid)
    assert standard_errors(some, nothing, "npv") > 3
    assert standard_errors(some, too_much, "npv") > 3


def test_what_more_buys_grows_less_and_less(market: Callable[..., Scenario]) -> None:
    """F30: compensation and calling back have a diminishing effect, for equal steps of money."""
    for lever, step, metric in (
        ("desk.compensation", 100.0, "cases_counted_solved"),
        ("follow_up.budget", 400.0, "cases_called_back"),
    ):
        runs = lived(market(strategies={str(k): {lever: k * step} for k in range(4)}))
        reached = [np.mean([figures[metric] for figures in runs[str(k)]]) for k in range(4)]
        gains = np.diff(reached)
        assert np.all(gains > 0)
        assert np.all(np.diff(gains) < 0)


def test_a_stopped_programme_decays(market: Callable[..., Scenario]) -> None:
    """F20, F22, F33: what a shared record, role swaps and direct channels reached fades when nobody keeps them up."""
    scenario = market(
        **{"handoffs.shared_record": 2_000.0, "handoffs.role_swaps": 2_000.0, "channels.direct": 2_000.0}, months=3
    )
    world, _ = next(iter(played(scenario, 1)))
    kept = {name: float(getattr(world.firm, name)[0]) for name in ("record_kept", "roles_known", "steered")}
    assert min(kept.values()) > 0.2
    stopped = scenario.replace(
        {"handoffs.shared_record": 0.0, "handoffs.role_swaps": 0.0, "channels.direct": 0.0}, source="test"
    )
    after = dict(kept)
    for _ in range(12):
        play_on(world, stopped)
        now = {name: float(getattr(world.firm, name)[0]) for name in kept}
        assert all(now[name] < after[name] for name in kept)
        after = now
    assert max(after[name] / kept[name] for name in kept) < 0.5


def play_on(world: World, scenario: Scenario) -> None:
    run_months(world, scenario, build_mechanisms(scenario), scenario.seed, 0)


def test_a_longer_promise_makes_no_answer_faster_f30(market: Callable[..., Scenario]) -> None:
    """Customers judge by the clock as well: of 240 hours promised nothing is different from 24."""
    months = [simulate(market(**{"desk.promise_hours": hours}), 0, ["as today"])[0].months for hours in (24.0, 240.0)]
    assert np.array_equal(*months, equal_nan=True)


MANY_UNHELPED = {
    "voice.unprompted": 0.9,
    "grievance.indifference": 0.3,
    "recovery.kept.logged": 0.8,
    "desk.budget": 6_000.0,
    "desk.solvable": 0.1,
}


@pytest.fixture(scope="module")
def apologised(market: Callable[..., Scenario]) -> dict[str, Figures]:
    offered = {name: {"apology.offered": share} for name, share in (("never", 0.0), ("always", 1.0))}
    return lived(market(**MANY_UNHELPED, strategies=offered))


@pytest.mark.parametrize(
    ("metric", "sign"),
    [("satisfaction", +1), ("grievances", -1), ("left", -1)],
    ids=lambda x: f"F30 {x}" if type(x) is str else "",
)
def test_an_apology_keeps_customers_where_many_complain(apologised: dict[str, Figures], metric: str, sign: int) -> None:
    """Most complain and few are helped: the soothed are more satisfied, grieve less often, and fewer leave."""
    assert sign * standard_errors(apologised["always"], apologised["never"], metric) > 3


def test_an_apology_soothes_who_stayed_unsolved_and_nobody_else(market: Callable[..., Scenario]) -> None:
    """F30: the same month from the same state, without an apology and with one for everyone."""
    scenario = market(**{"recovery.kept.logged": 0.9})
    start, _ = stationary_start(scenario, scenario.seed, 0)
    silent, sorry = start.fork(), start.fork()
    for world, offered in ((silent, 0.0), (sorry, 1.0)):
        play_on(world, scenario.replace({"apology.offered": offered}, source="test"))
    stayed = silent.closed[(silent.closed_as == LOGGED) & (silent.people.status[silent.closed] == CUSTOMER)]
    gained = sorry.people.satisfaction - silent.people.satisfaction
    soothed = np.flatnonzero(gained)
    assert soothed.size > 0
    assert gained.min() >= 0
    assert set(soothed) <= set(stayed)


def test_the_funnel_narrows_from_stage_to_stage(market: Callable[..., Scenario]) -> None:
    """F29: received, recorded, and so on to closed and analysed; nothing is counted that was not counted before."""
    record = simulate(market(**{"follow_up.budget": 300.0}), 0, ["as today"])[0]
    month = {name: record.months[1:, metric_columns()[name]].sum() for name in metric_columns()}
    assert month["complaints"] > month["acknowledged"] > month["cases_passed_on"] > month["cases_stalled"] > 0
    assert month["acknowledged"] > month["cases_misclassified"] > 0
    assert (
        month["cases_begun"] > month["cases_counted_solved"] > month["cases_called_back"] > month["cases_reopened"] > 0
    )
    assert month["cases_closed"] > month["cases_analysed"] > 0
    solved = sum(month[f"decided_large_{name}"] for name in ("resolved", "resolved_fast"))
    assert month["cases_counted_solved"] - month["cases_reopened"] >= solved


def test_without_any_stage_of_its_own_the_month_still_runs(small: Callable[..., Scenario]) -> None:
    off = {f"{name}.on": False for name in ("channels", "handoffs", "follow_up", "apology")}
    figures = simulate(small(**{**off, "voice.unprompted": 0.8}), 0, ["as today"])[0].figures
    assert figures["acknowledged"] > 0
    nothing = ("complaints_public", "cases_misclassified", "cases_passed_on", "cases_reopened", "apologies")
    assert [figures[name] for name in nothing] == [0] * 5
