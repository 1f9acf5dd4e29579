"""Word of mouth: who tells how many, who hears, and how what was heard fades."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.words import LOGGED, LOST, MOVED, SILENT
from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import below, bits, high, person, poisson, share

FULL = 65535


@kernel
def hear(start, stop, inbox_good, inbox_bad, keeps, heard_good, heard_bad):
    """Add last month's messages (uint16) to what is remembered (float32), which fades by `keeps`, and empty the inboxes.

    Only the rows start..stop; the loop is over slices from 0, which the compiler can turn into vector instructions.
    """
    inbox_good, inbox_bad = inbox_good[start:stop], inbox_bad[start:stop]
    heard_good, heard_bad = heard_good[start:stop], heard_bad[start:stop]
    for row in range(inbox_good.size):
        heard_good[row] = keeps * heard_good[row] + inbox_good[row]
        heard_bad[row] = keeps * heard_bad[row] + inbox_bad[row]
        inbox_good[row] = 0
        inbox_bad[row] = 0


@kernel
def tell(
    roll, generation, key, status, reason, wowed, outcome_now, talkativeness, when_unhappy, when_happy,
    strong, first, tie, people, reach,
):  # fmt: skip
    """Let this month's unhappy and happy customers tell others.

    Unhappy: a grievance that ended below resolved this month; happy: a wow or a good recovery, and not unhappy. The
    number told is Poisson with mean `when_*` times talkativeness. A message goes to a random neighbour with chance
    `strong`, else (or without neighbours) to a random other of the people. Those who died or moved do not talk.

    Returns who hears each message (rows, int32), sorted by neighbourhoods of 2**reach rows, the bad ones before the
    good; int64 (2 * neighbourhoods + 1,), where each begins; and occasions and messages: unhappy, happy, bad, good.
    """
    tellers = np.empty(roll.size, np.int32)
    n = 0
    for i in range(roll.size):
        row = np.uint64(roll[i])
        tellers[np.uint64(n)] = roll[i]
        n += (outcome_now[row] >= SILENT) | (wowed[row] > 0)
    told = np.empty(n, np.int32)
    unhappy = np.empty(n, np.int32)
    totals = np.zeros(4, np.int64)
    for i in range(n):
        row = tellers[i]
        unhappy[i] = SILENT <= outcome_now[row] <= LOGGED
        told[i] = 0
        if status[row] == LOST and reason[row] <= MOVED:
            continue
        mean = when_unhappy if unhappy[i] else when_happy
        told[i] = poisson(share(bits(key, person(row, generation[row]))), mean * talkativeness[row])
        totals[1 - unhappy[i]] += 1
        totals[3 - unhappy[i]] += told[i]
    heard = np.empty(totals[2] + totals[3], np.int32)
    ends = np.zeros(2, np.int64)
    ends[1] = totals[2]
    for i in range(n):
        row = tellers[i]
        seed = bits(key, person(row, generation[row]))
        kind = 1 - unhappy[i]
        begin = ends[kind]
        ends[kind] += told[i]
        start = first[row] if first.size > 1 else 0
        ties = first[row + 1] - start if first.size > 1 else 0
        if ties == 0:
            for m in range(told[i]):
                other = below(bits(seed, np.uint64(m + 1)), people - 1)
                heard[begin + m] = other + (other >= row)
            continue
        for m in range(told[i]):
            word = bits(seed, np.uint64(m + 1))
            friend = np.int64(tie[np.uint64(start + below(word, ties))])
            other = below(word, people - 1)
            other += other >= row
            heard[begin + m] = friend if high(word) < strong else other
    places = ((people - 1) >> reach) + 1
    begins = np.zeros(2 * places + 1, np.int64)
    if places == 1:
        begins[1] = totals[2]
        begins[2] = heard.size
        return heard, begins, totals
    for i in range(heard.size):
        begins[1 + (heard[i] >> reach) + (places if i >= totals[2] else 0)] += 1
    for place in range(2 * places):
        begins[place + 1] += begins[place]
    at = begins[:-1].copy()
    by_place = np.empty(heard.size, np.int32)
    for i in range(heard.size):
        place = (heard[i] >> reach) + (places if i >= totals[2] else 0)
        by_place[at[place]] = heard[i]
        at[place] += 1
    return by_place, begins, totals


@kernel
def deliver(place, until, heard, begins, inbox_bad, inbox_good):
    """Put the messages (as `tell` gives them) for the neighbourhoods place..until into the inboxes, uint16, each full at 65,535."""
    places = begins.size // 2
    for i in range(begins[place], begins[until]):
        row = np.uint64(heard[i])
        inbox_bad[row] += inbox_bad[row] < FULL
    for i in range(begins[places + place], begins[places + until]):
        row = np.uint64(heard[i])
        inbox_good[row] += inbox_good[row] < FULL
