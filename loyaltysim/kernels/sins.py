"""Which of the seven sins of service each indifferent encounter was."""

from __future__ import annotations

import numpy as np

from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import bits, person, share, unit

LEAST = 1e-9
"""Nobody knows, wants or can less than this, so that logarithms stay finite."""


@kernel
def causes(employees, now_know, now_want, now_can, zeal, care, overloaded):
    """Give each cause's part (know, want, can, overload, burn-out) in an indifferent encounter, float64 (5,).

    That of each employee (columns float64, care float32), by how often theirs are indifferent; they add up to 1, all alike
    if nobody is ever indifferent.
    """
    of_know, of_want, of_can, of_overload, of_burnout = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(employees):
        busy = min(1.0, overloaded / max(1.0 - now_want[i], LEAST))
        know = -np.log(max(now_know[i], LEAST))
        want = -np.log(max(now_want[i], LEAST))
        can = -np.log(max(now_can[i], LEAST))
        eager = -np.log(max(zeal[i], LEAST))
        whole = know + want * (1.0 - busy) + can + want * busy + eager
        often = (1.0 - care[i]) / max(whole, LEAST)
        of_know += often * know
        of_want += often * (want * (1.0 - busy))
        of_can += often * can
        of_overload += often * (want * busy)
        of_burnout += often * eager
    total = of_know + of_want + of_can + of_overload + of_burnout
    parts = np.empty(5, np.float64)
    parts[0], parts[1], parts[2], parts[3], parts[4] = of_know, of_want, of_can, of_overload, of_burnout
    for k in range(5):
        parts[k] = parts[k] / total if total > 0.0 else 0.2
    return parts


@kernel
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
