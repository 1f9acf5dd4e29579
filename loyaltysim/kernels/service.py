"""Encounters, and what customers feel about them."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.threads import BLOCK
from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import LOW32, S32, below, bits, high, person, share

AT_ONCE = 4
"""Numbers of encounters that are told apart without a branch; few customers have more."""


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
    for i in range(roll.size):
        row = np.uint64(roll[i])
        seed = bits(key, person(row, generation[row]))
        u = share(seed)
        n = np.int64(u >= counts[0]) + (u >= counts[1]) + (u >= counts[2]) + (u >= counts[3])
        if n == AT_ONCE:
            while u >= counts[n]:
                n += 1
        bad = 0
        failures = 0
        wows = 0
        felt = 0.0
        first_bad = indifferent_at[row]
        first_failed = failed_at[row]
        # how an encounter went is reckoned without branches: luck cannot be guessed
        for e in range(n):
            word = bits(seed, np.uint64(1 + 2 * e))
            who = below(word, staff)
            felt += mood[who]
            second = bits(seed, np.uint64(2 + 2 * e))
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
    return encounters, all_bad, all_failures, all_wows


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
