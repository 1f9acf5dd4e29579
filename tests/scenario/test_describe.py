"""explain, check, diff and new, as functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyaltysim.core.errors import InputError
from loyaltysim.mechanisms import catalog
from loyaltysim.scenario import Scenario, check, diff, explain
from loyaltysim.scenario.registry import blocks, parameter_registry


@pytest.mark.parametrize("path", [*parameter_registry(), *blocks(), *catalog(), "strategies", "uncertain", "extends"])
def test_everything_can_be_explained(path: str) -> None:
    assert explain(path).startswith(path)


def test_a_lever_is_explained_with_unit_range_cost_and_source() -> None:
    text = explain("desk.compensation")
    for words in ("compensation for each", "lever", "$/case", "0 or more", "per case", "F30"):
        assert words in text


def test_a_metric_is_explained_with_how_months_become_a_figure() -> None:
    assert "sum of left / sum of customers_start" in explain("churn_annual")
    assert "the last month's value" in explain("customers")


def test_the_two_acquisition_costs_point_at_each_other() -> None:
    assert explain("acquisition_cost").split("see also")[1].strip() == "stated.acquisition_cost"
    assert explain("stated.acquisition_cost").split("see also")[1].strip() == "acquisition_cost"


def test_the_unknown_is_guessed() -> None:
    with pytest.raises(InputError, match=r"did you mean churn_annual\?"):
        explain("churn_anual")
    with pytest.raises(InputError, match="voice has: "):
        explain("voice.xyzzy")


def test_check_says_what_a_scenario_holds(tmp_path: Path) -> None:
    path = tmp_path / "study.yml"
    path.write_text(
        "title: A study\nquestion: Where to?\nmonths: 24\nwinback: off\nmarket: {people: 5_000, customers: 4_900}\n"
        "strategies: {as today: {}, more: {desk.budget: {add: 20_000, from: 2027-03, ramp: 6}}}\n"
        "uncertain: {voice.price: {low: 1, high: 3}}\n"
    )
    text = check(path)
    for words in (
        "A study: sound", "Where to?", "5,000 people, 4,900 of them customers", "24 months, 2027-01 to 2028-12",
        "as today (the reference): nothing changed", "winback",
        "more: desk.budget +20,000 from 2027-03, spread over 6 months (today 2,000 $/month)",
        "voice.price 1 to 3 $/ask",
    ):  # fmt: skip
        assert words in text


def test_diff_says_both_values_and_where_they_came_from(tmp_path: Path) -> None:
    a, b = tmp_path / "a.yml", tmp_path / "b.yml"
    a.write_text("voice:\n  price: 2\nstrategies: {x: {desk.budget: 5}}\n")
    b.write_text(
        "extends: a.yml\nstrategies: {x: {desk.budget: {add: 5}}, y: {}}\nuncertain: {voice.price: {low: 1, high: 2}}"
    )
    text = diff(a, b)
    assert text.splitlines()[:3] == ["strategies.x", "  - desk.budget = 5  (a.yml:3)", "  + desk.budget +5  (b.yml:2)"]
    assert "uncertain.voice.price\n  - not there\n  + 1 to 2  (b.yml:3)" in text
    assert "strategies.y" in text
    assert "price\n  - 2" not in text
    assert diff(a, a) == "no difference"
    assert "the order differs" in diff(
        Scenario().replace({"strategies": {"x": {}, "y": {}}}, "test"),
        Scenario().replace({"strategies": {"y": {}, "x": {}}}, "test"),
    )
