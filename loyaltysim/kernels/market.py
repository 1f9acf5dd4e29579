"""People: their traits, the roll of customers, and the sums over them."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import CUSTOMER
from loyaltysim.core.threads import BLOCK
from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import bits, erlang, normal, person, unit

MARGIN = np.uint64(0)
SUSCEPTIBILITY = np.uint64(2)
FICKLENESS = np.uint64(64)
TALKATIVENESS = np.uint64(128)
READINESS = np.uint64(192)


@kernel
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


@kernel
def take_roll(start, stop, status, tenure):
    """List the customers among the rows start..stop (int32, ascending) and add a month to their tenure.

    Every row is written to the list and only a customer's is kept: a branch that one person in five takes costs more.
    """
    status, tenure = status[start:stop], tenure[start:stop]
    rows = np.empty(status.size, np.int32)
    n = np.uint64(0)
    for i in range(status.size):
        rows[n] = start + i
        n += np.uint64(status[i] == CUSTOMER)
    for i in range(status.size):
        tenure[i] += np.int16((status[i] == CUSTOMER) & (tenure[i] < 32000))
    return rows[:n].copy()


@kernel
def value(start, stop, status, margin, founder, with_rival):
    """Give how many of the rows start..stop are customers and how many with a rival, and the sums of the customers'
    monthly margins and of the founders' among them.

    Sums are given block by block (float64, (blocks,)), each over 4,096 rows from 0, so that the bits do not depend on
    how the rows are shared among threads.
    """
    status, margin, founder, with_rival = (
        status[start:stop],
        margin[start:stop],
        founder[start:stop],
        with_rival[start:stop],
    )
    blocks = (status.size + BLOCK - 1) // BLOCK
    totals = np.zeros(blocks, np.float64)
    of_founders = np.zeros(blocks, np.float64)
    rows = np.empty(BLOCK, np.uint32)
    count = 0
    elsewhere = 0
    for row in range(with_rival.size):
        elsewhere += with_rival[row] != 0
    for block in range(blocks):
        begin = block * BLOCK
        n = np.uint64(0)
        for i in range(min(BLOCK, status.size - begin)):
            rows[n] = begin + i
            n += np.uint64(status[np.uint64(begin + i)] == CUSTOMER)
        part = 0.0
        founders_part = 0.0
        for i in range(n):
            row = rows[i]
            part += margin[row]
            founders_part += margin[row] if founder[row] else 0.0
        count += int(n)
        totals[block] = part
        of_founders[block] = founders_part
    return count, elsewhere, totals, of_founders
