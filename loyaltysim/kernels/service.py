"""Service, by the customer: whom each meets and how it goes, what they feel about it, and what small intrusions cost.

For the indifferent encounters also which of the seven sins each was, by what the staff lacked; and by touchpoint what
goes wrong there, and which is mended first.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.core.threads import BLOCK
from loyaltysim.kernels.jit import CUSTOMERS, inline, kernel
from loyaltysim.kernels.rng import GOLDEN, LOW32, ONE, S32, TWO, bits, mix, person, person_uniforms, to_share, uniform

EIGHT = np.uint64(8)
STRIDE = np.uint64(2 * int(GOLDEN) % 2**64)
"""From an encounter's first word to the next one's."""
LOW16 = np.uint64(0xFFFF)
S16 = np.uint64(16)
WORDS = 2.0**32
FINE = 2.0**39
"""Steps of a mood: sums of whole steps are exact, and so is any float32 mood from 2**-16 on in them."""

AT_ONCE = 8
"""Numbers of encounters that are told apart without a branch; few customers have more."""
DRAWS = 4 * CUSTOMERS
BAD, FAILED, WOWED = CUSTOMERS, 2 * CUSTOMERS, 3 * CUSTOMERS
WISH, CAUGHT, MOOD = CUSTOMERS, 2 * CUSTOMERS, 3 * CUSTOMERS
"""Where a list begins in an array of several: within one array the compiler knows that no list lies over another."""
MOST = 256
"""More encounters than anyone has."""
LEAST = 1e-9
"""Nobody knows, wants or can less than this, so that logarithms stay finite."""


@kernel
def meet(
    customers, generation, key, counts, care, mood, slot_share, slot_other, failure, wow, cold,
    met, indifferent, failed, wowed, indifferent_at, failed_at, mood_met,
):
    """Let each customer have a Poisson number of encounters.

    counts: float64 (k,), the distribution function of the number, k at least 9; care, mood: float32 (staff,);
    slot_share uint64 and slot_other int64 (touchpoints,): the alias table of importance; failure, wow: float64
    (touchpoints,), chances; cold: float64 (touchpoints,), by which the chance of indifference is multiplied. Writes the
    month's counts (uint8), the touchpoints of the first indifferent encounter and the first failure (int16) and the
    mean mood met (float32), by person. Returns the totals: encounters, indifferent, failed, wowed.
    """
    number = np.empty(CUSTOMERS, np.int64)
    seeds = np.empty(CUSTOMERS, np.uint64)
    draws = np.empty(CUSTOMERS, np.float64)
    words = np.empty(DRAWS + MOST, np.uint64)
    seconds = np.empty(DRAWS + MOST, np.uint64)
    sums = np.empty(DRAWS + MOST, np.uint64)
    felt = np.empty(DRAWS + MOST, np.float64)
    cold_at = np.empty(DRAWS + MOST, np.int32)
    fail_at = np.empty(DRAWS + MOST, np.int32)
    at_work, places, cold_here, chances = lay_out_chances(care, mood, slot_other, failure, wow, cold)
    totals = np.zeros(4, np.int64)
    begin = 0
    while begin < customers.size:
        drawn, all_met = draw_encounters(
            customers[begin : begin + CUSTOMERS], generation, key, counts, seeds, draws, number, words, seconds
        )
        let_encounters_go(
            words[:all_met], seconds, slot_share, at_work, places, cold_here, chances, sums, felt, cold_at, fail_at
        )
        j = np.uint64(0)
        for i in range(drawn):
            row = np.uint64(customers[begin + i])
            n = number[i]
            before = sums[j]
            felt_before = felt[j]
            first_bad = cold_at[before & LOW16]
            first_failed = fail_at[(before >> S16) & LOW16]
            bad_at = indifferent_at[row]
            broke_at = failed_at[row]
            j += np.uint64(n)
            went = sums[j] - before
            bad = went & LOW16
            failures = (went >> S16) & LOW16
            met[row] = n
            indifferent[row] = bad
            failed[row] = failures
            wowed[row] = went >> S32
            mood_met[row] = (felt[j] - felt_before) / FINE / max(n, 1)
            indifferent_at[row] = first_bad if bad > 0 else bad_at
            failed_at[row] = first_failed if failures > 0 else broke_at
        totals[0] += all_met
        totals[1] += np.int64(sums[j] & LOW16)
        totals[2] += np.int64((sums[j] >> S16) & LOW16)
        totals[3] += np.int64(sums[j] >> S32)
        begin += drawn
    return totals[0], totals[1], totals[2], totals[3]


@inline
def lay_out_chances(care, mood, slot_other, failure, wow, cold):
    """Lay out what an encounter looks up: by employee, and by which half of the alias table's slot was drawn.

    Chances are in the unit of the words' upper halves, which then need not be scaled.
    """
    at_work = np.empty(2 * care.size, np.float64)
    for who in range(care.size):
        at_work[2 * who] = WORDS * (1.0 - care[who])
        at_work[2 * who + 1] = np.floor(FINE * mood[who])
    places = np.empty(2 * failure.size, np.int32)
    cold_here = np.empty(places.size, np.float64)
    chances = np.empty(2 * places.size, np.uint64)
    for half in range(places.size):
        place = slot_other[half >> 1] if half & 1 else half >> 1
        places[half] = place
        cold_here[half] = cold[place]
        chances[2 * half] = np.uint64(np.ceil(WORDS * failure[place]))
        chances[2 * half + 1] = np.uint64(np.ceil(WORDS * max(failure[place], 1.0 - wow[place])))
    return at_work, places, cold_here, chances


@inline
def let_encounters_go(words, seconds, slot_share, at_work, places, cold, chances, sums, felt, cold_at, fail_at):
    """Let the encounters of a block go as their words say, one after the other, whosever they are.

    `sums` counts what went before each (indifferent, failed and wows, 16 bits each), and `felt` adds up the moods: a
    customer's own are a difference, however many they are. `cold_at` and `fail_at` list the touchpoints of the
    indifferent and of the failed, so that a customer's first one stands where the count before it says.
    """
    staff = np.uint64(at_work.size >> 1) & LOW32
    touchpoints = np.uint64(slot_share.size) & LOW32
    total = np.uint64(0)
    mood = 0.0
    for j in range(words.size):
        sums[j] = total
        felt[j] = mood
        word = words[j]
        second = seconds[j]
        who = ((word & LOW32) * staff) >> S32
        spread = (second & LOW32) * touchpoints
        slot = spread >> S32
        half = TWO * slot + np.uint64((spread & LOW32) >= slot_share[slot])
        draw = second >> S32
        # no branches: a draw cannot be guessed
        is_cold = np.uint64(np.float64(word >> S32) < at_work[TWO * who] * cold[half])
        is_failure = np.uint64(draw < chances[TWO * half])
        is_wow = np.uint64(draw >= chances[TWO * half + ONE])
        cold_at[total & LOW16] = places[half]
        fail_at[(total >> S16) & LOW16] = places[half]
        total += is_cold + (((is_failure << S16) + (is_wow << S32)) & (is_cold - ONE))
        mood += at_work[TWO * who + ONE]
    sums[words.size] = total
    felt[words.size] = mood


@inline
def draw_encounters(customers, generation, key, counts, seeds, draws, number, words, seconds):
    """Draw the numbers of encounters of the first of the customers, and two words for each encounter in turn.

    A customer's own sequence, from `seeds`, is the number, then two words an encounter. Returns for how many customers
    there was room, and their encounters.
    """
    person_uniforms(customers, customers.size, generation, key, seeds, draws)
    for i in range(customers.size):
        n = np.int64(0)
        for e in range(AT_ONCE):
            n += draws[i] >= counts[e]
        number[i] = n
    drawn = 0
    total = np.uint64(0)
    for i in range(customers.size):
        state = seeds[i] + STRIDE
        for e in range(EIGHT):  # more than there are, rather than a branch: the next customer's come over them
            words[total + e] = state + e * STRIDE
        n = number[i]
        if n == AT_ONCE:
            while draws[i] >= counts[n]:
                words[total + np.uint64(n)] = state + np.uint64(n) * STRIDE
                n += 1
            number[i] = n
        total += np.uint64(n)
        drawn += 1
        if total >= DRAWS:
            break
    drawn_words = np.int64(total)
    for j in range(drawn_words):
        seconds[j] = words[j] + GOLDEN
    mix(words, drawn_words)
    mix(seconds, drawn_words)
    return drawn, drawn_words


@kernel
def feel(
    customers, met, indifferent, failed, wowed, mood_met, susceptibility, worth, mood_weight, mood_usual,
    neutral, bad_weight, speed, rises, falls, drift, satisfaction, expectation, before,
):
    """Move satisfaction toward the month's experience against expectation, and expectation toward experience.

    worth: float64 (4,), what an ordinary, indifferent, failed and wow encounter are worth. Columns are float32 by
    person; `before` keeps the satisfaction that the month began with. Returns the sums of their satisfaction,
    float64 (blocks,), each over 4,096 customers from 0.
    """
    counts = np.empty(4 * CUSTOMERS, np.int32)
    felt = np.empty(4 * CUSTOMERS, np.float32)
    moved = np.empty(CUSTOMERS, np.float64)
    ordinary_worth, bad_worth, failure_worth, wow_worth = worth[0], worth[1], worth[2], worth[3]
    totals = np.zeros((customers.size + BLOCK - 1) // BLOCK, np.float64)
    for begin in range(0, customers.size, CUSTOMERS):
        here = customers[begin : begin + CUSTOMERS]
        for i in range(here.size):
            row = np.uint64(here[i])
            counts[i] = met[row]
            counts[BAD + i] = indifferent[row]
            counts[FAILED + i] = failed[row]
            counts[WOWED + i] = wowed[row]
            felt[i] = satisfaction[row]
            before[row] = satisfaction[row]
            felt[WISH + i] = expectation[row]
            felt[CAUGHT + i] = susceptibility[row]
            felt[MOOD + i] = mood_met[row]
        # those too who met nobody, without a branch: whether one did cannot be guessed
        for i in range(here.size):
            n = counts[i]
            bad, failures, wows = counts[BAD + i], counts[FAILED + i], counts[WOWED + i]
            ordinary = n - bad - failures - wows
            seen = ordinary * ordinary_worth + bad * bad_worth + failures * failure_worth + wows * wow_worth
            seen = seen / max(n, 1) + mood_weight * felt[CAUGHT + i] * (felt[MOOD + i] - mood_usual)
            level = np.float64(felt[i])
            wish = felt[WISH + i]
            gap = seen - wish
            goal = min(max(neutral + (gap if gap > 0.0 else bad_weight * gap), 0.0), 1.0)
            wished = np.float32(wish + (rises if gap > 0.0 else falls) * gap)
            moved[i] = level + speed * (goal - level) if n > 0 else level
            felt[WISH + i] = min(max((wished if n > 0 else wish) + drift, 0.0), 1.0)
        part = totals[begin // BLOCK]
        for i in range(here.size):
            row = np.uint64(here[i])
            satisfaction[row] = moved[i]
            expectation[row] = felt[WISH + i]
            part += moved[i]
        totals[begin // BLOCK] = part
    return totals


@kernel
def causes(employees, now_know, now_want, now_can, zeal, care, overloaded):
    """Return each cause's part (know, want, can, overload, burn-out) in an indifferent encounter, float64 (5,).

    That of each employee (columns float64, care float32), by how often theirs are indifferent; they add up to 1, all
    alike if nobody is ever indifferent.
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
def sort(customers, generation, key, indifferent, reached, weight):
    """Draw the kind of each indifferent encounter of the customers.

    indifferent: uint8 by person; reached: float64 (kinds,), running sums of the kinds' chances, the last above every
    draw; weight: float64 (kinds,). Returns the rows with such an encounter, int32 in their order; the mean
    weight of each one's encounters, float32; and the encounters of each kind, int64 (kinds,).
    """
    rows = np.empty(customers.size, np.int32)
    n = 0
    for i in range(customers.size):
        rows[n] = customers[i]
        n += indifferent[customers[i]] > 0
    rows = rows[:n].copy()
    mean = np.empty(n, np.float32)
    counts = np.zeros(weight.size, np.int64)
    for i in range(n):
        row = rows[i]
        seed = bits(key, person(row, generation[row]))
        u = to_share(seed)
        bad = indifferent[row]
        total = 0.0
        for e in range(bad):
            if e > 0:
                u = uniform(seed, np.uint64(e))
            kind = 0
            # counted, not searched: a branch that nothing foretells costs more than seven comparisons
            for k in range(reached.size):
                kind += u >= reached[k]
            counts[kind] += 1
            total += weight[kind]
        mean[i] = total / bad
    return rows, mean, counts


