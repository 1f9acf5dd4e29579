"""The same luck gives the same bits, whoever else runs and wherever; and helpful levers help each person."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
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


TEXT = """
title: small and typed
calibration: off
months: 6
replications: 3
market: {people: 2_000, customers: 400, burn_in: 6}
strategies:
  as today: {}
  recovery: {desk.budget: {add: 500, from: 2027-02, ramp: 3}}
  asking: {voice.budget: 300}
"""
KEYS = ["strategy", "replication", "month", "metric"]


def values(folder: Path) -> pd.Series:
    frame = pd.read_parquet(folder / "months.parquet").astype({"strategy": str, "metric": str})
    return frame.set_index(KEYS).value.sort_index()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("same") / "small.yml"
    path.write_text(TEXT)
    return path


@pytest.fixture(scope="module")
def together(written: Path) -> pd.Series:
    return values(ls.run(written, out=written.parent / "one", executor="in-process", quiet=True).folder)


def test_two_processes_give_the_values_of_one(written: Path, together: pd.Series) -> None:
    two = ls.run(written, out=written.parent / "two", executor="processes:2", quiet=True)
    assert values(two.folder).equals(together)


def test_fewer_replications_give_the_values_they_give_among_more(written: Path, together: pd.Series) -> None:
    fewer = values(
        ls.run(written, out=written.parent / "fewer", replications=2, executor="in-process", quiet=True).folder
    )
    assert fewer.equals(together[together.index.get_level_values("replication") < 2])


def test_another_strategy_changes_no_number_of_the_others(written: Path, together: pd.Series) -> None:
    more = written.parent / "more.yml"
    more.write_text(TEXT + "  ads: {advertising.budget: {times: 2}}\n")
    all_of_them = values(ls.run(more, out=written.parent / "more", executor="in-process", quiet=True).folder)
    assert all_of_them[all_of_them.index.get_level_values("strategy") != "ads"].equals(together)


def test_the_resolved_scenario_of_a_folder_repeats_its_run(written: Path, together: pd.Series) -> None:
    again = ls.run(
        written.parent / "one" / "scenario.yml", out=written.parent / "again", executor="in-process", quiet=True
    )
    assert values(again.folder).equals(together)
