"""The desk's handlers: which of them takes which waiting case, and when."""

from __future__ import annotations

import numpy as np

from loyaltysim.kernels.compiled import kernel, part

WAITING = np.inf
"""When a case is due that no handler has begun."""


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


@part
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


@part
def handle(order, month, ready, effort, delay, due, free_at, full_hours, part_free_at, part_hours):
    """Give waiting cases to the handlers, in the order given (first ready, first served), until the month ends.

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
            _busy_until(free_at, ends)
            due[i] = ends + delay[i]
    return part_free_at, order.size
