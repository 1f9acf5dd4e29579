"""Where prices turn a run's recommendation: typed into the scenario and run again, the two strategies are level there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from loyaltysim import plots
from loyaltysim.mechanisms import CATALOG
from loyaltysim.model import simulate
from loyaltysim.report import threshold_words as words
from loyaltysim.report.discounting import LATER
from loyaltysim.report.gathering import collect
from loyaltysim.report.results import Results
from loyaltysim.report.statistics import Interval, compare_best, student_t
from loyaltysim.report.thresholds import SPENDING, Threshold, table, thresholds
from loyaltysim.scenario import Scenario

PER_CUSTOMER = "advertising_cost_per_customer"
STRATEGIES: dict[str, Any] = {
    "as today": {},
    "recovery": {"desk.budget": {"add": 400.0}},
    "advertising": {"advertising.budget": {"add": 400.0}},
    "listen": {"voice.budget": {"add": 200.0}, "desk.budget": {"add": 200.0}},
}


def run_of(scenario: Scenario) -> Results:
    """Simulate without a folder."""
    names = tuple(scenario.strategies)
    records = [record for r in range(scenario.replications) for record in simulate(scenario, r, names)]
    return collect(records, scenario, CATALOG)


@pytest.fixture(scope="module")
def firm(small: Callable[..., Scenario]) -> Scenario:
    """A firm whose recommendation turns along many prices; hiring and receiving complaints cost something."""
    return small(months=24, replications=4, strategies=STRATEGIES)


@pytest.fixture(scope="module")
def results(firm: Scenario) -> Results:
    return run_of(firm)


def lead(results: Results, found: Threshold) -> np.ndarray:
    return results.figures[found.strategy]["npv"] - results.figures[found.turns_to]["npv"]


def typed_in(firm: Scenario, found: Threshold, value: float) -> Scenario | None:
    """Give the scenario with a threshold's value typed in; None for what no scenario says by itself."""
    if found.quantity == SPENDING:  # audits of touchpoints, where nobody mends any, cost and do nothing
        more = {"touchpoints.audit": {"add": value - found.today}}
        return firm.replaced({"strategies": {**STRATEGIES, found.strategy: {**STRATEGIES[found.strategy], **more}}})
    if found.quantity == "margin":
        return firm.replaced({"market.margin_mean": value * firm.flat()["market.margin_mean"]})
    if found.quantity == "discount_rate":
        return firm.replaced({"discount_rate": value})
    if found.quantity == PER_CUSTOMER:  # each $ buys less: the same customers for so many times the money
        times = value / found.today
        more = {"advertising.budget": {"add": 400.0 * times}}
        paths = ("advertising.budget", "advertising.scale")
        dearer = {path: times * firm.flat()[path] for path in paths}
        return firm.replaced({**dearer, "strategies": {**STRATEGIES, "advertising": more}})
    return None


def test_typed_into_the_scenario_each_value_leaves_the_two_strategies_level(firm: Scenario, results: Results) -> None:
    tried = set()
    for found in thresholds(results):
        again = typed_in(firm, found, found.at.mean)
        if again is None:
            continue
        tried.add(found.quantity)
        there = run_of(again)
        size = abs(float(np.mean(there.figures[found.strategy]["npv"])))
        assert abs(float(np.mean(lead(there, found)))) < 1e-5 * size, found
        assert abs(float(np.mean(lead(results, found)))) > 1e-5 * size or found.at.mean == found.today
    assert tried == {SPENDING, "margin", "discount_rate", PER_CUSTOMER}


def test_at_the_ends_of_the_interval_it_is_just_not_known_who_is_better(firm: Scenario, results: Results) -> None:
    ends = [(each, end) for each in thresholds(results) for end in (each.at.low, each.at.high) if np.isfinite(end)]
    chosen = [(each, end) for each, end in ends if each.quantity == "margin" and end > 0]
    assert chosen
    for found, end in chosen:
        again = typed_in(firm, found, end)
        assert again is not None
        gain = lead(run_of(again), found)
        level = pair_level(results, found)
        half = student_t(level, len(gain) - 1) * float(np.std(gain, ddof=1)) / np.sqrt(len(gain))
        assert abs(float(np.mean(gain))) == pytest.approx(half, rel=1e-3)


def pair_level(results: Results, found: Threshold) -> float:
    """Give the level at which an interval of the pair's difference has the half-width that Holm's procedure gives it."""
    from loyaltysim.report.thresholds import Contest

    return Contest(results).levels[found.turns_to]


