"""What went with those who left: their margins, and how many went to a rival."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import LOST
from loyaltysim.kernels.compiled import kernel

BLOCK = 4096


@kernel
def lost(roll, status, margin, with_rival, top):
    """Sum up this month's leavers among the customers of the roll (int32).

    `margin`: float32 by person; `top`: the margin from which one belongs to the top tenth. Returns the leavers' summed
    margin, that of the top tenth among them (float64, added in blocks of 4,096 of the roll), the number of these, and the number who went to
    a rival.
    """
    total = 0.0
    of_top = 0.0
    tops = 0
    to_rival = 0
    leavers = np.empty(BLOCK, np.int32)
    for start in range(0, roll.size, BLOCK):
        n = np.uint64(0)
        for i in range(start, min(start + BLOCK, roll.size)):
            leavers[n] = roll[i]
            n += np.uint64(status[np.uint64(roll[i])] == LOST)
        part = 0.0
        top_part = 0.0
        for i in range(n):
            row = leavers[i]
            part += margin[row]
            if margin[row] >= top:
                top_part += margin[row]
                tops += 1
            if with_rival[row]:
                to_rival += 1
        total += part
        of_top += top_part
    return total, of_top, tops, to_rival


def top_tenth(margin):
    """Give the margin from which one belongs to the top tenth, and that tenth's share of the sum; margin: (n,), n >= 1.

    The tenth is rounded up to whole people; the share is 0 if nobody pays anything.
    """
    size = -(-margin.size // 10)
    best = np.partition(margin, margin.size - size)[margin.size - size :]
    total = float(np.sum(margin, dtype=np.float64))
    return float(best.min()), float(np.sum(best, dtype=np.float64)) / total if total > 0 else 0.0
