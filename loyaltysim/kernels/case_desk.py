"""The complaint desk's month, in events: complaints arrive, wait, are handled by whoever is free first, and conclude.

`work` is the month; what it calls stands above it, in the order of a case's life.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import IGNORED, LOGGED, MISCLASSIFIED, MISLAID, PASSED_ON, RESOLVED, RESOLVED_FAST, STALLED
from loyaltysim.kernels.jit import inline, kernel
from loyaltysim.kernels.rng import bits, person, uniform

ARRIVES = np.uint64(0)
ANSWERED = np.uint64(1)
EFFORT = np.uint64(2)
SOLVED = np.uint64(7)
SOUND = np.uint64(8)
CALLED_BACK = np.uint64(9)
EFFORT_AGAIN = np.uint64(10)
A_ROUND = np.uint64(4)
"""Where a case's draws stand in its sequence, and the draws that a case makes anew each time it is reopened."""

ZERO = np.int64(0)
"""To begin counting places from: for a bare 0 Numba would compile what is called with the count once more."""
COUNTED_SOLVED = 3
CALLS = 4
REOPENED = 5
"""Places in the counts of a month."""
WAITING = np.inf
"""When a case is due that no handler has begun."""


@inline
def move_case(
    i, to, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid
):
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
):
    """Drop the cases of people who left while theirs was open, keeping the order; returns how many remain, and how
    many of them no handler has begun."""
    kept = ZERO
    waiting = 0
    for i in range(count):
        if open_case[person_row[i]]:
            move_case(i, kept, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid)
            waiting += due[kept] == WAITING
            kept += 1
    return kept, waiting


@inline
def receive(
    order, rows, instants, intake, record_lag, lag_before, lag_after, routed, month, generation, key, answered, hours,
    found, count, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
):
    """Answer complaints in `order` of arrival, or leave them unanswered; what is answered becomes a case at the list's
    end.

    rows int32 and instants float64 in months: (n,); the next five as in `work`. `answered` is a chance, `hours` the
    mean handling time. Notes in `found`, bool (n,), which complaints were answered, and returns the new number of
    cases.
    """
    for i in order:
        row = rows[i]
        seed = bits(key, person(row, generation[row]))
        found[i] = uniform(seed, ANSWERED) < answered
        if not found[i]:
            continue
        lag = intake + (record_lag[i] if record_lag.size else 0.0)
        lag += lag_before[i] if lag_before.size else 0.0
        person_row[count] = row
        opened[count] = instants[i]
        ready[count] = instants[i] + lag
        effort[count] = -hours * np.log(1.0 - uniform(seed, EFFORT))
        delay[count] = lag_after[i] if lag_after.size else 0.0
        due[count] = WAITING
        month_opened[count] = month
        reopened[count] = 0
        mislaid[count] = routed[i] >= MISLAID if routed.size else False
        open_case[row] = 1
        count += 1
    return count


@kernel
def first_ready(count, ready, due):
    """List the places of the cases that no handler has begun, first ready first; int64."""
    places = np.empty(count, np.int64)
    n = 0
    for i in range(count):
        if due[i] == WAITING:
            places[n] = i
            n += 1
    instants = np.empty(n, np.float64)
    for k in range(n):
        instants[k] = ready[places[k]]
    order = np.argsort(instants, kind="mergesort")
    for k in range(n):
        order[k] = places[order[k]]
    return order


@inline
def occupy_first(free_at, ends):
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


@inline
def handle(order, month, ready, effort, delay, due, free_at, full_hours, part_free_at, part_hours):
    """Hand waiting cases to the handlers, in the order given (first ready, first served), until the month ends.

    order: int64, the waiting cases' places; free_at: float64 (handlers,), a heap of the instants when each full-time
    handler is free; full_hours: what one of them works a month; part_free_at, part_hours: the same of the part-timer, 0
    hours for none. A case goes to whoever would finish it first. Returns the instant at which the part-timer is free,
    and how many cases were begun.
    """
    for begun in range(order.size):
        i = order[begun]
        comes = ready[i] if ready[i] > month else np.float64(month)
        begins = free_at[0] if free_at.size > 0 and free_at[0] > comes else comes
        part_begins = part_free_at if part_free_at > comes else comes
        ends = begins + effort[i] / full_hours if free_at.size > 0 else WAITING
        part_ends = part_begins + effort[i] / part_hours if part_hours > 0.0 else WAITING
        if part_ends < ends:
            if part_begins >= month + 1:
                return part_free_at, begun
            part_free_at = part_ends
            due[i] = part_ends + delay[i]
        else:
            if free_at.size == 0 or begins >= month + 1:
                return part_free_at, begun
            occupy_first(free_at, ends)
            due[i] = ends + delay[i]
    return part_free_at, order.size


