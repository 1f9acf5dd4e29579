"""People: their traits, the roll of customers, and the sums over them."""

from __future__ import annotations

import numpy as np
from numba import njit

from loyaltysim.core.threads import BLOCK
from loyaltysim.core.words import CUSTOMER
from loyaltysim.kernels.luck import bits, erlang, normal, person, unit

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
def take_roll(start, stop, status, tenure):
    """List the customers among the rows start..stop (int32, ascending) and add a month to their tenure.

    Every row is written to the list and only a customer's is kept: a branch that one person in five takes costs more.
    """
    rows = np.empty(stop - start, np.int32)
    n = 0
    for row in range(start, stop):
        rows[n] = row
        n += status[row] == CUSTOMER
    for row in range(start, stop):
        tenure[row] += (status[row] == CUSTOMER) & (tenure[row] < 32000)
    return rows[:n].copy()


@njit(cache=True, nogil=True)
def value(start, stop, status, margin, founder, with_rival):
    """Give how many of the rows start..stop are customers and how many with a rival, and the sums of the customers'
    monthly margins and of the founders' among them.

    Sums are given block by block (float64, (blocks,)), each over 4,096 rows from 0, so that the bits do not depend on
    how the rows are shared among threads.
    """
    blocks = (stop - start + BLOCK - 1) // BLOCK
    totals = np.zeros(blocks, np.float64)
    of_founders = np.zeros(blocks, np.float64)
    rows = np.empty(min(BLOCK, stop - start), np.int32)
    count = 0
    elsewhere = 0
    for row in range(start, stop):
        elsewhere += with_rival[row] != 0
    for block in range(blocks):
        begin = start + block * BLOCK
        n = 0
        for row in range(begin, min(begin + BLOCK, stop)):
            rows[n] = row
            n += status[row] == CUSTOMER
        part = 0.0
        founders_part = 0.0
        for i in range(n):
            row = rows[i]
            part += margin[row]
            founders_part += margin[row] if founder[row] else 0.0
        count += n
        totals[block] = part
        of_founders[block] = founders_part
    return count, elsewhere, totals, of_founders
