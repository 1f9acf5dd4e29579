"""The house's rules that keep mechanisms apart: who may write what, and no parameter that nothing reads."""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from loyaltysim.core.mechanism import Mechanism
from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.records import Report
from loyaltysim.core.tables import Table, World, only_own_columns
from loyaltysim.mechanisms import MONTH, catalog, form
from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import build_mechanisms, build_network
from tests.support.worlds import newborn

BUSY = {
    "voice.budget": 200.0,
    "surveys.budget": 200.0,
    "leaders.listening": 100.0,
    "touchpoints.repair": 100.0,
    "winback.budget": 2_000.0,
    "desk.compensation": 10.0,
    "staff.training": 100.0,
    "staff.turnover": 0.2,
    "departure.died": 0.02,
    "grievance.indifference": 0.3,
    "grievance.product": 0.5,
}


def test_a_mechanism_writes_only_columns_that_name_it(small: Callable[..., Scenario]) -> None:
    scenario = small(**BUSY)
    world = newborn(scenario, 3)
    for month in range(4, 10):
        world.month, report = month, Report(form())
        for mechanism in build_mechanisms(scenario):
            with only_own_columns(world, type(mechanism)):
                mechanism.step(world, RngStream(scenario.seed, 0, mechanism.key, month), report)


def test_a_sealed_column_refuses_to_be_written(small: Callable[..., Scenario]) -> None:
    world = newborn(small())
    reviews = next(mechanism for mechanism in MONTH if mechanism.key == "reviews")
    with only_own_columns(world, reviews):
        with pytest.raises(ValueError, match="read-only"):
            world.people.satisfaction[0] = 1
        world.people.reviewed_month[0] = 1
    world.people.satisfaction[0] = 1


def test_a_column_refuses_to_be_rebound_and_says_the_cure(small: Callable[..., Scenario]) -> None:
    world = newborn(small())
    with pytest.raises(AttributeError, match=r"people\.satisfaction\[:\] = "):
        world.people.satisfaction = np.zeros(3)


def test_a_metric_that_nobody_declares_is_refused() -> None:
    with pytest.raises(KeyError, match="no mechanism declares a metric 'happiness'"):
        Report(form())(happiness=1)


def test_a_forked_world_shares_no_state(small: Callable[..., Scenario]) -> None:
    world = newborn(small(), 1)
    twin = world.fork()
    for name, table in world.tables.items():
        for column in table.columns:
            assert not np.shares_memory(getattr(table, column), getattr(twin.tables[name], column))


def test_a_table_grows_without_losing_what_it_holds() -> None:
    desk = next(mechanism for mechanism in MONTH if mechanism.key == "desk")
    cases = Table("cases", 4, [column for column in desk.columns() if column.table == "cases"])
    cases.opened[:] = [1, 2, 3, 4]
    cases.reserve(9)
    assert cases.rows >= 9
    assert cases.opened[:4].tolist() == [1, 2, 3, 4]


class Spy:
    """Stands in for a mechanism (or a block of one) and notes which of its numbers are read."""

    def __init__(self, target: BaseModel, prefix: str, seen: set[str]) -> None:
        self._target, self._prefix, self._seen = target, prefix, seen

    def __getattr__(self, name: str) -> Any:
        kept = getattr(type(self._target), name, None)
        if isinstance(kept, cached_property):
            return kept.func(self)
        value = getattr(self._target, name)
        if name in type(self._target).model_fields:
            self._seen.add(f"{self._prefix}.{name}")
            return Spy(value, f"{self._prefix}.{name}", self._seen) if isinstance(value, BaseModel) else value
        return types.MethodType(value.__func__, self) if isinstance(value, types.MethodType) else value


def read_by_a_run(scenario: Scenario, world: World, seen: set[str]) -> None:
    spies = [Spy(mechanism, mechanism.key, seen) for mechanism in build_mechanisms(scenario)]
    by_key = {spy._prefix: spy for spy in spies}
    build_network(by_key["market"], np.uint64(1))  # type: ignore[arg-type]
    for spy in spies:
        spy.begin(world, RngStream(scenario.seed, 0, spy._prefix, world.month))
    world.month += 1
    report = Report(form())
    for spy in spies:
        spy.step(world, RngStream(scenario.seed, 0, spy._prefix, world.month), report)
    months = {name: np.zeros(3) for name in catalog()}
    for spy in spies:
        spy.close(months, scenario)


def test_every_declared_number_is_read(small: Callable[..., Scenario], tmp_path: Any) -> None:
    ties = tmp_path / "ties.txt"
    ties.write_text("0 1\n")
    seen: set[str] = set()
    variants: list[dict[str, Any]] = [
        {},
        {"market.fickleness_kind": "beta"},
        {"market.network.kind": "file", "market.network.path": str(ties)},
    ]
    for changes in variants:
        scenario = small(**BUSY, **changes)
        read_by_a_run(scenario, newborn(scenario, 2), seen)
    declared = {row.path for mechanism in MONTH for row in mechanism.declarations() if row.role != "switch"}
    # read where a market is born: the size of its tables and the length of its burn-in
    elsewhere = {"market.burn_in"}
    assert declared - seen - elsewhere == set()


@pytest.mark.parametrize("mechanism", MONTH, ids=lambda mechanism: mechanism.key)
def test_declarations_are_complete(mechanism: type[Mechanism]) -> None:
    for row in mechanism.declarations():
        assert row.doc, row.path
        assert row.source, row.path
        assert row.grade, row.path
    for column in mechanism.columns():
        assert column.doc, column.name
    for metric in mechanism.metrics():
        assert metric.doc, metric.name
        assert metric.over != "ratio" or all(name in catalog() for name in metric.of or ())


def test_a_copy_reckons_anew_what_follows_from_its_numbers() -> None:
    channels = Scenario().mechanism("channels")
    usual, _, _ = channels._columns
    dearer = [row.model_copy(update={"cost": row.cost + 1}) for row in channels.table]
    copy = channels.model_copy(update={"table": dearer})
    assert (copy._columns[0] == usual + 1).all()
