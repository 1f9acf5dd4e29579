"""Word of mouth: who tells how many, who hears, and how what was heard fades; and the bad reviews that stay to be
read."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import LOGGED, LONG_AGO, LOST, MOVED, NONE, RESOLVED
from loyaltysim.kernels.jit import kernel
from loyaltysim.kernels.rng import (
    FEW,
    GOLDEN,
    LOW32,
    ONE,
    TWO,
    below,
    high,
    mix,
    person,
    person_uniforms,
    poisson_many,
    uniform,
)

FULL = 65535
"""What an inbox holds at most."""
AT_ONCE = 16
"""Messages of a teller that are begun without a branch; one teller in seven has more."""
MESSAGES = 4096
"""Messages reckoned at once, step by step, by vector instructions in the first cache."""
FORGOTTEN = 0.01
"""A review of less weight than this is as good as none."""


@kernel
def hear(start, stop, inbox_good, inbox_bad, keeps, heard_good, heard_bad):
    """Add last month's messages (uint16) to what is remembered (float32), which fades by `keeps`, and empty the
    inboxes.

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
    customers, generation, key, status, reason, wowed, outcome_now, talkativeness, when_unhappy, when_happy,
    strong, first, tie, people, reach,
):
    """Let this month's unhappy and happy customers tell others.

    Unhappy: a grievance that ended below resolved this month; happy: a wow or a good recovery, and not unhappy. The
    number told is Poisson with mean `when_*` times talkativeness. A message goes to a random neighbour with chance
    `strong`, else (or without neighbours) to a random other of the people. Those who died or moved do not talk.

    Returns who hears each message (rows, int32), sorted by neighbourhoods of 2**reach rows, the bad ones before the
    good; int64 (2 * neighbourhoods + 1,), where each begins; and occasions and messages: unhappy, happy, bad, good.
    """
    # who tells, the unhappy first
    tellers = np.empty(customers.size, np.int32)
    happy = np.empty(customers.size, np.int32)
    n = np.uint64(0)
    m = np.uint64(0)
    for i in range(customers.size):
        row = np.uint64(customers[i])
        happy[m] = customers[i]
        if outcome_now[row] == NONE:  # of nearly all; and luck, which cannot be guessed, decides without a branch
            m += np.uint64(wowed[row] > 0)
        elif outcome_now[row] > LOGGED:
            m += ONE
        else:
            tellers[n] = customers[i]
            n += ONE
    for i in range(m):
        tellers[n + np.uint64(i)] = happy[i]
    tellers = tellers[: n + m]
    # how many each tells
    seeds = np.empty(tellers.size, np.uint64)
    told = np.empty(tellers.size, np.int32)
    unhappy = np.int64(n)
    draws = np.empty(FEW, np.float64)
    mean = np.empty(FEW, np.float64)
    chance = np.empty(FEW, np.float64)
    total = np.empty(FEW, np.float64)
    counts = np.empty(FEW, np.int64)
    totals = np.zeros(4, np.int64)
    most = AT_ONCE
    for begin in range(0, tellers.size, FEW):
        few = min(FEW, tellers.size - begin)
        person_uniforms(tellers[begin:], few, generation, key, seeds[begin:], draws)
        for i in range(few):
            row = np.uint64(tellers[begin + i])
            talks = (status[row] != LOST) | (reason[row] > MOVED)
            kind = np.int64(begin + i >= unhappy)
            mean[i] = (when_happy if kind else when_unhappy) * talkativeness[row] if talks else 0.0
            totals[kind] += talks
        for i in range(few, FEW):
            draws[i], mean[i] = 0.0, 0.0
        poisson_many(draws, mean, chance, total, counts)
        for i in range(few):
            told[begin + i] = counts[i]
            totals[2 + np.int64(begin + i >= unhappy)] += counts[i]
            most = max(most, counts[i])
    # whom: the messages of many tellers one behind the other, so that their luck can be drawn by vector instructions
    heard = np.empty(totals[2] + totals[3], np.int32)
    states = np.empty(MESSAGES + most + AT_ONCE, np.uint64)
    by = np.empty(MESSAGES + most + AT_ONCE, np.int32)
    others = np.uint64(people - 1) & LOW32
    at = 0
    held = np.uint64(0)
    for i in range(tellers.size):
        state = seeds[i] + TWO * GOLDEN
        row = tellers[i]
        # up to a multiple of those at once, rather than a branch: the next teller's come over what is too many
        until = np.uint64((told[i] + AT_ONCE - 1) & -AT_ONCE)
        for k in range(until):
            states[held + k] = state + k * GOLDEN
        for k in range(until):
            by[held + k] = row
        held += np.uint64(told[i])
        if held < MESSAGES and i < tellers.size - 1:
            continue
        hearers = heard[at : at + np.int64(held)]
        mix(states, hearers.size)
        for j in range(hearers.size):
            other = below(states[j], others)
            hearers[j] = other + (other >= by[j])
        for j in range(hearers.size if tie.size > 0 else 0):
            row = np.uint64(by[j])
            start = first[row]
            ties = first[row + ONE] - start
            friend = tie[np.uint64(min(start + below(states[j], ties), tie.size - 1))]
            hearers[j] = friend if (high(states[j]) < strong) & (ties > 0) else hearers[j]
        at += hearers.size
        held = np.uint64(0)
    # in which order
    places = ((people - 1) >> reach) + 1
    begins = np.zeros(2 * places + 1, np.int64)
    if places == 1:
        begins[1] = totals[2]
        begins[2] = heard.size
        return heard, begins, totals
    ends = np.zeros(2 * places, np.int64)
    for i in range(heard.size):
        ends[(heard[i] >> reach) + (places if i >= totals[2] else 0)] += 1
    for place in range(2 * places):
        begins[place + 1] = begins[place] + ends[place]
        ends[place] = begins[place]
    by_place = np.empty(heard.size, np.int32)
    for i in range(heard.size):
        place = (heard[i] >> reach) + (places if i >= totals[2] else 0)
        by_place[ends[place]] = heard[i]
        ends[place] += 1
    return by_place, begins, totals