@inline
def conclude(
    count, month, generation, ever, solved, not_solved, called_back, promise, patience, hours, n, closed, closed_as,
    counts, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
):
    """Close the cases that are due this month, and those that nobody has answered within `patience`.

    Chances: `solved` that a handled case counts as solved, `not_solved` that one which counts as solved is not,
    `called_back` that it is called back, and if not solved reopened. `promise`, `patience` in months; `hours`: the mean
    handling time. Writes the closed rows (int32) and their outcomes (int8) from place n on, and adds to `counts` as in
    `work`. Returns the number of cases left, the end of what is written, and the sum of months from arrival to outcome.
    """
    kept = ZERO
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
            if not mislaid[i] and uniform(seed, SOLVED + turn) < solved:
                counts[COUNTED_SOLVED] += 1
                outcome = RESOLVED_FAST if closes - opened[i] <= promise else RESOLVED
                calls = uniform(seed, CALLED_BACK + turn) < called_back
                counts[CALLS] += calls
                if uniform(seed, SOUND + turn) < not_solved:
                    outcome = LOGGED
                    if calls and end - opened[i] <= patience:
                        counts[REOPENED] += 1
                        stays = True
                        ready[i] = closes
                        effort[i] = -hours * np.log(1.0 - uniform(seed, EFFORT_AGAIN + turn))
                        delay[i] = 0.0
                        due[i] = WAITING
                        reopened[i] += 1
        elif end - opened[i] > patience:
            closes = end
            stays = False
        if stays:
            move_case(i, kept, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid)
            kept += 1
            continue
        took += closes - opened[i]
        open_case[row] = 0
        closed[n] = row
        closed_as[n] = outcome
        n += 1
    return kept, n, took


@kernel
def work(
    voiced, record_lag, lag_before, lag_after, routed, month, generation, key, ever, intake, answered, solved,
    not_solved, called_back, promise, patience, hours, free_at, full_hours, part_free_at, part_hours,
    count, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
):
    """Do the desk's month: receive what was voiced, let the handlers take what is ready, conclude what is due.

    voiced: rows, int32 (n,); record_lag, lag_before, lag_after (float64, months) and routed (int8, flags): (n,), or
    (0,) where nothing tells them. `key`, `ever`: of this month's arrivals and of a case's end; `intake` in months; the
    others as in `receive`, `handle` and `conclude`. Returns the number of cases left, the instant at which the
    part-timer is free, the closed rows (int32) and their outcomes (int8), those who were not answered first, the sum of
    months from arrival to outcome, and counts int64 (9,): acknowledged, begun, closed cases, counted as solved, called
    back, reopened, misclassified, passed on, stalled.
    """
    n = voiced.size
    instants = np.empty(n, np.float64)
    for i in range(n):
        instants[i] = month + uniform(bits(key, person(voiced[i], generation[voiced[i]])), ARRIVES)
    found = np.empty(n, np.bool_)
    received = receive(
        np.argsort(instants, kind="mergesort"),  # as they come, equals in their order
        voiced, instants, intake, record_lag, lag_before, lag_after, routed, month, generation, key,
        answered, hours, found,
        count, person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
    )
    order = first_ready(received, ready, due)
    part_free_at, begun = handle(order, month, ready, effort, delay, due, free_at, full_hours, part_free_at, part_hours)
    closed = np.empty(n + count, np.int32)
    closed_as = np.empty(n + count, np.int8)
    counts = np.zeros(9, np.int64)
    place = ZERO
    for i in range(n):
        if not found[i]:
            closed[place] = voiced[i]
            closed_as[place] = IGNORED
            place += 1
        elif routed.size:
            counts[6] += (routed[i] & MISCLASSIFIED) > 0
            counts[7] += (routed[i] & PASSED_ON) > 0
            counts[8] += (routed[i] & STALLED) > 0
    left, end, took = conclude(
        received, month, generation, ever, solved, not_solved, called_back, promise, patience, hours, place, closed,
        closed_as, counts,
        person_row, opened, ready, effort, delay, due, month_opened, reopened, mislaid, open_case,
    )
    counts[0], counts[1], counts[2] = received - count, begun, end - place
    return left, part_free_at, closed[:end], closed_as[:end], took, counts
