"""Encounters, and what customers feel about them."""

from __future__ import annotations

import numpy as np
from numba import njit

from loyaltysim.kernels.luck import LOW32, S32, below, bits, high, person, share

BLOCK = 4096


@njit(cache=True, nogil=True)
def meet(
    roll, generation, key, counts, care, mood, slot_share, slot_other, failure, wow, cold,
    met, indifferent, failed, wowed, indifferent_at, failed_at, mood_met,
):  # fmt: skip
    """Let each customer of the roll have a Poisson number of encounters.

    counts: float64 (k,), the distribution function of the number; care, mood: float32 (staff,); slot_share uint64 and
    slot_other int64 (touchpoints,): the alias table of importance; failure, wow: float64 (touchpoints,), chances;
    cold: float64 (touchpoints,), by which the chance of indifference is multiplied.
    Writes the month's counts (uint8), the touchpoints of the first indifferent encounter and
    the first failure (int16) and the mean mood met (float32), by
    person. Returns the totals: encounters, indifferent, failed, wowed.
    """
    staff = care.size
    touchpoints = np.uint64(failure.size)
    totals = np.zeros(4, np.int64)
    for i in range(roll.size):
        row = roll[i]
        seed = bits(key, person(row, generation[row]))
        u = share(seed)
        n = 0
        while u >= counts[n]:
            n += 1
        bad = 0
        failures = 0
        wows = 0
        felt = 0.0
        for e in range(n):
            word = bits(seed, np.uint64(1 + 2 * e))
            who = below(word, staff)
            felt += mood[who]
            second = bits(seed, np.uint64(2 + 2 * e))
            spread = (second & LOW32) * touchpoints
            place = np.int64(spread >> S32)
            if (spread & LOW32) >= slot_share[place]:
                place = slot_other[place]
            if high(word) < (1.0 - care[who]) * cold[place]:
                if bad == 0:
                    indifferent_at[row] = place
                bad += 1
                continue
            luck = high(second)
            if luck < failure[place]:
                if failures == 0:
                    failed_at[row] = place
                failures += 1
            elif luck >= 1.0 - wow[place]:
                wows += 1
        met[row] = n
        indifferent[row] = bad
        failed[row] = failures
        wowed[row] = wows
        mood_met[row] = felt / n if n > 0 else 0.0
        totals[0] += n
        totals[1] += bad
        totals[2] += failures
        totals[3] += wows
    return totals


@njit(cache=True, nogil=True)
def feel(
    roll, met, indifferent, failed, wowed, mood_met, susceptibility, worth, mood_weight, mood_usual,
    neutral, bad_weight, speed, rises, falls, drift, satisfaction, expectation, before,
):  # fmt: skip
    """Move satisfaction toward the month's experience against expectation, and expectation toward experience.

    worth: float64 (4,), what an ordinary, indifferent, failed and wow encounter are worth. Columns are float32 by
    person; `before` keeps the satisfaction that the month began with. Returns the sum of satisfaction over the roll,
    added in blocks of 4,096 customers.
    """
    total = 0.0
    for start in range(0, roll.size, BLOCK):
        part = 0.0
        for i in range(start, min(start + BLOCK, roll.size)):
            row = roll[i]
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
        total += part
    return total
