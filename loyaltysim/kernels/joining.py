"""Prospects who join, and the lost who come back of their own."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import CUSTOMER, LOGGED, LOST, MOVED, NONE, PROSPECT
from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import bits, person, share, unit

ONE = np.uint64(1)
SIFTED = 1024
MOST_FICKLE = 3.0
"""A fickleness beyond which advertising draws no better, so that nobody is drawn without bounds."""


@kernel
def join(
    start, stop, month, generation, key, advertising, unprompted, praise, blame, damp, hold, lost_factor, heard_factor,
    forget, tilt, fickleness, heard_good, heard_bad, last_outcome, with_rival, status, reason, left_month,
):  # fmt: skip
    """Let prospects among the rows start..stop join and the lost return, each at a monthly hazard.

    hazard = (drawn + unprompted + praise * good) * exp(-blame * bad) * damp, times `hold` with a rival, and for
    the lost times `lost_factor` (and `heard_factor` if their last complaint was at least logged), where
    drawn = advertising * exp(tilt * (min(fickleness, 3) - 1)). Who left `forget` months ago is a prospect again.
    Returns the rows (int32) of those who come; what brought each (int8): advertising 0, talk 1, neither 2; and int64
    (5,): joined, returned, and both by what brought them.
    """
    totals = np.zeros(5, np.int64)
    rows = np.empty(stop - start, np.int32)
    reasons_to_come = np.empty(stop - start, np.int8)
    n = 0
    most_steady = unprompted + advertising * max(np.exp(-tilt), np.exp(tilt * (MOST_FICKLE - 1.0)))
    ceiling = damp * max(1.0, hold) * max(1.0, lost_factor, lost_factor * heard_factor)
    may = np.empty(SIFTED, np.bool_)
    sifted = np.empty(SIFTED, np.int64)
    for begin in range(start, stop, SIFTED):
        size = min(SIFTED, stop - begin)
        # most people stay as they are: a loop without branches, over slices, sifts out those for whom more must be reckoned
        until = begin + size
        states, reasons, months = status[begin:until], reason[begin:until], left_month[begin:until]
        good, generations = heard_good[begin:until], generation[begin:until]
        for i in range(size):
            near = share(bits(key, person(begin + i, generations[i]))) < (most_steady + praise * good[i]) * ceiling
            forgets = (states[i] == LOST) & (month - months[i] >= forget) & (reasons[i] > MOVED)
            may[i] = (near & (states[i] != CUSTOMER)) | forgets
        listed = np.uint64(0)
        for i in range(size):
            sifted[listed] = begin + i
            listed += np.uint64(may[i])
        for i in range(listed):
            row = sifted[i]
            seed = bits(key, person(row, generation[row]))
            u = share(seed)
            lost = status[row] == LOST
            if lost and month - left_month[row] >= forget and reason[row] > MOVED:
                status[row] = PROSPECT
                reason[row] = NONE
                lost = False
            talk = praise * heard_good[row]
            if u >= (most_steady + talk) * ceiling:
                continue
            if lost and (reason[row] <= MOVED or left_month[row] == month):
                continue
            drawn = advertising * np.exp(tilt * (min(fickleness[row], MOST_FICKLE) - 1.0))
            rate = (drawn + unprompted + talk) * np.exp(-blame * heard_bad[row]) * damp
            if with_rival[row]:
                rate *= hold
            if lost:
                rate *= lost_factor
                if last_outcome[row] >= LOGGED:
                    rate *= heard_factor
            if u >= 1.0 - np.exp(-rate):
                continue
            pick = unit(seed, ONE) * (drawn + unprompted + talk)
            why = 0 if pick < drawn else (1 if pick < drawn + talk else 2)
            totals[1 if lost else 0] += 1
            totals[2 + why] += 1
            rows[n] = row
            reasons_to_come[n] = why
            n += 1
    return rows[:n].copy(), reasons_to_come[:n].copy(), totals


@kernel
def welcome(
    rows, start_satisfaction, start_expectation, status, reason, tenure, exposure, satisfaction, expectation,
    complained, tried, with_rival,
):  # fmt: skip
    """Make the people of `rows` (int32) customers whose tenure starts anew; gives how many of them a rival has lost."""
    from_rival = 0
    for i in range(rows.size):
        row = rows[i]
        from_rival += with_rival[row] != 0
        status[row] = CUSTOMER
        reason[row] = NONE
        tenure[row] = 0
        exposure[row] = 0.0
        satisfaction[row] = start_satisfaction
        expectation[row] = start_expectation
        complained[row] = 0
        tried[row] = 0
        with_rival[row] = 0
    return from_rival


@kernel
def afford(price, money):
    """Take what the money still pays, in the given order; price: float64 (n,). Gives who is taken, and the sum spent.

    Nobody who costs nothing is taken: they are worth nothing.
    """
    taken = np.zeros(price.size, np.bool_)
    spent = 0.0
    for i in range(price.size):
        if price[i] > 0.0 and spent + price[i] <= money:
            taken[i] = True
            spent += price[i]
    return taken, spent
