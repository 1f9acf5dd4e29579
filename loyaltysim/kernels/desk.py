"""The complaint desk's month, in events: arrivals, handlers, waits, hand-offs."""

from __future__ import annotations

import numpy as np
from numba import njit

from loyaltysim.core.words import LOGGED, RESOLVED, RESOLVED_FAST
from loyaltysim.kernels.luck import bits, person, unit

WAITING = np.inf
ARRIVES = np.uint64(0)
ANSWERED = np.uint64(1)
EFFORT = np.uint64(2)
PASSED_ON = np.uint64(3)
DELAY = np.uint64(4)
STALLS = np.uint64(5)
STALL = np.uint64(6)
SOLVED = np.uint64(7)


@njit(cache=True, nogil=True)
def forget_withdrawn(count, person_row, opened, effort, delay, due, month_opened, open_case):
    """Drop the cases of people who left while theirs was open, keeping the order; returns how many remain, and how
    many of them no handler has begun."""
    kept = 0
    waiting = 0
    for i in range(count):
        if open_case[person_row[i]]:
            person_row[kept] = person_row[i]
            opened[kept] = opened[i]
            effort[kept] = effort[i]
            delay[kept] = delay[i]
            due[kept] = due[i]
            month_opened[kept] = month_opened[i]
            waiting += due[kept] == WAITING
            kept += 1
    return kept, waiting


@njit(cache=True, nogil=True)
def arrivals(rows, generation, key, month):
    """Give the instant, in months, at which each voiced complaint arrives: month + uniform; float64 (n,)."""
    instants = np.empty(rows.size, np.float64)
    for i in range(rows.size):
        instants[i] = month + unit(bits(key, person(rows[i], generation[rows[i]])), ARRIVES)
    return instants


@njit(cache=True, nogil=True)
def receive(
    rows, instants, month, generation, key, answered, hours, passed_on, delay_months, stalls, stall_months,
    count, person_row, opened, effort, delay, due, month_opened, open_case,
):  # fmt: skip
    """Answer complaints (sorted by arrival), or leave them unanswered; what is answered becomes a case at the end of the list.

    `answered`, `passed_on` and `stalls` are chances, `hours` the mean handling time, the delays means in months.
    Returns the new number of cases and the rows (int32) of the ignored.
    """
    ignored = np.empty(rows.size, np.int32)
    n = 0
    for i in range(rows.size):
        row = rows[i]
        seed = bits(key, person(row, generation[row]))
        if unit(seed, ANSWERED) >= answered:
            ignored[n] = row
            n += 1
            continue
        lag = 0.0
        if unit(seed, PASSED_ON) < passed_on:
            lag = -delay_months * np.log(1.0 - unit(seed, DELAY))
            if unit(seed, STALLS) < stalls:
                lag -= stall_months * np.log(1.0 - unit(seed, STALL))
        person_row[count] = row
        opened[count] = instants[i]
        effort[count] = -hours * np.log(1.0 - unit(seed, EFFORT))
        delay[count] = lag
        due[count] = WAITING
        month_opened[count] = month
        open_case[row] = 1
        count += 1
    return count, ignored[:n].copy()


@njit(cache=True, nogil=True)
def _busy_until(free_at, ends):
    """Let the handler who is free first (the top of the heap) be busy until `ends`."""
    place = 0
    while True:
        child = 2 * place + 1
        if child >= free_at.size:
            break
        if child + 1 < free_at.size and free_at[child + 1] < free_at[child]:
            child += 1
        if free_at[child] >= ends:
            break
        free_at[place] = free_at[child]
        place = child
    free_at[place] = ends


@njit(cache=True, nogil=True)
def handle(count, month, opened, effort, delay, due, free_at, full_hours, part_free_at, part_hours):
    """Give waiting cases to the handlers, first come first served, until the month ends.

    free_at: float64 (handlers,), a heap of the instants when each full-time handler is free; full_hours: what one of
    them works a month; part_free_at, part_hours: the same of the part-timer, 0 hours for none. A case goes to whoever
    would finish it first. Returns the instant at which the part-timer is free.
    """
    for i in range(count):
        if due[i] != WAITING:
            continue
        ready = max(opened[i], np.float64(month))
        ends = WAITING
        if free_at.size > 0:
            ends = max(ready, free_at[0]) + effort[i] / full_hours
        part_ends = WAITING
        if part_hours > 0.0:
            part_ends = max(ready, part_free_at) + effort[i] / part_hours
        if part_ends < ends:
            if max(ready, part_free_at) >= month + 1:
                break
            part_free_at = part_ends
            due[i] = part_ends + delay[i]
        else:
            if free_at.size == 0 or max(ready, free_at[0]) >= month + 1:
                break
            _busy_until(free_at, ends)
            due[i] = ends + delay[i]
    return part_free_at


@njit(cache=True, nogil=True)
def conclude(
    count, month, generation, ever, solved, promise, patience,
    person_row, opened, effort, delay, due, month_opened, open_case,
):  # fmt: skip
    """Close the cases that are due this month, and those that waited longer than `patience` for a handler.

    `solved`: the chance that a handled case is resolved; `promise` and `patience` in months. Returns the number of
    cases left, the closed rows (int32), their outcomes (int8), and the sum of months from arrival to outcome.
    """
    rows = np.empty(count, np.int32)
    outcomes = np.empty(count, np.int8)
    n = 0
    kept = 0
    took = 0.0
    end = np.float64(month + 1)
    for i in range(count):
        row = person_row[i]
        if due[i] < end:
            seed = bits(bits(ever, np.uint64(np.int64(month_opened[i]))), person(row, generation[row]))
            outcome = LOGGED
            if unit(seed, SOLVED) < solved:
                outcome = RESOLVED_FAST if due[i] - opened[i] <= promise else RESOLVED
            took += due[i] - opened[i]
        elif due[i] == WAITING and end - opened[i] > patience:
            outcome = LOGGED
            took += end - opened[i]
        else:
            person_row[kept] = row
            opened[kept] = opened[i]
            effort[kept] = effort[i]
            delay[kept] = delay[i]
            due[kept] = due[i]
            month_opened[kept] = month_opened[i]
            kept += 1
            continue
        open_case[row] = 0
        rows[n] = row
        outcomes[n] = outcome
        n += 1
    return kept, rows[:n].copy(), outcomes[:n].copy(), took
