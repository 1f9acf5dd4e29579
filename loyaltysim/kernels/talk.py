"""Word of mouth: who tells how many, who hears, and how what was heard fades."""

from __future__ import annotations

import numpy as np
from numba import njit

from loyaltysim.core.words import LOGGED, LOST, MOVED, RESOLVED, SILENT
from loyaltysim.kernels.luck import S32, TWO_POW_32, below, bits, person, poisson, share

FULL = 65535


@njit(cache=True, nogil=True)
def hear(inbox_good, inbox_bad, keeps, heard_good, heard_bad):
    """Add last month's messages (uint16) to what is remembered (float32), which fades by `keeps`, and empty the inboxes."""
    for row in range(inbox_good.size):
        heard_good[row] = keeps * heard_good[row] + inbox_good[row]
        heard_bad[row] = keeps * heard_bad[row] + inbox_bad[row]
        inbox_good[row] = 0
        inbox_bad[row] = 0


@njit(cache=True, nogil=True)
def tell(
    roll, generation, key, status, reason, wowed, outcome_now, talkativeness, when_unhappy, when_happy,
    strong, first, tie, inbox_good, inbox_bad,
):  # fmt: skip
    """Let this month's unhappy and happy customers tell others.

    Unhappy: a grievance that ended below resolved this month; happy: a wow or a good recovery, and not unhappy. The
    number told is Poisson with mean `when_*` times talkativeness. A message goes to a random neighbour with chance
    `strong`, else (or without neighbours) to a random other person. Those who died or moved do not talk. Returns
    occasions and messages: unhappy, happy, bad, good.
    """
    people = inbox_good.size
    totals = np.zeros(4, np.int64)
    for i in range(roll.size):
        row = roll[i]
        outcome = outcome_now[row]
        unhappy = SILENT <= outcome <= LOGGED
        if not unhappy and wowed[row] == 0 and outcome < RESOLVED:
            continue
        if status[row] == LOST and reason[row] <= MOVED:
            continue
        seed = bits(key, person(row, generation[row]))
        mean = when_unhappy if unhappy else when_happy
        told = poisson(share(seed), mean * talkativeness[row])
        start = first[row]
        ties = first[row + 1] - start
        box = inbox_bad if unhappy else inbox_good
        for m in range(told):
            word = bits(seed, np.uint64(m + 1))
            if ties > 0 and np.float64(word >> S32) * TWO_POW_32 < strong:
                other = np.int64(tie[start + below(word, ties)])
            else:
                other = below(word, people - 1)
                other += other >= row
            if box[other] < FULL:
                box[other] += 1
        if unhappy:
            totals[0] += 1
            totals[2] += told
        else:
            totals[1] += 1
            totals[3] += told
    return totals
