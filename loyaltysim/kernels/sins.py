"""Which of the seven sins of service each indifferent encounter was."""

from __future__ import annotations

import numpy as np
from numba import njit

from loyaltysim.kernels.luck import bits, person, share, unit


@njit(cache=True, nogil=True)
def sort(roll, generation, key, indifferent, reached, weight):
    """Draw the kind of each indifferent encounter of the roll's customers.

    indifferent: uint8 by person; reached: float64 (kinds,), running sums of the kinds' chances, the last above every
    draw; weight: float64 (kinds,). Returns the rows with such an encounter, int32 in the order of the roll; the mean
    weight of each one's encounters, float32; and the encounters of each kind, int64 (kinds,).
    """
    rows = np.empty(roll.size, np.int32)
    n = 0
    for i in range(roll.size):
        rows[n] = roll[i]
        n += indifferent[roll[i]] > 0
    rows = rows[:n].copy()
    mean = np.empty(n, np.float32)
    counts = np.zeros(weight.size, np.int64)
    for i in range(n):
        row = rows[i]
        seed = bits(key, person(row, generation[row]))
        u = share(seed)
        bad = indifferent[row]
        total = 0.0
        for e in range(bad):
            if e > 0:
                u = unit(seed, np.uint64(e))
            kind = 0
            # counted, not searched: a branch that nothing foretells costs more than seven comparisons
            for k in range(reached.size):
                kind += u >= reached[k]
            counts[kind] += 1
            total += weight[kind]
        mean[i] = total / bad
    return rows, mean, counts
