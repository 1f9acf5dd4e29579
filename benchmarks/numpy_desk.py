"""The complaint desk of the NumPy market: cases opened, and those that are due concluded; a handler for every case.

Written from docs/odd.md by reading; nothing of loyaltysim is imported.
"""

from __future__ import annotations

from math import exp, inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.numpy_people import IGNORED, LOGGED, RESOLVED, RESOLVED_FAST, Rows

if TYPE_CHECKING:
    from benchmarks.numpy_core import NumpyMarket


def complain(market: NumpyMarket, rows: Rows, place: Rows, outcome: NDArray[np.int8]) -> float:
    """Ignore complaints, or open a case for each; gives the chance that a case due this month is resolved."""
    values, people, rng = market.values, market.people, market.rng
    market.tally["complaints"] += rows.size
    money = values["desk.budget"] / max(1, rows.size)
    handlers = int(values["desk.budget"] / values["desk.wage"] / values["desk.handler_hours"])
    if rows.size > handlers:
        raise ValueError(f"beyond the core: {rows.size} complaints a month keep {handlers} handlers busy")
    solved = min(1, values["desk.solvable"] * (1 - exp(-money / values["desk.solve_scale"])))
    answered = rng.random(rows.size) < 1 - exp(-money / values["desk.answer_scale"])
    outcome[place[~answered]] = IGNORED
    rows = rows[answered]
    people.case_opened[rows] = market.month + rng.random(rows.size)
    hours = values["desk.hours_a_case"] * rng.standard_exponential(rows.size)
    people.case_due[rows] = people.case_opened[rows] + hours / values["desk.handler_hours"]
    market.tally["acknowledged"] += rows.size
    return 1 - (1 - solved) * exp(-values["desk.compensation"] / values["desk.compensation_scale"])


def conclude(market: NumpyMarket, customers: Rows, outcome: NDArray[np.int8], chance: float) -> None:
    """Close the cases that are due; `chance`: to be resolved."""
    people = market.people
    place = np.flatnonzero(people.case_due[customers] < market.month + 1)
    rows = customers[place]
    fast_hours = min(market.values["desk.promise_hours"], market.values["desk.quick_hours"])
    fast = people.case_due[rows] - people.case_opened[rows] <= fast_hours / 730.5
    solved = market.rng.random(rows.size) < chance
    outcome[place] = np.where(solved, np.where(fast, RESOLVED_FAST, RESOLVED), LOGGED)
    people.case_due[rows] = inf
