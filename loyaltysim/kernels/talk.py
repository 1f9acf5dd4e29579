"""Word of mouth: who tells how many, who hears, and how what was heard fades."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.words import LOGGED, LOST, MOVED, NONE
from loyaltysim.kernels.compiled import kernel, part
from loyaltysim.kernels.luck import GOLDEN, LOW32, ONE, below, bits, high, mixed, person, poissons, share

FULL = 65535
TWO = np.uint64(2)
AT_ONCE = 16
"""Messages of a teller that are begun without a branch; one teller in seven has more."""
MESSAGES = 4096
TELLERS = 1024
"""Messages and tellers reckoned at once, step by step, by vector instructions in the first cache."""


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
    tellers, seeds, told, totals, most = _tellers(
        roll, generation, key, status, reason, wowed, outcome_now, talkativeness, when_unhappy, when_happy
    )
    heard = np.empty(totals[2] + totals[3], np.int32)
    states = np.empty(MESSAGES + most, np.uint64)
    by = np.empty(MESSAGES + most, np.int32)
    others = np.uint64(people - 1) & LOW32
    at = 0
    held = np.uint64(0)
    for i in range(tellers.size):
        state = seeds[i] + TWO * GOLDEN
        row = tellers[i]
        # more than there are, rather than a branch: the next teller's come over them
        for m in range(AT_ONCE):
            states[held + np.uint64(m)] = state + np.uint64(m) * GOLDEN
        for m in range(AT_ONCE):
            by[held + np.uint64(m)] = row
        for m in range(AT_ONCE, told[i]):
            states[held + np.uint64(m)] = state + np.uint64(m) * GOLDEN
            by[held + np.uint64(m)] = row
        held += np.uint64(told[i])
        if held < MESSAGES and i < tellers.size - 1:
            continue
        hearers = heard[at : at + np.int64(held)]
        if tie.size > 0:
            for j in range(hearers.size):
                states[j] = mixed(states[j])
            for j in range(hearers.size):
                word = states[j]
                row = np.uint64(by[j])
                start = first[row]
                ties = first[row + ONE] - start
                other = below(word, others)
                friend = tie[np.uint64(min(start + below(word, ties), tie.size - 1))]
                hearers[j] = friend if (high(word) < strong) & (ties > 0) else other + (other >= by[j])
        else:
            for j in range(hearers.size):
                other = below(mixed(states[j]), others)
                hearers[j] = other + (other >= by[j])
        at += hearers.size
        held = np.uint64(0)
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


@part
def _tellers(
    roll, generation, key, status, reason, wowed, outcome_now, talkativeness, when_unhappy, when_happy
):  # fmt: skip
    """List who tells, the unhappy first, and how many each tells.

    Returns tellers int32, what seeds their luck uint64 and the numbers told int32, all (n,); occasions and messages as
    `tell` gives them; and the greatest number told, at least `AT_ONCE`.
    """
    tellers = np.empty(roll.size, np.int32)
    happy = np.empty(roll.size, np.int32)
    n = np.uint64(0)
    m = np.uint64(0)
    for i in range(roll.size):
        row = np.uint64(roll[i])
        happy[m] = roll[i]
        if outcome_now[row] == NONE:  # of nearly all; and luck, which cannot be guessed, decides without a branch
            m += np.uint64(wowed[row] > 0)
        elif outcome_now[row] > LOGGED:
            m += ONE
        else:
            tellers[n] = roll[i]
            n += ONE
    for i in range(m):
        tellers[n + np.uint64(i)] = happy[i]
    tellers = tellers[: n + m]
    seeds = np.empty(tellers.size, np.uint64)
    told = np.empty(tellers.size, np.int32)
    luck = np.zeros(TELLERS, np.float64)
    mean = np.zeros(TELLERS, np.float64)
    counts = np.empty(TELLERS, np.int64)
    totals = np.zeros(4, np.int64)
    unhappy = np.int64(n)
    most = AT_ONCE
    for begin in range(0, tellers.size, TELLERS):
        here, mine, its = (
            tellers[begin : begin + TELLERS],
            seeds[begin : begin + TELLERS],
            told[begin : begin + TELLERS],
        )
        for i in range(here.size):
            row = np.uint64(here[i])
            mine[i] = person(row, generation[row])
            talks = (status[row] != LOST) | (reason[row] > MOVED)
            mean[i] = (when_unhappy if begin + i < unhappy else when_happy) * talkativeness[row] if talks else 0.0
            totals[0 if begin + i < unhappy else 1] += talks
        for i in range(here.size):
            mine[i] = bits(key, mine[i])
            luck[i] = share(mine[i])
        poissons(luck, mean, counts)
        for i in range(here.size):
            its[i] = counts[i]
            totals[2 if begin + i < unhappy else 3] += counts[i]
            most = max(most, counts[i])
    return tellers, seeds, told, totals, most


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
