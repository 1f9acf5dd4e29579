"""The same luck gives the same bits, whoever else runs; and helpful levers help each person."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER
from loyaltysim.core.schedule import run_month
from loyaltysim.core.tables import World
from loyaltysim.mechanisms import form
from loyaltysim.model import LoyaltyModel, simulate
from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import build_mechanisms, stationary_start

STRATEGIES = {"as today": {}, "recovery": {"desk.budget": {"add": 500}}, "asking": {"voice.budget": {"add": 300}}}


@pytest.fixture(scope="module")
def scenario(small: Callable[..., Scenario]) -> Scenario:
    return small(strategies=STRATEGIES)


def test_a_run_repeats_to_the_bit(scenario: Scenario) -> None:
    once, again = (simulate(scenario, 0, list(STRATEGIES)) for _ in range(2))
    assert all(np.array_equal(a.months, b.months) for a, b in zip(once, again, strict=True))


def test_a_strategy_alone_gives_the_bits_it_gives_among_others(scenario: Scenario) -> None:
    among = {record.strategy: record for record in simulate(scenario, 1, list(STRATEGIES))}
    for name in STRATEGIES:
        (alone,) = simulate(scenario, 1, [name])
        assert np.array_equal(alone.months, among[name].months)


def test_another_process_gives_the_same_bits(scenario: Scenario) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        elsewhere = pool.submit(simulate, scenario, 1, ["recovery"]).result()
    here = simulate(scenario, 1, ["recovery"])
    assert np.array_equal(here[0].months, elsewhere[0].months)


def test_stepping_by_hand_gives_the_bits_of_a_run(scenario: Scenario) -> None:
    model = LoyaltyModel(scenario, "asking", 1)
    while model.running:
        model.step()
    (run,) = simulate(scenario, 1, ["asking"])
    assert np.array_equal(model.record, run.months)


def test_replications_and_seeds_meet_different_luck(scenario: Scenario) -> None:
    records = [simulate(scenario, number, ["as today"])[0] for number in (0, 1)]
    records += simulate(scenario.replace({"seed": 1}, source="test"), 0, ["as today"])
    assert len({record.figures["npv"] for record in records}) == 3


def month_one(scenario: Scenario, start: World, **levers: float) -> World:
    world = start.fork()
    changed = scenario.replace(levers, source="test")
    run_month(world, world.month + 1, build_mechanisms(changed), form(), scenario.seed, 0)
    return world


@pytest.fixture(scope="module")
def start(small: Callable[..., Scenario]) -> tuple[Scenario, World]:
    scenario = small(
        **{
            "market.people": 20_000,
            "market.customers": 8_000,
            "desk.budget": 4_000.0,
            "grievance.indifference": 0.3,
            "voice.goodwill": 0.0,
        }
    )
    return scenario, stationary_start(scenario, scenario.seed, 0)[0]


def test_asking_more_silences_nobody(start: tuple[Scenario, World]) -> None:
    scenario, world = start
    spoken = [
        set(month_one(scenario, world, **{"voice.budget": budget}).voiced.tolist())
        for budget in (0.0, 2_000.0, 9_000.0)
    ]
    assert spoken[0] < spoken[1] < spoken[2]


def test_resolving_more_loses_nobody_while_hands_are_free(start: tuple[Scenario, World]) -> None:
    scenario, world = start
    # a promise no case can break and handling without hand-offs: capacity then limits nothing
    free = {"desk.hours_a_case": 0.001, "desk.intake_hours": 0.0, "desk.promise_hours": 1e6}
    free["desk.quick_hours"] = 1e6
    free |= {"handoffs.misclassified": 0.0, "handoffs.passed_on": 0.0}
    kept = []
    for scale in (500.0, 50.0, 5.0):
        after = month_one(scenario, world, **free, **{"desk.answer_scale": scale, "desk.solve_scale": scale})
        kept.append(set(np.flatnonzero(after.people.status[world.people.status == CUSTOMER] == CUSTOMER).tolist()))
    assert kept[0] < kept[1] < kept[2]


def test_more_care_makes_no_encounter_indifferent(start: tuple[Scenario, World]) -> None:
    scenario, world = start
    worse, better = (month_one(scenario, world, **{"staff.pace": 1.0, "staff.training": spent}) for spent in (0.0, 1e6))
    roll = better.customers_now
    assert np.all(better.people.indifferent[roll] <= worse.people.indifferent[roll])
    assert better.people.indifferent[roll].sum() < worse.people.indifferent[roll].sum()