@kernel
def intrude(customers, generation, key, chance, annoyance, met, indifferent, failed, wowed, satisfaction):
    """Let each ordinary encounter of the customers intrude with a chance, and each intrusion cost satisfaction.

    A customer's number is binomial, by inversion of one draw. met, indifferent, failed, wowed: uint8, this month's
    encounters by person; satisfaction: float32, not below 0. Returns the number of intrusions.
    """
    total = 0
    spared = 1.0 - chance
    none = np.empty(MOST, np.float64)
    none[0] = 1.0
    for n in range(1, MOST):
        none[n] = none[n - 1] * spared
    for i in range(customers.size):
        row = customers[i]
        u = to_share(bits(key, person(row, generation[row])))
        if u < none[met[row]]:  # not even if all encounters were ordinary; the other columns need not be read
            continue
        ordinary = np.int64(met[row]) - indifferent[row] - failed[row] - wowed[row]
        exactly = none[ordinary]
        reached = exactly
        count = 0
        while u >= reached and count < ordinary:
            count += 1
            exactly = exactly * chance * (ordinary - count + 1) / (spared * count) if spared > 0.0 else 0.0
            reached += exactly
        if count > 0:
            satisfaction[row] = max(satisfaction[row] - annoyance * count, 0.0)
            total += count
    return total


