"""A complaint's way through the departments."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import MISCLASSIFIED, MISLAID, PASSED_ON, STALLED
from loyaltysim.kernels.compiled import kernel, part
from loyaltysim.kernels.luck import bits, person, unit

WRONG = np.uint64(0)
PASSED = np.uint64(1)
OF_WRONG = np.uint64(2)
OF_PASSED = np.uint64(6)
DELAY = np.uint64(0)
STALLS = np.uint64(1)
LENGTH = np.uint64(2)
LOSES = np.uint64(3)


@part
def _hand_on(seed, place, delay_months, stalls, stall_months, mislaid):
    """Draw one hand-off at `place` of a seed: the months it takes, and the flags it adds."""
    lag = -delay_months * np.log(1.0 - unit(seed, place + DELAY))
    if unit(seed, place + STALLS) >= stalls:
        return lag, 0
    lag -= stall_months * np.log(1.0 - unit(seed, place + LENGTH))
    return lag, STALLED + (MISLAID if unit(seed, place + LOSES) < mislaid else 0)


@kernel
def route(rows, generation, key, misclassified, passed_on, delay_months, stalls, stall_months, mislaid):
    """Draw which complaints are handed on, how long that takes, which stall and which are mislaid.

    rows: int32 (n,); `misclassified`, `passed_on`, `stalls` (a hand-off) and `mislaid` (a stall) are chances, the delays
    means in months. Returns flags int8, months before handling and months after it float64, all (n,).
    """
    flags = np.empty(rows.size, np.int8)
    before = np.empty(rows.size, np.float64)
    after = np.empty(rows.size, np.float64)
    for i in range(rows.size):
        seed = bits(key, person(rows[i], generation[rows[i]]))
        found = 0
        before[i] = 0.0
        after[i] = 0.0
        if unit(seed, WRONG) < misclassified:
            before[i], more = _hand_on(seed, OF_WRONG, delay_months, stalls, stall_months, mislaid)
            found |= MISCLASSIFIED | more
        if unit(seed, PASSED) < passed_on:
            after[i], more = _hand_on(seed, OF_PASSED, delay_months, stalls, stall_months, mislaid)
            found |= PASSED_ON | more
        flags[i] = found
    return flags, before, after
