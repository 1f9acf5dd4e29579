"""The complaint desk's month, in events: arrivals, waits, hand-offs, conclusions."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.words import IGNORED, LOGGED, MISCLASSIFIED, MISLAID, PASSED_ON, RESOLVED, RESOLVED_FAST, STALLED
from loyaltysim.kernels.compiled import kernel, part
from loyaltysim.kernels.handlers import WAITING, first_ready, handle
from loyaltysim.kernels.luck import bits, person, unit
from loyaltysim.kernels.sorting import stable_order

ARRIVES = np.uint64(0)
ANSWERED = np.uint64(1)
EFFORT = np.uint64(2)
SOLVED = np.uint64(7)
SOUND = np.uint64(8)
CALLED_BACK = np.uint64(9)
EFFORT_AGAIN = np.uint64(10)
A_ROUND = np.uint64(4)
"""Draws that a case makes anew each time it is reopened."""


@part
def _move(
    i, to, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid
):  # fmt: skip
    """Move case i to the place `to` of the list."""
    person_row[to] = person_row[i]
    opened[to] = opened[i]
    ready[to] = ready[i]
    effort[to] = effort[i]
    delay[to] = delay[i]
    due[to] = due[i]
    month_opened[to] = month_opened[i]
    reopened[to] = reopened[i]
    mislaid[to] = mislaid[i]


@kernel
def forget_withdrawn(
    count, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case
):  # fmt: skip
    """Drop the cases of people who left while theirs was open, keeping the order; returns how many remain, and how
    many of them no handler has begun."""
    kept = 0
    waiting = 0
    for i in range(count):
        if open_case[person_row[i]]:
            _move(i, kept, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid)
            waiting += due[kept] == WAITING
            kept += 1
    return kept, waiting


@part
def arrivals(rows, generation, key, month):
    """Give the instant, in months, at which each voiced complaint arrives: month + uniform; float64 (n,)."""
    instants = np.empty(rows.size, np.float64)
    for i in range(rows.size):
        instants[i] = month + unit(bits(key, person(rows[i], generation[rows[i]])), ARRIVES)
    return instants


@kernel
def receive(
    order, rows, instants, lag_before, lag_after, lost, month, generation, key, answered, hours,
    count, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
):  # fmt: skip
    """Answer complaints in `order` of arrival, or leave them unanswered; what is answered becomes a case at the list's end.

    rows int32, instants, lags before and after handling float64 in months, lost bool: all (n,). `answered` is a chance,
    `hours` the mean handling time. Returns the new number of cases and which complaints were answered, bool (n,).
    """
    found = np.empty(rows.size, np.bool_)
    for i in order:
        row = rows[i]
        seed = bits(key, person(row, generation[row]))
        found[i] = unit(seed, ANSWERED) < answered
        if not found[i]:
            continue
        person_row[count] = row
        opened[count] = instants[i]
        ready[count] = instants[i] + lag_before[i]
        effort[count] = -hours * np.log(1.0 - unit(seed, EFFORT))
        delay[count] = lag_after[i]
        due[count] = WAITING
        month_opened[count] = month
        reopened[count] = 0
        mislaid[count] = lost[i]
        open_case[row] = 1
        count += 1
    return count, found


@kernel
def conclude(
    count, month, generation, ever, solved, not_solved, called_back, promise, patience, hours,
    person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
):  # fmt: skip
    """Close the cases that are due this month, and those that nobody has answered within `patience`.

    Chances: `solved` that a handled case counts as solved, `not_solved` that one which counts as solved is not,
    `called_back` that it is called back, and if not solved reopened. `promise`, `patience` in months; `hours`: the mean
    handling time. Returns the number of cases left, the closed rows (int32), their outcomes (int8), the sum of months
    from arrival to outcome, and counts int64 (3,): counted as solved, called back, reopened.
    """
    rows = np.empty(count, np.int32)
    outcomes = np.empty(count, np.int8)
    counts = np.zeros(3, np.int64)
    n = 0
    kept = 0
    took = 0.0
    end = np.float64(month + 1)
    for i in range(count):
        row = person_row[i]
        closes = due[i]
        stays = closes >= end
        outcome = LOGGED
        if not stays:
            seed = bits(bits(ever, np.uint64(np.int64(month_opened[i]))), person(row, generation[row]))
            turn = A_ROUND * np.uint64(reopened[i])
            if not mislaid[i] and unit(seed, SOLVED + turn) < solved:
                counts[0] += 1
                outcome = RESOLVED_FAST if closes - opened[i] <= promise else RESOLVED
                calls = unit(seed, CALLED_BACK + turn) < called_back
                counts[1] += calls
                if unit(seed, SOUND + turn) < not_solved:
                    outcome = LOGGED
                    if calls and end - opened[i] <= patience:
                        counts[2] += 1
                        stays = True
                        ready[i] = closes
                        effort[i] = -hours * np.log(1.0 - unit(seed, EFFORT_AGAIN + turn))
                        delay[i] = 0.0
                        due[i] = WAITING
                        reopened[i] += 1
        elif end - opened[i] > patience:
            closes = end
            stays = False
        if stays:
            _move(i, kept, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid)
            kept += 1
            continue
        took += closes - opened[i]
        open_case[row] = 0
        rows[n] = row
        outcomes[n] = outcome
        n += 1
    return kept, rows[:n].copy(), outcomes[:n].copy(), took, counts


@kernel
def work(
    voiced, record_lag, lag_before, lag_after, routed, month, generation, key, ever, intake, answered, solved, not_solved,
    called_back, promise, patience, hours, free_at, full_hours, part_free_at, part_hours,
    count, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
):  # fmt: skip
    """Do the desk's month: receive what was voiced, let the handlers take what is ready, conclude what is due.

    voiced: rows, int32 (n,); record_lag, lag_before, lag_after (float64, months) and routed (int8, flags): (n,), or (0,)
    where nothing tells them. `key`, `ever`: of this month's arrivals and of a case's end; `intake` in months; the others
    as in `receive`, `handle` and `conclude`. Returns the number of cases left, the instant at which the part-timer is
    free, the closed rows (int32) and their outcomes (int8), those who were not answered first, the sum of months from
    arrival to outcome, and counts int64 (9,): acknowledged, begun, closed cases, counted as solved, called back,
    reopened, misclassified, passed on, stalled.
    """
    n = voiced.size
    instants = arrivals(voiced, generation, key, month)
    before = np.empty(n, np.float64)
    after = np.empty(n, np.float64)
    lost = np.empty(n, np.bool_)
    for i in range(n):
        before[i] = intake + (record_lag[i] if record_lag.size else 0.0)
        before[i] += lag_before[i] if lag_before.size else 0.0
        after[i] = lag_after[i] if lag_after.size else 0.0
        lost[i] = routed[i] >= MISLAID if routed.size else False
    received, found = receive(
        stable_order(instants), voiced, instants, before, after, lost, month, generation, key, answered, hours,
        count, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
    )  # fmt: skip
    part_free_at, begun = handle(
        first_ready(received, ready, due),
        month,
        ready,
        effort,
        delay,
        due,
        free_at,
        full_hours,
        part_free_at,
        part_hours,
    )
    left, rows, outcomes, took, ends = conclude(
        received, month, generation, ever, solved, not_solved, called_back, promise, patience, hours,
        person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
    )  # fmt: skip
    unanswered = n - (received - count)
    closed = np.empty(unanswered + rows.size, np.int32)
    closed_as = np.empty(unanswered + rows.size, np.int8)
    counts = np.zeros(9, np.int64)
    counts[0], counts[1], counts[2] = received - count, begun, rows.size
    counts[3], counts[4], counts[5] = ends[0], ends[1], ends[2]
    place = 0
    for i in range(n):
        if not found[i]:
            closed[place] = voiced[i]
            closed_as[place] = IGNORED
            place += 1
        elif routed.size:
            counts[6] += (routed[i] & MISCLASSIFIED) > 0
            counts[7] += (routed[i] & PASSED_ON) > 0
            counts[8] += (routed[i] & STALLED) > 0
    for i in range(rows.size):
        closed[place + i] = rows[i]
        closed_as[place + i] = outcomes[i]
    return left, part_free_at, closed, closed_as, took, counts
