"""Which of the seven sins of service each indifferent encounter was."""

from __future__ import annotations

import numpy as np
from numba import njit

from loyaltysim.kernels.luck import bits, person, unit


@njit(cache=True, nogil=True)
def sort(roll, generation, key, indifferent, reached, weight):
    """Draw the kind of each indifferent encounter of the roll's customers.

    indifferent: uint8 by person; reached: float64 (kinds,), running sums of the kinds' chances, the last above every
    draw; weight: float64 (kinds,). Returns the rows with such an encounter, int32 in the order of the roll; the mean
    weight of each one's encounters, float32; and the encounters of each kind, int64 (kinds,).
    """
    rows = np.empty(roll.size, np.int32)
    mean = np.empty(roll.size, np.float32)
    counts = np.zeros(weight.size, np.int64)
    n = 0
    for i in range(roll.size):
        row = roll[i]
        bad = indifferent[row]
        if bad == 0:
            continue
        seed = bits(key, person(row, generation[row]))
        total = 0.0
        for e in range(bad):
            u = unit(seed, np.uint64(e))
            kind = 0
            while u >= reached[kind]:
                kind += 1
            counts[kind] += 1
            total += weight[kind]
        rows[n] = row
        mean[n] = total / bad
        n += 1
    return rows[:n].copy(), mean[:n].copy(), counts