UNTRIED = -1.0
"""Stands for the money of a touchpoint whose turn has not come."""


@kernel
def chance_bad(care, cold, rate):
    """Return the chance that an encounter at each touchpoint is indifferent or else fails, float64 (touchpoints,).

    care: the staff's mean; cold (indifference against the mean), rate (of failure): float64 (touchpoints,).
    """
    chance = np.empty(cold.size)
    for i in range(cold.size):
        indifferent = min(max((1.0 - care) * cold[i], 0.0), 1.0)
        chance[i] = indifferent + (1.0 - indifferent) * rate[i]
    return chance


def chance_failure(care, importance, cold, rate):
    """Return the chance that an encounter anywhere is a failure at each touchpoint; arguments as of `chance_bad`."""
    return importance * (1.0 - chance_bad(care, cold, 0.0 * rate)) * rate


@kernel
def mean_chance_bad(care, share, cold, rate):
    """Return the sum over touchpoints of `share` times the chance that an encounter there is indifferent or else fails.

    care: the staff's mean; share, cold (indifference against the mean), rate (of failure): float64 (touchpoints,).
    """
    total = 0.0
    for i in range(share.size):
        indifferent = min(max((1.0 - care) * cold[i], 0.0), 1.0)
        total += share[i] * (indifferent + (1.0 - indifferent) * rate[i])
    return total


