"""Threads within a run change no bit, and there are never more of them than processors to run them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from loyaltysim.cli import main
from loyaltysim.core import threads
from loyaltysim.core.tables import World
from loyaltysim.execution.executors import InProcess, iterate_completed, open_executor
from loyaltysim.scenario import Scenario
from tests.support.worlds import played

CROWD = {"market.people": 40_000, "market.customers": 20_000, "desk.budget": 3_000.0, "grievance.indifference": 0.3}


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let threads pay for a single block; gives how many calls were made at once, each time that there was a choice."""
    made: list[int] = []
    together = threads.run_together

    def noted(calls: list[tuple[Any, ...]]) -> list[Any]:
        made.append(len(calls))
        return together(calls)

    monkeypatch.setattr(threads, "LEAST", threads.BLOCK)
    monkeypatch.setattr(threads, "run_together", noted)
    return made


def after_months(scenario: Scenario, number: int) -> tuple[World, dict[str, float]]:
    with threads.limit_threads(number):
        *_, (world, report) = played(scenario, 4)
    return world, report.values


@pytest.mark.parametrize("kind", ["none", "small_world"])
def test_threads_change_no_bit(small: Callable[..., Scenario], eager: list[int], kind: str) -> None:
    scenario = small(**CROWD, **{"market.network.kind": kind})
    alone, figures = after_months(scenario, 1)
    assert max(eager) == 1
    for number in (2, 3):
        eager.clear()
        world, found = after_months(scenario, number)
        assert max(eager) == number
        assert found == figures
        for name, table in alone.tables.items():
            for column in table.columns:
                assert np.array_equal(getattr(table, column), getattr(world.tables[name], column)), column


@pytest.mark.parametrize("rows", [0, 1, threads.LEAST, 3 * threads.LEAST + 1, 1_000_003])
@pytest.mark.parametrize("number", [1, 2, 3, 7])
def test_ranges_cover_all_rows_once_and_begin_at_blocks(rows: int, number: int) -> None:
    with threads.limit_threads(number):
        found = threads.ranges(rows)
    assert found[0][0] == 0
    assert found[-1][1] == rows
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(start % threads.BLOCK == 0 for start, _ in found)
    assert len(found) <= number


def test_a_small_market_gets_no_threads() -> None:
    with threads.limit_threads(8):
        assert threads.ranges(2_000) == [(0, 2_000)]


def test_an_error_in_any_range_reaches_the_caller() -> None:
    def refuse(number: int) -> int:
        if number == 2:
            raise ValueError("range 2")
        return number

    with pytest.raises(ValueError, match="range 2"):
        threads.run_together([(refuse, 0), (refuse, 1), (refuse, 2)])


def test_blocks_are_added_one_after_the_other() -> None:
    blocks = np.array([1e16, 1.0, -1e16, 1.0])
    assert threads.sum_ranges([blocks]) == threads.sum_ranges([blocks[:1], blocks[1:]]) == 1.0


def threads_here() -> int:
    return threads.allowed_threads()


def test_workers_share_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyaltysim.execution.executors.usable_processors", lambda: 4)
    for tasks, asked, workers, each in ((9, 0, 4, 1), (2, 0, 2, 2), (9, 2, 2, 2), (3, 1, 3, 1)):
        with open_executor(None, tasks, asked) as pool:
            assert (pool.workers, pool.threads) == (workers, each)  # type: ignore[attr-defined]


def test_a_task_is_told_how_many_threads_it_may_use() -> None:
    assert list(iterate_completed(InProcess(3), threads_here, [()])) == [3]
    assert list(iterate_completed(InProcess(), threads_here, [()])) == [threads.usable_processors()]
    with ThreadPoolExecutor(1) as own:
        assert list(iterate_completed(own, threads_here, [()])) == [1]


@pytest.mark.parametrize("number", ["0", "-1", "100000"])
def test_nonsense_threads_are_refused_with_the_cure(number: str) -> None:
    done = CliRunner().invoke(main, ["run", "scenarios/baseline.yml", "--threads", number])
    assert done.exit_code == 2
    assert "write a number from 1 to 256" in done.output
