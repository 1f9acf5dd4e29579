"""LoyaltyModel as Mesa users know a model: stepping by hand, agents, batch_run, and memory that comes back."""

from __future__ import annotations

import gc
import pickle
import warnings
import weakref
from collections.abc import Callable

import mesa
import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER
from loyaltysim.core.errors import InputError
from loyaltysim.model import Customer, LoyaltyModel
from loyaltysim.scenario import Scenario


@pytest.fixture
def model(small: Callable[..., Scenario]) -> LoyaltyModel:
    return LoyaltyModel(
        small(
            strategies={
                "as today": {},
                "ads": {"advertising.budget": {"add": 5_000, "from": "2027-03", "to": "2027-04"}},
            }
        )
    )


def test_it_is_a_mesa_model_that_stops_at_its_horizon(model: LoyaltyModel) -> None:
    assert isinstance(model, mesa.Model)
    while model.running:
        model.step()
    assert model.month == 12
    before = model.record.copy()
    model.step()
    assert model.month == 12
    assert np.array_equal(before, model.record)


def test_month_0_has_the_stated_customers_and_no_flows(model: LoyaltyModel) -> None:
    assert model.customers == 400
    assert model.left == model.joined == model.net == 0


def test_a_dated_lever_acts_in_its_months_only(model: LoyaltyModel) -> None:
    spec = model.spec
    ads = LoyaltyModel(spec, "ads")
    spent = []
    while ads.running:
        ads.step()
        spent.append(ads.cost_advertising)
    assert spent == [1_600] * 2 + [6_600] * 2 + [1_600] * 8


def test_agents_are_views_of_the_present_customers(model: LoyaltyModel) -> None:
    model.step()
    agents = model.agents
    assert len(agents) == model.customers
    assert all(isinstance(agent, Customer) for agent in agents)
    rows = np.flatnonzero(model.world.people.status == CUSTOMER)
    assert sorted(agent.unique_id for agent in agents) == rows.tolist()
    assert agents.agg("satisfaction", np.mean) == pytest.approx(model.world.people.satisfaction[rows].mean(), rel=1e-6)
    long_standing = agents.select(lambda customer: customer.tenure > 24)
    assert 0 < len(long_standing) < len(agents)
    groups = agents.groupby(lambda customer: customer.tenure > 24)
    assert groups.count() == {True: len(long_standing), False: len(agents) - len(long_standing)}


def test_a_customer_reads_columns_and_refuses_to_be_written(model: LoyaltyModel) -> None:
    person = model.customer(7)
    assert person.margin == pytest.approx(float(model.world.people.margin[7]))
    assert person.why_left in ("", "died", "moved", "friends", "rival", "product", "indifference")
    with pytest.raises(AttributeError, match="a customer is a view"):
        person.margin = 3
    with pytest.raises(AttributeError, match="has no 'colour'"):
        _ = person.colour
    with pytest.raises(IndexError, match="people 0 to 1999"):
        model.customer(2_000)


def test_an_unknown_strategy_is_named(model: LoyaltyModel) -> None:
    with pytest.raises(InputError, match="adds"):
        LoyaltyModel(model.spec, "adds")


def test_rng_replaces_the_seed(small: Callable[..., Scenario]) -> None:
    scenario = small()
    models = [LoyaltyModel(scenario), LoyaltyModel(scenario, rng=scenario.seed), LoyaltyModel(scenario, rng=5)]
    for model in models:
        model.step()
    assert np.array_equal(models[0].record, models[1].record)
    assert not np.array_equal(models[0].record, models[2].record)


def test_the_collector_serves_mesas_plots(model: LoyaltyModel) -> None:
    model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["customers"].tolist() == [model.customers]


def test_batch_run_works_on_it(small: Callable[..., Scenario]) -> None:
    scenario = small(strategies={"as today": {}, "recovery": {"desk.budget": {"add": 500}}})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Mesa itself warns that batch_run's arguments will change
        rows = mesa.batch_run(
            LoyaltyModel,
            parameters={"scenario": [scenario], "strategy": ["as today", "recovery"], "replication": [0, 1]},
            number_processes=1,
            data_collection_period=-1,
            display_progress=False,
        )
    assert len(rows) == 4
    by_hand = LoyaltyModel(scenario, "recovery", 1)
    while by_hand.running:
        by_hand.step()
    (same,) = [row for row in rows if row["strategy"] == "recovery" and row["replication"] == 1]
    assert same["customers"] == by_hand.customers


def test_a_model_pickles_and_goes_on_as_before(model: LoyaltyModel) -> None:
    model.step()
    twin = pickle.loads(pickle.dumps(model))
    model.step()
    twin.step()
    assert np.array_equal(model.record, twin.record)


def test_a_model_that_is_let_go_leaves_memory(small: Callable[..., Scenario]) -> None:
    model = LoyaltyModel(small())
    model.step()
    assert len(model.agents) > 0
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