@kernel
def break_promises(broken, usual, friction, usual_rate, by_promise, mended, rate):
    """Settle each touchpoint's failure `rate`: what mending has left, and the promises `broken` now against those
    `usual`.

    by_promise: the part of its usual failures that are promises broken; friction: the factor of what happens between
    departments. The columns float64 (touchpoints,).
    """
    for i in range(rate.size):
        failing = (1.0 - by_promise[i]) * (1.0 - mended[i]) + by_promise[i] * broken / usual
        rate[i] = min(max(usual_rate[i] * failing * friction, 0.0), 1.0)


@kernel
def rank(care, importance, cold, rate, usual_rate, by_promise, mended, ease, mendable, weights, gap, precedence):
    """Settle each touchpoint's gap, the failures that mending can still end, and its precedence from 0 to 1.

    by_promise: the part of its failures that are promises broken, which mending cannot end.
    weights: float64 (4,), of importance, urgency, gap and ease, each taken against its largest; the columns float64.
    """
    important = 0.0
    urgent = 0.0
    wide = 0.0
    easy = 0.0
    for i in range(gap.size):
        indifferent = min(max((1.0 - care) * cold[i], 0.0), 1.0)
        gap[i] = usual_rate[i] * (1.0 - by_promise[i]) * max(mendable - mended[i], 0.0)
        precedence[i] = importance[i] * (indifferent + (1.0 - indifferent) * rate[i])
        important = max(important, importance[i])
        urgent = max(urgent, precedence[i])
        wide = max(wide, gap[i])
        easy = max(easy, ease[i])
    total = weights[0] + weights[1] + weights[2] + weights[3]
    if total <= 0.0:
        total = 1.0
    important = weights[0] / ((important if important > 0.0 else 1.0) * total)
    urgent = weights[1] / ((urgent if urgent > 0.0 else 1.0) * total)
    wide = weights[2] / ((wide if wide > 0.0 else 1.0) * total)
    easy = weights[3] / ((easy if easy > 0.0 else 1.0) * total)
    for i in range(gap.size):
        precedence[i] = important * importance[i] + urgent * precedence[i] + wide * gap[i] + easy * ease[i]


@kernel
def mend(order, money, mendable, usual_rate, fix_cost, mended, seen):
    """Spend money on one touchpoint after the other, the highest in order first, never where it is minus infinity.

    Each takes what it needs to be mended as far as can be (`mendable`), or all that is left: `fix_cost` mends 63 % of
    what is not, and ends as much of the failures that were `seen` there. All float64 (touchpoints,); `mended` and
    `seen` in place. Gives what each took, float64 (touchpoints,).
    """
    spent = np.empty(order.size, np.float64)
    for i in range(order.size):
        spent[i] = UNTRIED
    while money > 0.0:
        best = -1
        for i in range(order.size):
            if spent[i] == UNTRIED and order[i] > -np.inf and (best < 0 or order[i] > order[best]):
                best = i
        if best < 0:
            break
        spent[best] = 0.0
        if mended[best] >= mendable or usual_rate[best] == 0.0:
            continue
        before = 1.0 - mended[best]
        wanted = np.inf
        if mendable < 1.0:
            wanted = fix_cost[best] * np.log(before / (1.0 - mendable))
        if money >= wanted:
            mended[best] = mendable
            spent[best] = wanted
        else:
            mended[best] += before * -np.expm1(-money / fix_cost[best])
            spent[best] = money
        seen[best] *= (1.0 - mended[best]) / before
        money -= spent[best]
    for i in range(order.size):
        if spent[i] == UNTRIED:
            spent[i] = 0.0
    return spent
