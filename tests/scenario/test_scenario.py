"""A scenario as a value: its hash, its replacements, what is solved and when that is given up."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.registry import parameter_registry

SOLVED = {"voice.unprompted": 0.2, "desk.answer_scale": 1e-5}


def test_it_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Scenario().months = 3


def test_flat_holds_every_declared_value() -> None:
    flat = Scenario().flat()
    assert list(flat) == list(parameter_registry())
    assert flat["market.network.ties"] == 12
    assert flat["touchpoints.table"][0]["name"]


def test_an_unknown_mechanism_is_guessed() -> None:
    with pytest.raises(InputError, match=r"did you mean voice\?"):
        Scenario().mechanism("voise")


def test_the_hash_holds_what_matters_and_nothing_else() -> None:
    plain = Scenario()
    assert plain.replace({"title": "x", "question": "y"}, "test").sha256 == plain.sha256
    for path, value in {"seed": 1, "desk.budget": 2_001, "market.network.kind": "none", "discount_rate": 0.2}.items():
        assert plain.replace({path: value}, "test").sha256 != plain.sha256
    assert plain.replace({"strategies": {"b": {}}}, "test").sha256 != plain.sha256
    assert plain.replace({"uncertain": {"voice.price": {"low": 1, "high": 2}}}, "test").sha256 != plain.sha256
    assert plain.replace({"market.people": 50_000, "desk.budget": 2_000}, "test").sha256 == plain.sha256


def test_replacing_is_checked_and_noted() -> None:
    spec = Scenario().replace({"market.people": 60_000.0, "rivals.slope": 1}, source="sweep")
    assert isinstance(spec.market.people, int)
    assert spec.provenance["market.people"] == "sweep"
    with pytest.raises(InputError, match=r"sweep: market\.people: 3 is below 100"):
        spec.replace({"market.people": 3}, source="sweep")
    with pytest.raises(InputError, match="no such entry"):
        spec.replace({"market.poeple": 3}, source="sweep")
    with pytest.raises(InputError, match="calibration: off"):
        spec.replace({"voice.unprompted": 0.3}, source="sweep")


def test_strategies_can_be_replaced_and_else_stay() -> None:
    spec = Scenario().replace({"strategies": {"a": {}, "b": {"desk.budget": [{"add": 1}, {"times": 2}]}}}, "test")
    again = spec.replace({"seed": 4}, "test")
    assert again.strategies == spec.strategies
    assert again.strategy_name(None) == "a"
    assert again.provenance["strategies.b"] == "test"


def test_what_was_solved_is_given_up_when_the_world_changes() -> None:
    assert not Scenario().is_solved
    solved = Scenario().replace(SOLVED)
    assert solved.is_solved
    assert solved.voice.unprompted == 0.2
    for path, value in {"desk.budget": 1, "seed": 4, "months": 3, "discount_rate": 0.2, "title": "x"}.items():
        kept = solved.replace({path: value}, "test")
        assert kept.is_solved
        assert kept.voice.unprompted == 0.2
    for path, value in {"market.people": 70_000, "stated.churn_annual": 0.1, "winback.on": False}.items():
        fresh = solved.replace({path: value}, "test")
        assert not fresh.is_solved
        assert fresh.voice.unprompted == Scenario().voice.unprompted


def test_with_calibration_off_solved_parameters_are_typed() -> None:
    spec = Scenario().replace(
        {"calibration": "off", "voice.unprompted": 0.3, "market.people": 9_000, "market.customers": 5}, "test"
    )
    assert spec.is_solved
    assert spec.replace({"market.people": 8_000}, "test").voice.unprompted == 0.3
