"""An evaluator responds with the bits of a fresh run, and computes nothing that is known."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.execution import evaluator as evaluators
from loyaltysim.execution import tasks
from loyaltysim.execution.evaluator import Evaluator, Request, Response
from loyaltysim.execution.progress import Progress
from loyaltysim.execution.run_cache import SqliteCache
from loyaltysim.execution.tasks import StartCache, start_key
from loyaltysim.mechanisms import catalog
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.registry import parameter_registry

pytestmark = pytest.mark.machines

STRATEGIES = {
    "as today": {},
    "the same": {"desk.budget": {"add": 0}},
    "recovery": {"desk.budget": {"add": 300}},
    "tried": {"desk.budget": {"add": 300}, "pilot": {"share": 0.3, "months": 4}},
}
NAMES = tuple(STRATEGIES)
Small = Callable[..., Scenario]


def answered(asks: Any, executor: str = "in-process", **how: Any) -> dict[int, Response]:
    with Evaluator(executor, **how) as evaluator:
        return {answer.number: answer for answer in evaluator.evaluate(asks)}


def same(one: Any, two: Any) -> bool:
    return list(one) == list(two) and all(np.array_equal(one[name], two[name], equal_nan=True) for name in one)


@pytest.mark.markets
@pytest.mark.parametrize("executor", ["in-process", "processes:2"])
def test_answers_have_the_bits_of_a_plain_simulation(small: Small, executor: str) -> None:
    specs = [small(strategies=STRATEGIES, seed=seed) for seed in (1, 2)]
    replications = (2, 0, 1, 2)
    found = answered([Request(spec, NAMES, replications, "a point") for spec in specs], executor)
    for number, spec in enumerate(specs):
        plain = {(r, each.strategy): each.figures for r in range(3) for each in simulate(spec, r, NAMES)}
        assert not found[number].error
        assert found[number].request.label == "a point"
        for name in NAMES:
            expected = {metric: np.array([plain[r, name][metric] for r in replications]) for metric in catalog()}
            assert same(found[number].figures[name], expected)


def test_a_single_ask_and_an_empty_one(small: Small) -> None:
    with Evaluator("in-process") as evaluator:
        for replications in ((0, 1), ()):
            found = next(evaluator.evaluate([Request(small(), ("as today",), replications)]))
            assert found.figures["as today"]["npv"].shape == (len(replications),)


def test_a_run_that_fails_is_a_row_and_the_rest_goes_on(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tasks.compute_figures

    def fails(scenario: Scenario, market: str, strategy: str, replication: int) -> Any:
        if scenario.seed == 2 and replication == 1:
            raise ZeroDivisionError("nobody is left")
        return real(scenario, market, strategy, replication)

    monkeypatch.setattr(tasks, "compute_figures", fails)
    asks = [Request(small(seed=seed), ("as today",), (0, 1, 2)) for seed in (1, 2, 3)]
    found = answered([*asks, Request(small(), ("no such plan",), (0,))])
    assert [bool(found[number].error) for number in range(4)] == [False, True, False, True]
    assert found[1].error == "ZeroDivisionError: nobody is left"
    assert not found[1].figures
    assert "there is no strategy 'no such plan'" in found[3].error


def test_asks_are_drawn_when_there_is_room(small: Small) -> None:
    drawn: list[int] = []

    def asks() -> Iterator[Request]:
        for seed in range(40):
            drawn.append(seed)
            yield Request(small(seed=seed), ("as today",), (0,))

    with Evaluator("in-process") as evaluator:
        answers = evaluator.evaluate(asks())
        for number in range(5):
            next(answers)
            assert len(drawn) <= number + 6
        answers.close()  # type: ignore[attr-defined]
    assert len(drawn) < 15


def test_an_iterator_may_adapt_to_the_answers(small: Small) -> None:
    best: list[float] = []

    def asks() -> Iterator[Request]:
        for step in range(4):
            strategies = {"as today": {"desk.budget": {"add": 100 * step}}}
            yield Request(small(strategies=strategies), ("as today",), (0,))
            assert len(best) >= step - 3

    with Evaluator("in-process") as evaluator:
        for answer in evaluator.evaluate(asks()):
            best.append(float(answer.figures["as today"]["npv"][0]))
            evaluator.best = f"{max(best):,.0f}"
    assert len(set(best)) == 4


def test_no_burn_in_is_lived_twice(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    starts = StartCache()
    monkeypatch.setattr(tasks, "start_cache", lambda: starts)
    changes = [{"desk.budget": {"add": 50 * step}} for step in range(3)]
    asks = [Request(small(strategies={"plan": change}), ("plan",), (0, 1)) for change in changes]
    later = [
        Request(small(strategies={"plan": {}}, discount_rate=rate, months=6), ("plan",), (0, 1)) for rate in (0.1, 0.2)
    ]
    assert not any(answer.error for answer in answered([*asks, *later]).values())
    assert starts.misses == 2
    other = small(**{"market.readiness_shape": 3.0})
    starts.get(other, start_key(other), 0)
    assert starts.misses == 3


def test_starts_are_bounded_in_bytes(small: Small) -> None:
    starts = StartCache(most_bytes=1)
    for replication in (0, 1, 1, 0):
        starts.get(small(), start_key(small()), replication)
    assert starts.misses == 3
    assert len(starts) == 1


def test_memory_does_not_grow_with_the_asks(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluators, "MOST_HOMES", 10)
    monkeypatch.setattr(tasks, "compute_figures", lambda *call: np.zeros(len(catalog())))
    spec = small()
    asks = (Request(spec, ("as today",), (first, first + 1)) for first in range(0, 800, 2))
    held: list[int] = []
    with Evaluator("in-process") as evaluator:
        tracemalloc.start()
        for answer in evaluator.evaluate(asks):
            if answer.number % 80 == 20:
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
    # What grows with the asks grows in every span; what something else in this process takes once, in one of them.
    assert min(np.diff(held)) < 80 * 2 * len(catalog())  # an eighth of the figures that passed through in a span


def unsolved(small: Small, **changes: Any) -> Scenario:
    return small(**{"calibration": "on"} | changes)


def test_a_market_is_solved_once_in_a_worker(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    solved: list[float] = []
    rates = {path: row.default for path, row in parameter_registry().items() if row.role == "solved"}

    def solving(scenario: Scenario) -> dict[str, float]:
        solved.append(scenario.stated.churn_annual)
        return rates

    monkeypatch.setattr(tasks, "solve_rates", solving)
    specs = [unsolved(small, **{"stated.churn_annual": churn}) for churn in (0.2, 0.2, 0.3, 0.2)]
    assert not any(spec.is_solved for spec in specs)
    found = answered([Request(spec, ("as today",), (0, 1)) for spec in specs])
    assert solved == [0.2, 0.3]
    plain = simulate(specs[2].replace(rates, source="solved"), 1, ("as today",))[0].figures["npv"]
    assert found[2].figures["as today"]["npv"][1] == plain


def test_a_market_that_cannot_be_solved_is_a_row(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(scenario: Scenario) -> dict[str, float]:
        raise InputError(Problem("cannot be met", "stated.churn_annual"))

    monkeypatch.setattr(tasks, "solve_rates", refusing)
    asks = [Request(unsolved(small), ("as today",), (0,)), Request(small(), ("as today",), (0,))]
    found = answered([*asks, asks[0]])
    assert found[0].error == found[2].error == "stated.churn_annual: cannot be met"
    assert not found[1].error


def test_what_one_study_has_run_another_takes(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Progress] = []
    first = answered([Request(small(strategies=STRATEGIES), NAMES, (0, 1, 2))], cache=SqliteCache(tmp_path))
    with SqliteCache(tmp_path) as ledger:
        assert ledger.count() == 9  # as today and the same are one plan

    def never(*call: Any) -> Any:
        raise AssertionError("it was computed again")

    monkeypatch.setattr(tasks, "compute_figures", never)
    renamed = {"other words": STRATEGIES["recovery"], "nothing": {}}
    spec = small(strategies=renamed, title="Another title", replications=9, start="2031-05")
    again = answered(
        [Request(spec, ("other words", "nothing"), (2, 1))], cache=SqliteCache(tmp_path), progress=heard.append
    )
    for name, before in (("other words", "recovery"), ("nothing", "the same")):
        expected = {metric: each[[2, 1]] for metric, each in first[0].figures[before].items()}
        assert same(again[0].figures[name], expected)
    assert (heard[-1].done, heard[-1].total, heard[-1].reused) == (4, 4, 4)


@pytest.mark.parametrize(
    "changes", [{"seed": 5}, {"months": 11}, {"discount_rate": 0.2}, {"market.customers": 410}, {"desk.budget": 81.0}]
)
def test_what_a_run_depends_on_is_in_its_key(small: Small, tmp_path: Path, changes: dict[str, Any]) -> None:
    for spec in (small(), small(**changes)):
        answered([Request(spec, ("as today",), (0,))], cache=SqliteCache(tmp_path))
    with SqliteCache(tmp_path) as ledger:
        assert ledger.count() == 2


# Whole records: every strategy in every replication.


def records_of(spec: Scenario, executor: str = "in-process", known: Any = (), **how: Any) -> tuple[dict[Any, Any], int]:
    with Evaluator(executor, **how) as evaluator:
        found = {(each.strategy, each.replication): each for each in evaluator.records(spec, known)}
        return found, evaluator.reused


@pytest.mark.parametrize("executor", ["in-process", "processes:2"])
def test_records_are_those_of_a_plain_simulation(small: Small, executor: str) -> None:
    spec = small(strategies=STRATEGIES)
    found, reused = records_of(spec, executor)
    plain = {(each.strategy, r): each for r in range(2) for each in simulate(spec, r, NAMES)}
    assert (set(found), reused) == (set(plain), 0)
    for run, record in plain.items():
        assert found[run].months.tobytes() == record.months.tobytes()
        assert same(found[run].figures, record.figures)


def test_records_of_an_earlier_study_are_taken_and_known_ones_left_out(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = small(strategies=STRATEGIES)
    first, _ = records_of(spec, cache=SqliteCache(tmp_path))
    answered([Request(small(seed=5), ("as today",), (0,))], cache=SqliteCache(tmp_path))

    def never(*call: Any) -> Any:
        raise AssertionError("it was computed again")

    monkeypatch.setattr(tasks, "simulate_records", never)
    monkeypatch.setattr(tasks, "compute_figures", never)
    again, reused = records_of(spec, cache=SqliteCache(tmp_path), known={("as today", 1)})
    assert set(again) == set(first) - {("as today", 1)}
    assert reused == len(again)
    assert all(again[run].months.tobytes() == first[run].months.tobytes() for run in again)
    figures = answered([Request(spec, ("recovery",), (1,))], cache=SqliteCache(tmp_path))[0].figures["recovery"]
    assert figures["npv"][0] == first["recovery", 1].figures["npv"]


def test_figures_alone_are_no_record(small: Small, tmp_path: Path) -> None:
    spec = small(strategies={"as today": {}}, replications=1)
    answered([Request(spec, ("as today",), (0,))], cache=SqliteCache(tmp_path))
    found, reused = records_of(spec, cache=SqliteCache(tmp_path))
    assert (list(found), reused) == ([("as today", 0)], 0)


def test_a_profile_takes_no_run_and_keeps_none(small: Small, tmp_path: Path) -> None:
    spec = small(strategies={"as today": {}})
    records_of(spec, cache=SqliteCache(tmp_path))
    found, reused = records_of(spec, cache=SqliteCache(tmp_path), profile=True)
    assert reused == 0
    assert all(len(each.profile) == spec.months for each in found.values())


def cube(number: int) -> int:
    return number**3


def test_any_function_is_called_where_there_is_room() -> None:
    with Evaluator("processes:2") as evaluator:
        assert sorted(evaluator.map(cube, ((number,) for number in range(5)))) == [0, 1, 8, 27, 64]


def test_a_closed_evaluator_says_so() -> None:
    with pytest.raises(RunError, match="with Evaluator"):
        Evaluator().map(cube, [(1,)])


def test_a_call_that_fails_is_told_in_words() -> None:
    with (
        Evaluator("in-process") as evaluator,
        pytest.raises(RunError, match="a simulation failed: ZeroDivisionError"),
    ):
        list(evaluator.map(divmod, [(1, 0)]))