@kernel
def deliver(place, until, heard, begins, inbox_bad, inbox_good):
    """Put the messages (as `tell` gives them) for the neighbourhoods place..until into the inboxes, uint16, each full
    at 65,535.
    """
    places = begins.size // 2
    for i in range(begins[place], begins[until]):
        row = np.uint64(heard[i])
        inbox_bad[row] += inbox_bad[row] < FULL
    for i in range(begins[places + place], begins[places + until]):
        row = np.uint64(heard[i])
        inbox_good[row] += inbox_good[row] < FULL


@kernel
def review(
    grieved, public, closed, closed_as, month, generation, posts, withdraws, posted, withdrawn_after, kept, standing,
    reviewed_month,
):
    """Post the reviews of those who grieve without a review standing, and withdraw those of the well recovered.

    grieved and public (a part of it): rows, int32 ascending; closed, closed_as: rows and outcomes. `posts`,
    `withdraws`: the keys of two decisions, with the chances `posted` (1 in public) and `withdrawn_after`. A review
    keeps a part `kept` of its weight a month; `standing`: the sum of weights last month. Returns how many are posted
    and withdrawn, and the sum of weights now, not below 0.
    """
    new = 0
    gone = 0
    place = 0
    for i in range(grieved.size):
        row = grieved[i]
        said_in_public = place < public.size and public[place] == row
        place += said_in_public
        speaks = said_in_public or uniform(posts, person(row, generation[row])) < posted
        if speaks and kept ** (month - reviewed_month[row]) < FORGOTTEN:
            reviewed_month[row] = month
            new += 1
    standing = standing * kept + new
    for i in range(closed.size):
        row = closed[i]
        if closed_as[i] < RESOLVED:
            continue
        left = kept ** (month - reviewed_month[row])
        if left >= FORGOTTEN and uniform(withdraws, person(row, generation[row])) < withdrawn_after:
            reviewed_month[row] = LONG_AGO
            standing -= left
            gone += 1
    return new, gone, max(standing, 0.0)
