"""Where replications are computed changes nothing; a worker's death and Ctrl-C are survived."""

from __future__ import annotations

import os
import random
import signal
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import loyaltysim as ls
from loyaltysim.analysis import summary
from loyaltysim.core.errors import InputError, RunError
from loyaltysim.execution import executors
from loyaltysim.execution.executors import ExecutorPlace, InProcess, iterate_completed, open_executor, parse_place
from loyaltysim.results.results import build_results
from tests.support.invented_firm import CATALOG, FakeScenario, simulate

pytestmark = pytest.mark.machines

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("in-process", ExecutorPlace("in-process")),
        ("processes", ExecutorPlace("processes")),
        ("processes:3", ExecutorPlace("processes", 3)),
    ],
)
def test_places(text: str, place: ExecutorPlace) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    "text", ["", "cloud", "processes:0", "processes:-1", "processes:", "in-process:2", "processes:x"]
)
def test_a_place_that_is_none_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(InputError, match="write in-process, processes, or processes:N"):
        parse_place(text)


@pytest.mark.parametrize("where", [print, 5, 0, object(), ThreadPoolExecutor])
@pytest.mark.parametrize("use", [executors.check_place, lambda where: open_executor(where, 9).__enter__()])
def test_what_is_no_executor_is_refused_and_told_what_one_is(where: Any, use: Any) -> None:
    with pytest.raises(InputError, match="is not a place to compute") as told:
        use(where)
    assert f"a value of type {type(where).__name__}" in str(told.value)
    assert "or give a concurrent.futures.Executor, which takes work by submit()" in str(told.value)


def test_an_executor_of_another_kind_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a value of type builtin_function_or_method is not a place to compute"):
        ls.run(CHECKOUT / "scenarios" / "baseline.yml", executor=print, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_processors_are_counted() -> None:
    assert 1 <= executors.usable_processors() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(("where", "tasks"), [("in-process", 9), ("processes:4", 1), (None, 1)])
def test_no_process_is_started_for_what_needs_none(where: str | None, tasks: int) -> None:
    with open_executor(where, tasks) as pool:
        assert isinstance(pool, InProcess)


def test_workers_are_no_more_than_tasks() -> None:
    with open_executor("processes:8", 2) as pool:
        assert isinstance(pool, executors.Processes)
        assert pool.workers == 2


def environment_of_worker(name: str) -> str:
    return os.environ.get(name, "")


def test_workers_use_one_thread_and_leave_the_start_method_alone() -> None:
    import multiprocessing

    before = multiprocessing.get_start_method()
    with open_executor("processes:2", 2) as pool:
        found = set(iterate_completed(pool, environment_of_worker, [(name,) for name in executors.ONE_THREAD]))
    assert found == {"1"}
    assert multiprocessing.get_start_method() == before


class Shuffled(Executor):
    """An executor that ends its tasks in an order of its own."""

    def __init__(self, seed: int) -> None:
        self._waiting: list[tuple[Future[Any], Any, tuple[Any, ...]]] = []
        self._seed = seed

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._waiting.append((future, fn, args))
        if len(self._waiting) == 6:
            random.Random(self._seed).shuffle(self._waiting)
            for each, task, arguments in self._waiting:
                each.set_result(task(*arguments))
        return future


def tables_by(pool: Executor) -> list[Any]:
    scenario = FakeScenario(replications=6)
    names = list(scenario.strategies)
    found = [
        record for run in iterate_completed(pool, simulate, [(scenario, r, names) for r in range(6)]) for record in run
    ]
    study = build_results(found, scenario, CATALOG)
    return [
        make(study)
        for make in (summary.build_summary, summary.build_departures, summary.build_complaints, summary.build_money)
    ]


def test_results_do_not_depend_on_where_or_in_which_order() -> None:
    expected = tables_by(InProcess())
    with open_executor("processes:2", 6) as pool:
        spread = tables_by(pool)
    with ThreadPoolExecutor(3) as pool:
        threaded = tables_by(pool)
    for other in (spread, threaded, tables_by(Shuffled(1)), tables_by(Shuffled(2))):
        assert all(one.equals(two) for one, two in zip(expected, other, strict=True))


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_workers_death_is_said_plainly() -> None:
    with pytest.raises(RunError, match="a worker process died"), open_executor("processes:2", 3) as pool:
        list(iterate_completed(pool, die, [(1,), (2,), (3,)]))


def refuse(number: int) -> int:
    raise InputError(executors.Problem(f"{number} is wrong"))


@pytest.mark.parametrize("where", ["in-process", "processes:2"])
def test_an_error_in_a_task_arrives_as_it_is(where: str) -> None:
    with pytest.raises(InputError, match="is wrong"), open_executor(where, 3) as pool:
        list(iterate_completed(pool, refuse, [(1,), (2,), (3,)]))


def test_ones_own_executor_is_used_and_left_open() -> None:
    with ThreadPoolExecutor(1) as own:
        with open_executor(own, 3) as pool:
            assert pool is own
        assert own.submit(int, "4").result() == 4
