"""People: their traits, the roll of customers, and the sums over them."""

from __future__ import annotations

import numpy as np
from numba import njit

from loyaltysim.core.words import CUSTOMER
from loyaltysim.kernels.luck import bits, erlang, normal, person, unit

BLOCK = 4096
MARGIN = np.uint64(0)
SUSCEPTIBILITY = np.uint64(2)
FICKLENESS = np.uint64(64)
TALKATIVENESS = np.uint64(128)
READINESS = np.uint64(192)


@njit(cache=True, nogil=True)
def traits(
    rows, generation, key, log_mean, log_sd, fickle_shape, talk_shape, ready_shape,
    margin, susceptibility, fickleness, talkativeness, readiness,
):  # fmt: skip
    """Draw the traits of the people in `rows` (int32) into their columns (float32); a person's traits never change."""
    for i in range(rows.size):
        row = rows[i]
        seed = bits(key, person(row, generation[row]))
        margin[row] = np.exp(log_mean + log_sd * normal(seed, MARGIN))
        susceptibility[row] = unit(seed, SUSCEPTIBILITY)
        fickleness[row] = erlang(seed, FICKLENESS, fickle_shape)
        talkativeness[row] = erlang(seed, TALKATIVENESS, talk_shape)
        readiness[row] = erlang(seed, READINESS, ready_shape)


@njit(cache=True, nogil=True)
def take_roll(status, tenure):
    """List the customers' rows (int32, ascending) and add a month to their tenure."""
    rows = np.empty(status.size, np.int32)
    n = 0
    for row in range(status.size):
        if status[row] == CUSTOMER:
            rows[n] = row
            n += 1
            if tenure[row] < 32000:
                tenure[row] += 1
    return rows[:n].copy()


@njit(cache=True, nogil=True)
def value(status, margin, founder):
    """Give the number of customers, their monthly margins' sum, and that of the founders among them.

    Sums are taken in blocks of 4,096 rows and the blocks added in order, so that the bits do not depend on threads.
    """
    count = 0
    total = 0.0
    of_founders = 0.0
    for start in range(0, status.size, BLOCK):
        part = 0.0
        founders_part = 0.0
        for row in range(start, min(start + BLOCK, status.size)):
            if status[row] == CUSTOMER:
                count += 1
                part += margin[row]
                if founder[row]:
                    founders_part += margin[row]
        total += part
        of_founders += founders_part
    return count, total, of_founders