def test_the_value_after_the_horizon_counts_as_often_as_it_is_said_to(results: Results) -> None:
    found = [each for each in thresholds(results) if each.quantity == LATER]
    assert found
    for each in found:
        worth = {
            name: figures["npv_without_later_value"] + each.at.mean * figures[LATER]
            for name, figures in results.figures.items()
        }
        gap = worth[each.strategy] - worth[each.turns_to]
        assert abs(float(np.mean(gap))) < 1e-6 * float(np.mean(worth[each.strategy]))
        ranked = sorted(worth, key=lambda name: -float(np.mean(worth[name])))
        assert set(ranked[:2]) == {each.strategy, each.turns_to}


def test_an_interval_holds_today_exactly_where_the_answer_cannot_tell(results: Results) -> None:
    shifted = {name: dict(figures) for name, figures in results.figures.items()}
    for worth in (0.0, 5e3, 1e4, 2e4, 4e4, 8e4):
        shifted["advertising"]["npv"] = results.figures["advertising"]["npv"] + worth
        moved = replace(results, figures=shifted)
        contest = compare_best(moved.by_strategy("npv"))
        against = [
            each for each in thresholds(moved) if each.turns_to == contest.second and each.quantity != "discount_rate"
        ]
        assert against
        assert {each.holds_today for each in against} == {not contest.decided}


def test_one_strategy_turns_where_it_is_worth_nothing(firm: Scenario, results: Results) -> None:
    alone = replace(results, strategies=("as today",))
    found = {each.quantity: each for each in thresholds(alone)}
    assert {each.turns_to for each in found.values()} == {""}
    worth = results.figures["as today"]
    assert found["margin"].at.mean == pytest.approx(np.mean(worth["discounted_cost"]) / np.mean(worth["npv"] + worth["discounted_cost"]))  # fmt: skip
    told = words.said(alone)
    assert told.startswith("As today would have to cost")
    assert "before it was worth nothing over 2 years" in told
    assert plots.thresholds(alone).headline.startswith("As today is worth nothing soonest with")  # type: ignore[attr-defined]


def test_one_replication_has_values_and_no_intervals(results: Results) -> None:
    one = replace(
        results,
        figures={name: {metric: each[:1] for metric, each in figures.items()} for name, figures in results.figures.items()},
        paths={name: each[:1] for name, each in results.paths.items()},
    )  # fmt: skip
    assert thresholds(one)
    assert not any(each.at.known for each in thresholds(one))
    assert "95 %" not in words.said(one)
    assert table(one).ci_low.isna().all()
    plots.thresholds(one)


def test_strategies_that_are_alike_are_no_contest(results: Results) -> None:
    same = replace(results, strategies=("as today", "again"), figures={**results.figures, "again": results.figures["as today"]}, paths={**results.paths, "again": results.paths["as today"]})  # fmt: skip
    assert thresholds(same) == []
    assert (
        words.said(same) == "Nothing needs to change for as today to earn no more than again: they are level as it is."
    )
    assert "none of them turn the recommendation" in words.counted(same)
    assert plots.thresholds(same).headline == "No price or rate turns the recommendation by itself"  # type: ignore[attr-defined]


def test_a_best_strategy_that_saves_money_is_said_by_how_much_it_could_be_dearer(results: Results) -> None:
    """What saves costs less than the first: a negative sum beyond it would read as a slip."""
    order = ("recovery", "as today")
    worth = {**results.figures["as today"], "npv": results.figures["recovery"]["npv"] + np.array([4e3, 5e3, 6e3, 5e3])}
    saving = replace(results, strategies=order, figures={**results.figures, "as today": worth})
    found = {each.quantity: each for each in thresholds(saving)}[SPENDING]
    assert found.today < 0.0
    gained = 5e3 / sum((1 + results.discount_rate) ** (-month / 12) for month in range(1, results.months + 1))
    assert found.at.mean - found.today == pytest.approx(gained)
    told = words.said(saving)
    assert told.startswith(
        f"As today, which costs less than recovery, would have to cost {gained:.0f} $ a month more than it does (95 %: "
    )
    assert "-" not in told.partition(".")[0]
    plots.thresholds(saving)


def test_an_endless_end_is_told_wherever_the_value_is(results: Results) -> None:
    """Luck has then been met, and has more to say than that it is unknown."""
    for low, high, said in (
        (0.5, np.inf, "0.50 or more"),
        (-np.inf, 2.0, "2.00 or less"),
        (-np.inf, np.inf, "anywhere"),
    ):
        each = Threshold("margin", "margin", "times today's", 1.0, Interval(1.2, low, high, 4), "recovery", "as today")
        assert words.sure(results, each) == f" (95 %: {said})"
        assert words.times(each) == ("1.20", said)
