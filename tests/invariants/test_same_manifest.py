"""The same scenario gives the same values of months.parquet: with one process or two, alone or together, from its own folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import loyaltysim as ls

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
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("same") / "small.yml"
    path.write_text(TEXT)
    return path


@pytest.fixture(scope="module")
def together(scenario: Path) -> pd.Series:
    return values(ls.run(scenario, out=scenario.parent / "one", executor="in-process", quiet=True).folder)


def test_two_processes_give_the_values_of_one(scenario: Path, together: pd.Series) -> None:
    two = ls.run(scenario, out=scenario.parent / "two", executor="processes:2", quiet=True)
    assert values(two.folder).equals(together)


def test_fewer_replications_give_the_values_they_give_among_more(scenario: Path, together: pd.Series) -> None:
    fewer = values(
        ls.run(scenario, out=scenario.parent / "fewer", replications=2, executor="in-process", quiet=True).folder
    )
    assert fewer.equals(together[together.index.get_level_values("replication") < 2])


def test_another_strategy_changes_no_number_of_the_others(scenario: Path, together: pd.Series) -> None:
    more = scenario.parent / "more.yml"
    more.write_text(TEXT + "  ads: {advertising.budget: {times: 2}}\n")
    all_of_them = values(ls.run(more, out=scenario.parent / "more", executor="in-process", quiet=True).folder)
    assert all_of_them[all_of_them.index.get_level_values("strategy") != "ads"].equals(together)


def test_the_resolved_scenario_of_a_folder_repeats_its_run(scenario: Path, together: pd.Series) -> None:
    again = ls.run(
        scenario.parent / "one" / "scenario.yml", out=scenario.parent / "again", executor="in-process", quiet=True
    )
    assert values(again.folder).equals(together)
