"""The desk's queue is right: its mean wait is Erlang's where Erlang's formula holds (M/M/c), at light and at heavy load."""

from __future__ import annotations

import math

import numpy as np
import pytest

from loyaltysim.kernels import case_desk
from tests.support.kernel_parts import from_python

pytestmark = pytest.mark.once

REPLICATIONS, STANDARD_ERRORS = 50, 3.0
HANDLERS, HANDLER_HOURS, MEAN_HOURS = 3, 160.0, 2.0
SERVED_A_MONTH = HANDLER_HOURS / MEAN_HOURS
NO_PART_TIMER = (-1e9, 0.0)

handle = from_python(case_desk.handle)
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


@pytest.mark.parametrize(("load", "months"), [(0.5, 20), (0.8, 60), (0.95, 200)])
def test_the_mean_wait_is_that_of_erlang(load: float, months: int) -> None:
    """F30: within 3 standard errors over 50 independent replications."""
    means = np.array([waits(load, months, seed).mean() for seed in range(REPLICATIONS)])
    error = means.std(ddof=1) / math.sqrt(REPLICATIONS)
    expected = mean_wait(HANDLERS, load, SERVED_A_MONTH)
    assert abs(means.mean() - expected) < STANDARD_ERRORS * error, (means.mean(), expected, error)
    assert error < 0.15 * expected


def test_erlangs_formula_agrees_with_known_values() -> None:
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert mean_wait(1, 0.5, 1.0) == pytest.approx(1.0)


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
