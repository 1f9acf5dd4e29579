"""A complaint at the desk: by hand routed, taken when ready, closed, called back and reopened; and its mean wait is Erlang's (M/M/c)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from loyaltysim.core.codes import LOGGED, RESOLVED, RESOLVED_FAST
from loyaltysim.kernels import case_desk
from tests.support.kernel_parts import from_python

KEY, ROWS, FIRST = np.uint64(2026), np.arange(5, dtype=np.int32), np.zeros(5, np.uint16)
CERTAIN, NEVER = 1.0, 0.0
PROMISE, PATIENCE, HOURS = 0.1, 3.0, 2.0
MONTH = 4

conclude = from_python(case_desk.conclude)
handle = from_python(case_desk.handle)


def five_cases(**changes: Any) -> dict[str, np.ndarray]:
    """Five cases that arrived at 4.0 and are due within month 4, unless told otherwise."""
    cases = {
        "person_row": ROWS.copy(),
        "opened": np.full(5, 4.0),
        "ready": np.full(5, 4.0),
        "effort": np.ones(5),
        "delay": np.zeros(5),
        "due": np.full(5, 4.05),
        "month_opened": np.full(5, MONTH, np.int16),
        "reopened": np.zeros(5, np.int16),
        "mislaid": np.zeros(5, np.int8),
    }
    for name, values in changes.items():
        cases[name][:] = values
    return cases


def concluded(
    cases: dict[str, np.ndarray], solved: float = CERTAIN, not_solved: float = NEVER, called_back: float = NEVER
) -> tuple[int, list[int], list[int], float, list[int], list[int]]:
    open_case = np.ones(5, np.int8)
    rows, outcomes, counts = np.empty(5, np.int32), np.empty(5, np.int8), np.zeros(9, np.int64)
    left, end, took = conclude(
        5, MONTH, FIRST, KEY, solved, not_solved, called_back, PROMISE, PATIENCE, HOURS, 0, rows, outcomes, counts,
        *cases.values(), open_case,
    )  # fmt: skip
    return left, rows[:end].tolist(), outcomes[:end].tolist(), took, counts[3:6].tolist(), open_case.tolist()


def test_cases_that_are_due_are_closed_and_the_others_stay() -> None:
    cases = five_cases(due=[4.05, 4.5, 5.0, 6.0, np.inf])
    left, rows, outcomes, took, counts, still_open = concluded(cases)
    assert (left, rows, outcomes) == (3, [0, 1], [RESOLVED_FAST, RESOLVED])
    assert took == pytest.approx(0.55)
    assert counts == [2, 0, 0]
    assert still_open == [0, 0, 1, 1, 1]
    assert cases["person_row"][:left].tolist() == [2, 3, 4]


def test_what_is_not_answered_while_patience_lasts_ends_unsolved() -> None:
    cases = five_cases(opened=[1.0, 1.9, 2.5, 4.0, 4.0], due=[np.inf, 7.0, np.inf, 5.5, np.inf])
    left, rows, outcomes, took, _, _ = concluded(cases)
    assert (left, rows, outcomes) == (3, [0, 1], [LOGGED, LOGGED])
    assert took == pytest.approx(4.0 + 3.1)


def test_a_mislaid_case_is_never_solved() -> None:
    """F22: what is lost between departments ends as logged, however much is spent on solving."""
    _, _, outcomes, _, counts, _ = concluded(five_cases(mislaid=[0, 1, 0, 1, 0]))
    assert outcomes == [RESOLVED_FAST, LOGGED, RESOLVED_FAST, LOGGED, RESOLVED_FAST]
    assert counts == [3, 0, 0]


def test_unless_called_back_what_was_not_solved_counts_as_logged() -> None:
    left, _, outcomes, _, counts, _ = concluded(five_cases(), not_solved=CERTAIN)
    assert (left, outcomes, counts) == (0, [LOGGED] * 5, [5, 0, 0])


def test_calling_back_reopens_what_was_not_solved_while_patience_lasts() -> None:
    """F30: the case waits again, with new work, from the moment at which it was thought done."""
    cases = five_cases(opened=[4.0, 4.0, 4.0, 4.0, 1.5], delay=0.3)
    left, rows, outcomes, _, counts, still_open = concluded(cases, not_solved=CERTAIN, called_back=CERTAIN)
    assert (left, rows, outcomes) == (4, [4], [LOGGED])
    assert counts == [5, 5, 4]
    assert still_open == [1, 1, 1, 1, 0]
    assert cases["ready"][:left].tolist() == [4.05] * 4
    assert np.isinf(cases["due"][:left]).all()
    assert cases["reopened"][:left].tolist() == [1] * 4
    assert cases["delay"][:left].tolist() == [0] * 4
    assert np.all(cases["effort"][:left] != 1.0)


def test_calling_back_what_was_solved_changes_nothing() -> None:
    left, _, outcomes, _, counts, _ = concluded(five_cases(), called_back=CERTAIN)
    assert (left, outcomes, counts) == (0, [RESOLVED_FAST] * 5, [5, 5, 0])


def test_handlers_take_first_who_is_ready_first() -> None:
    cases = five_cases(ready=[4.5, 4.1, 4.3, 4.2, 4.4], due=np.inf, effort=16.0)
    order = np.argsort(cases["ready"], kind="stable")
    _, begun = handle(
        order, MONTH, cases["ready"], cases["effort"], cases["delay"], cases["due"], np.full(1, -1e9), 160.0, -1e9, 0.0
    )
    assert begun == 5
    assert cases["due"].tolist() == pytest.approx([4.6, 4.2, 4.4, 4.3, 4.5])


REPLICATIONS, STANDARD_ERRORS = 50, 3.0
HANDLERS, HANDLER_HOURS, MEAN_HOURS = 3, 160.0, 2.0
SERVED_A_MONTH = HANDLER_HOURS / MEAN_HOURS
NO_PART_TIMER = (-1e9, 0.0)
receive = from_python(case_desk.receive)


def erlang_c(servers: int, offered: float) -> float:
    """Give the chance to have to wait in M/M/c, `offered` = arrival rate x mean service time."""
    busy = offered**servers / math.factorial(servers) / (1 - offered / servers)
    return busy / (sum(offered**n / math.factorial(n) for n in range(servers)) + busy)


def mean_wait(servers: int, load: float, served: float) -> float:
    """Give the mean wait in M/M/c; each of the servers serves `served` a month."""
    return erlang_c(servers, servers * load) / (servers * served * (1 - load))


def in_system(servers: int, load: float, rng: np.random.Generator) -> int:
    """Draw how many are in M/M/c at a moment of its stationary course."""
    offered = servers * load
    weights = [offered**n / math.factorial(n) for n in range(servers)]
    weights.append(weights[-1] * load / (1 - load))  # all with every server busy, who then queue geometrically
    state = int(rng.choice(servers + 1, p=np.array(weights) / sum(weights)))
    return state if state < servers else servers + int(rng.geometric(1 - load)) - 1


def waits(load: float, months: int, seed: int) -> np.ndarray:
    """Play the desk's handling month by month from a stationary moment; gives the wait of each who then arrived.

    Arrivals are a Poisson process, and efforts exponential as `desk.receive` draws them. Those in the system at the start
    need an exponential effort more, for it forgets how much was done.
    """
    rng = np.random.default_rng(seed)
    there = in_system(HANDLERS, load, rng)
    rate = HANDLERS * load * SERVED_A_MONTH
    counts = rng.poisson(rate, months)
    arrive = np.concatenate([month + np.sort(rng.uniform(0, 1, n)) for month, n in enumerate(counts)])
    ready = np.concatenate([np.zeros(there), arrive])
    effort = rng.exponential(MEAN_HOURS, ready.size)
    due = np.full(ready.size, np.inf)
    free_at = np.zeros(HANDLERS)
    month = 0
    while np.isinf(due).any():
        arrived = int(np.searchsorted(ready, month + 1))
        waiting = np.flatnonzero(np.isinf(due[:arrived]))
        handle(waiting, month, ready, effort, np.zeros(ready.size), due, free_at, HANDLER_HOURS, *NO_PART_TIMER)
        month += 1
    return (due - effort / HANDLER_HOURS - ready)[there:]


@pytest.mark.once
@pytest.mark.parametrize(("load", "months"), [(0.5, 20), (0.8, 60), (0.95, 200)])
def test_the_mean_wait_is_that_of_erlang(load: float, months: int) -> None:
    """F30: within 3 standard errors over 50 independent replications."""
    means = np.array([waits(load, months, seed).mean() for seed in range(REPLICATIONS)])
    error = means.std(ddof=1) / math.sqrt(REPLICATIONS)
    expected = mean_wait(HANDLERS, load, SERVED_A_MONTH)
    assert abs(means.mean() - expected) < STANDARD_ERRORS * error, (means.mean(), expected, error)
    assert error < 0.15 * expected


@pytest.mark.once
def test_erlangs_formula_agrees_with_known_values() -> None:
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert mean_wait(1, 0.5, 1.0) == pytest.approx(1.0)


@pytest.mark.once
def test_the_desk_draws_exponential_efforts() -> None:
    n = 20_000
    column = {name: np.zeros(n, kind) for name, kind in COLUMNS.items()}
    people = np.zeros(n, np.uint16)
    nothing, answered = np.empty(0), np.zeros(n, bool)
    count = receive(
        np.arange(n), np.arange(n, dtype=np.int32), np.linspace(0, 1, n), 0.0, nothing, nothing, nothing, np.empty(0, np.int8),
        0, people, np.uint64(7), 1.0, MEAN_HOURS, answered, 0, *column.values(), np.zeros(n, np.int8),
    )  # fmt: skip
    assert count == n
    assert answered.all()
    effort = column["effort"]
    assert effort.mean() == pytest.approx(MEAN_HOURS, rel=4 / math.sqrt(n))
    assert np.median(effort) == pytest.approx(MEAN_HOURS * math.log(2), rel=5 / math.sqrt(n))


COLUMNS = {
    "person_row": np.int32, "opened": np.float64, "ready": np.float64, "effort": np.float64, "delay": np.float64,
    "due": np.float64, "month_opened": np.int16, "reopened": np.int16, "mislaid": np.int8,
}  # fmt: skip
