"""Encounters, and what customers feel about them."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.threads import BLOCK
from loyaltysim.kernels.compiled import kernel, part
from loyaltysim.kernels.luck import GOLDEN, LOW32, ONE, S32, below, bits, high, mixed, person, share

TWO = np.uint64(2)

AT_ONCE = 4
"""Numbers of encounters that are told apart without a branch; few customers have more."""
CUSTOMERS = 1024
"""Customers whose draws are made before any is looked at, so that they can be made by vector instructions."""
DRAWS = 8 * CUSTOMERS
MOST = 256
"""More encounters than anyone has."""


@kernel
def meet(
    roll, generation, key, counts, care, mood, slot_share, slot_other, failure, wow, cold,
    met, indifferent, failed, wowed, indifferent_at, failed_at, mood_met,
):  # fmt: skip
    """Let each customer of the roll have a Poisson number of encounters.

    counts: float64 (k,), the distribution function of the number, k at least 5; care, mood: float32 (staff,);
    slot_share uint64 and slot_other int64 (touchpoints,): the alias table of importance; failure, wow: float64
    (touchpoints,), chances; cold: float64 (touchpoints,), by which the chance of indifference is multiplied. Writes the
    month's counts (uint8), the touchpoints of the first indifferent encounter and the first failure (int16) and the mean
    mood met (float32), by person. Returns the totals: encounters, indifferent, failed, wowed.
    """
    staff = care.size
    touchpoints = np.uint64(failure.size)
    encounters = 0
    all_bad = 0
    all_failures = 0
    all_wows = 0
    number = np.empty(CUSTOMERS, np.int64)
    seeds = np.empty(CUSTOMERS, np.uint64)
    words = np.empty(DRAWS + MOST, np.uint64)
    seconds = np.empty(DRAWS + MOST, np.uint64)
    begin = 0
    while begin < roll.size:
        drawn = _draw(roll[begin : begin + CUSTOMERS], generation, key, counts, seeds, number, words, seconds)
        j = np.uint64(0)
        for i in range(drawn):
            row = np.uint64(roll[begin + i])
            n = number[i]
            bad = 0
            failures = 0
            wows = 0
            felt = 0.0
            first_bad = indifferent_at[row]
            first_failed = failed_at[row]
            # how an encounter went is reckoned without branches: luck cannot be guessed
            for _ in range(n):
                word = words[j]
                second = seconds[j]
                j += ONE
                who = below(word, staff)
                felt += mood[who]
                spread = (second & LOW32) * touchpoints
                slot = np.int64(spread >> S32)
                other = slot_other[slot]
                place = other if (spread & LOW32) >= slot_share[slot] else slot
                luck = high(second)
                is_cold = high(word) < (1.0 - care[who]) * cold[place]
                fails = (not is_cold) & (luck < failure[place])
                delights = (not is_cold) & (not fails) & (luck >= 1.0 - wow[place])
                first_bad = place if is_cold & (bad == 0) else first_bad
                first_failed = place if fails & (failures == 0) else first_failed
                bad += is_cold
                failures += fails
                wows += delights
            indifferent_at[row] = first_bad
            failed_at[row] = first_failed
            met[row] = n
            indifferent[row] = bad
            failed[row] = failures
            wowed[row] = wows
            mood_met[row] = felt / n if n > 0 else 0.0
            encounters += n
            all_bad += bad
            all_failures += failures
            all_wows += wows
        begin += drawn
    return encounters, all_bad, all_failures, all_wows


@part
def _draw(roll, generation, key, counts, seeds, number, words, seconds):
    """Draw the numbers of encounters of the first customers of the roll, and two words for each encounter in turn.

    A customer's own sequence, from `seeds`, is the number, then two words an encounter. Returns for how many customers
    there was room.
    """
    none, one, two, three = counts[0], counts[1], counts[2], counts[3]
    for i in range(roll.size):
        row = np.uint64(roll[i])
        seeds[i] = person(row, generation[row])
    for i in range(roll.size):
        seed = bits(key, seeds[i])
        u = share(seed)
        seeds[i] = seed
        number[i] = np.int64(u >= none) + (u >= one) + (u >= two) + (u >= three)
    drawn = 0
    total = np.uint64(0)
    for i in range(roll.size):
        n = number[i]
        state = seeds[i] + TWO * GOLDEN
        if n == AT_ONCE:
            u = share(seeds[i])
            while u >= counts[n]:
                n += 1
            number[i] = n
            for e in range(AT_ONCE, n):
                words[total + np.uint64(e)] = state + np.uint64(e) * TWO * GOLDEN
        for e in range(AT_ONCE):  # more than there are, rather than a branch: the next customer's come over them
            words[total + np.uint64(e)] = state + np.uint64(e) * TWO * GOLDEN
        total += np.uint64(n)
        drawn += 1
        if total >= DRAWS:
            break
    for j in range(total):
        state = words[j]
        words[j] = mixed(state)
        seconds[j] = mixed(state + GOLDEN)
    return drawn


@kernel
def feel(
    roll, met, indifferent, failed, wowed, mood_met, susceptibility, worth, mood_weight, mood_usual,
    neutral, bad_weight, speed, rises, falls, drift, satisfaction, expectation, before,
):  # fmt: skip
    """Move satisfaction toward the month's experience against expectation, and expectation toward experience.

    worth: float64 (4,), what an ordinary, indifferent, failed and wow encounter are worth. Columns are float32 by
    person; `before` keeps the satisfaction that the month began with. Returns the sums of satisfaction over the roll,
    float64 (blocks,), each over 4,096 customers from 0.
    """
    blocks = (roll.size + BLOCK - 1) // BLOCK
    totals = np.zeros(blocks, np.float64)
    for block in range(blocks):
        part = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, roll.size)):
            row = np.uint64(roll[i])
            level = satisfaction[row]
            before[row] = level
            n = met[row]
            if n > 0:
                bad = indifferent[row]
                failures = failed[row]
                wows = wowed[row]
                ordinary = n - bad - failures - wows
                seen = (ordinary * worth[0] + bad * worth[1] + failures * worth[2] + wows * worth[3]) / n
                seen += mood_weight * susceptibility[row] * (mood_met[row] - mood_usual)
                wish = expectation[row]
                gap = seen - wish
                goal = neutral + (gap if gap > 0.0 else bad_weight * gap)
                level += speed * (min(max(goal, 0.0), 1.0) - level)
                satisfaction[row] = level
                expectation[row] = wish + (rises if gap > 0.0 else falls) * gap
            expectation[row] = min(max(expectation[row] + drift, 0.0), 1.0)
            part += level
        totals[block] = part
    return totals
