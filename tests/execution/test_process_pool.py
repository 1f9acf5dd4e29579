"""Workers that die are replaced; a task over which they die again and again is given up, and the others go on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loyaltysim.execution import executors
from loyaltysim.execution.evaluator import Evaluator, Request
from loyaltysim.execution.executors import Processes, WorkerLostError, iterate_completed, open_executor
from loyaltysim.scenario import Scenario

pytestmark = pytest.mark.machines

RUNS = tuple(range(12))


def double(number: int) -> int:
    return 2 * number


def die_once(number: int, mark: str) -> int:
    """Kill the worker the first time that it is asked."""
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return double(number)
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def deadly(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return double(number)


def own_number(number: int) -> int:
    return os.getpid()


def test_a_worker_that_dies_at_work_is_replaced(tmp_path: Path) -> None:
    with open_executor("processes:2", 8) as pool:
        found = iterate_completed(pool, die_once, [(number, str(tmp_path / "mark")) for number in range(8)])
        assert sorted(found) == [2 * number for number in range(8)]
    assert (tmp_path / "mark").exists()


def test_a_worker_killed_while_idle_is_replaced() -> None:
    with open_executor("processes:1", 8) as pool:
        assert isinstance(pool, Processes)
        first = pool.send(0, own_number, 1).result()
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, os.WNOHANG)
        assert pool.send(0, own_number, 1).result() != first


def test_a_deadly_task_is_given_up_and_the_others_go_on() -> None:
    lost: list[tuple[tuple[int], Exception]] = []

    def give_up(sent: tuple[int], error: Exception) -> list[tuple[int]]:
        lost.append((sent, error))
        return []

    with open_executor("processes:2", 6) as pool:
        found = sorted(iterate_completed(pool, deadly, [(number,) for number in range(6)], give_up))
    assert found == [0, 2, 6, 8, 10]
    assert [sent for sent, _ in lost] == [(2,)]
    assert isinstance(lost[0][1], WorkerLostError)
    assert "died 3 times over the same task" in str(lost[0][1])


def test_work_sent_to_a_worker_stays_there() -> None:
    with open_executor("processes:2", 8) as pool:
        sent = [[executors.submit_to(pool, worker, own_number, n) for n in range(3)] for worker in (0, 1)]
        places = [{future.result() for future in futures} for futures in sent]
    assert [len(place) for place in places] == [1, 1]
    assert places[0] != places[1]


def test_ended_workers_leave_nobody_waiting() -> None:
    pool = Processes(1)
    futures = [pool.send(0, signal.pause) for _ in range(3)]
    pool.end()
    wait(futures, timeout=60)
    assert all(future.done() for future in futures)


@pytest.mark.markets
def test_an_evaluator_whose_worker_is_killed_gives_the_same_bits(small: Callable[..., Scenario]) -> None:
    spec = small()
    asks = [Request(spec.replace({"seed": seed}), ("as today",), RUNS) for seed in range(4)]
    with Evaluator("in-process") as evaluator:
        expected = [answer.figures for answer in evaluator.evaluate(asks)]
    victims: list[int] = []
    with Evaluator("processes:2") as evaluator:
        found: dict[int, Any] = {}
        for answer in evaluator.evaluate(asks):
            if not victims:
                victims.append(workers_of(evaluator)[0])
                os.kill(victims[0], signal.SIGKILL)
            found[answer.number] = answer.figures
        assert victims[0] not in workers_of(evaluator)
    for number, figures in enumerate(expected):
        assert same(figures["as today"], found[number]["as today"])


def workers_of(evaluator: Evaluator) -> Sequence[int]:
    assert isinstance(evaluator.pool, Processes)
    return evaluator.pool.pids()


def same(one: Any, two: Any) -> bool:
    return list(one) == list(two) and all(np.array_equal(one[name], two[name], equal_nan=True) for name in one)
