"""Complaints: from a bad encounter to a grievance, to its voice in a channel, through departments, to staying or
leaving.

With them, the survey's sample of customers and the apologies. What concerns a few channels is not compiled.
"""

from __future__ import annotations

import math

import numpy as np

from loyaltysim.core.codes import (
    CUSTOMER,
    IGNORED,
    INDIFFERENCE,
    LARGE,
    LOGGED,
    LOST,
    MISCLASSIFIED,
    MISLAID,
    NONE,
    PASSED_ON,
    PRODUCT,
    RESOLVED,
    SILENT,
    SMALL,
    STALLED,
)
from loyaltysim.core.threads import BLOCK
from loyaltysim.kernels.jit import CUSTOMERS, exp_inplace, inline, kernel
from loyaltysim.kernels.rng import ONE, TWO, bits, person, person_uniforms, to_share, uniform

WRONG = np.uint64(0)
PASSED = np.uint64(1)
OF_WRONG = np.uint64(2)
OF_PASSED = np.uint64(6)
"""Where a case's draws stand in its sequence: whether it is handed on, and from where on the draws of the hand-off
stand."""
DELAY = np.uint64(0)
STALLS = np.uint64(1)
LENGTH = np.uint64(2)
LOSES = np.uint64(3)
"""Where those of one hand-off stand, from its place on."""


@kernel
def grieve(
    customers, generation, key, month, indifferent, failed, satisfaction, before, tenure, fickleness, open_case,
    base_indifference, base_product, slope, middle, forgiveness, small_share, year, sinned, sin_weight,
    kind, severity, grieved_month, repeated, satisfaction_before,
):
    """Let bad encounters become grievances, at most one a customer-month and none while a case is open.

    An encounter's chance is base * fickleness * exp(slope * (middle - satisfaction)) / (1 + tenure / forgiveness), of
    an indifferent one also times its weight. sinned: int32 (k,), ascending, and sin_weight: float32 (k,): those of the
    customers whose indifferent encounters have a mean weight other than 1, and those weights. The kind is chosen among
    the month's bad encounters in proportion to their chances. Returns the rows, int32, and how many of them grieve over
    the product and grieve again.
    """
    rows = np.empty(customers.size, np.int32)
    n = 0
    of_products = 0
    again = 0
    ceiling = np.exp(slope * middle)
    heaviest = 1.0
    for j in range(sin_weight.size):
        heaviest = max(heaviest, sin_weight[j])
    k = 0
    wronged = np.empty(CUSTOMERS, np.int32)
    who = np.empty(CUSTOMERS, np.uint64)
    draws = np.empty(CUSTOMERS, np.float64)
    power = np.empty(CUSTOMERS, np.float64)
    for begin in range(0, customers.size, CUSTOMERS):
        here = customers[begin : begin + CUSTOMERS]
        # luck cannot be guessed: those for whom more must be reckoned are listed without a branch, twice
        met_bad = np.uint64(0)
        for i in range(here.size):
            row = np.uint64(here[i])
            wronged[met_bad] = here[i]
            met_bad += np.uint64((indifferent[row] | failed[row]) > 0)
        person_uniforms(wronged, np.int64(met_bad), generation, key, who, draws)
        may = np.uint64(0)
        for i in range(met_bad):
            row = np.uint64(wronged[i])
            u = draws[i]
            most = indifferent[row] * base_indifference * heaviest + failed[row] * base_product
            wronged[may] = wronged[i]
            draws[may] = u
            power[may] = slope * (middle - satisfaction[row])
            may += np.uint64((u < most * fickleness[row] * ceiling) & (open_case[row] == 0))
        exp_inplace(power, np.int64(may))
        for i in range(may):
            row = np.uint64(wronged[i])
            bad = indifferent[row]
            failures = failed[row]
            u = draws[i]
            shared = fickleness[row] / (1.0 + tenure[row] / forgiveness) * power[i]
            if u >= (bad * base_indifference * heaviest + failures * base_product) * shared:
                continue
            while k < sinned.size and np.uint64(sinned[k]) < row:
                k += 1
            of_sins = np.float64(sin_weight[k]) if k < sinned.size and np.uint64(sinned[k]) == row else 1.0
            of_staff = min(1.0, base_indifference * of_sins * shared)
            of_product = min(1.0, base_product * shared)
            content = 1.0
            for _ in range(bad):
                content *= 1.0 - of_staff
            for _ in range(failures):
                content *= 1.0 - of_product
            if u >= 1.0 - content:
                continue
            seed = bits(key, person(row, generation[row]))
            weight = bad * of_staff
            rest = failures * of_product
            kind[row] = INDIFFERENCE if uniform(seed, ONE) * (weight + rest) < weight else PRODUCT
            severity[row] = SMALL if uniform(seed, TWO) < small_share else LARGE
            repeated[row] = month - grieved_month[row] < year
            grieved_month[row] = month
            satisfaction_before[row] = before[row]
            of_products += kind[row] == PRODUCT
            again += repeated[row]
            rows[n] = row
            n += 1
    return rows[:n].copy(), of_products, again


@kernel
def speak(rows, generation, key, readiness, unprompted, asked, complained):
    """Draw who of the wronged (rows, int32) voices it, at the hazard `unprompted` times readiness (float32, by person)
    plus `asked`; both may be infinite. Notes it in `complained` (int8) and returns the rows, int32.
    """
    spoken = np.empty(rows.size, np.int32)
    n = 0
    for i in range(rows.size):
        row = rows[i]
        hazard = unprompted * readiness[row] + asked
        if unprompted == np.inf or uniform(key, person(row, generation[row])) < -math.expm1(-hazard):
            spoken[n] = row
            complained[row] = 1
            n += 1
    return spoken[:n].copy()


@kernel
def sample(customers, generation, key, chance, satisfaction):
    """Draw each of the customers (rows, int32) into the sample with the same chance.

    satisfaction: float32, by person. Returns the sample's rows, int32, and the sums of the satisfaction of all,
    float64 (blocks,), each over 4,096 customers from 0.
    """
    rows = np.empty(customers.size, np.int32)
    blocks = (customers.size + BLOCK - 1) // BLOCK
    totals = np.zeros(blocks, np.float64)
    n = 0
    for block in range(blocks):
        part = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, customers.size)):
            row = customers[i]
            part += satisfaction[row]
            if to_share(bits(key, person(row, generation[row]))) < chance:
                rows[n] = row
                n += 1
        totals[block] = part
    return rows[:n].copy(), totals


def lags(weight, delay, mean_lag):
    """Return the months from a complaint to its record by each channel, a list, of which the mean by usual use is
    `mean_lag`.
    """
    mean = add_up(share * one for share, one in zip(usual_shares(weight), delay, strict=True))
    return [mean_lag * one / mean if mean > 0.0 else 0.0 for one in delay]


def sum_shares(weight, visible, steered):
    """Return the running sums of the channels' shares, a list, when a part `steered` of what is public goes to the
    others.

    It goes to them as they are usually used. From the last one in use on, the sums are infinite.
    """
    usual = usual_shares(weight)
    moved = add_up(share * seen * steered for share, seen in zip(usual, visible, strict=True))
    unseen = add_up(share * (1.0 - seen) for share, seen in zip(usual, visible, strict=True))
    sums, total, last = [], 0.0, 0
    for k, (share, seen) in enumerate(zip(usual, visible, strict=True)):
        now = share
        if unseen > 0.0:
            now += moved * share * (1.0 - seen) / unseen - share * seen * steered
        total += now
        sums.append(total)
        last = k if now > 0.0 else last
    return [*sums[:last], *(math.inf for _ in sums[last:])]


def usual_shares(weight):
    """Return the share of complaints that each channel usually has; all alike if none has a weight."""
    whole = add_up(weight)
    return [one / whole if whole > 0.0 else 1.0 / len(weight) for one in weight]


def add_up(numbers):
    """Add one after the other, as compiled code does: `sum` does not in every Python."""
    total = 0.0
    for number in numbers:
        total += number
    return total


@kernel
def use(voiced, found, generation, uses, is_seen, reached, cost, lags, visible):
    """Draw the channel of each complaint.

    voiced and found (whom a survey found, who tell nobody else): rows, int32 ascending; `uses`, `is_seen`: the keys of
    two decisions; reached and lags as the functions of these names give them, cost ($) and visible (chance): float64
    (channels,). Returns channels (int32) and months to the record (float64) beside `voiced`, the rows of those in
    public (int32), and the sum of costs.
    """
    channel = np.empty(voiced.size, np.int32)
    lag = np.empty(voiced.size, np.float64)
    public = np.empty(voiced.size, np.int32)
    n = 0
    place = 0
    costs = 0.0
    for i in range(voiced.size):
        row = voiced[i]
        while place < found.size and found[place] < row:
            place += 1
        who = person(row, generation[row])
        u = uniform(uses, who)
        k = 0
        while u >= reached[k]:
            k += 1
        channel[i] = k
        lag[i] = lags[k]
        costs += cost[k]
        told_the_survey = place < found.size and found[place] == row
        if not told_the_survey and uniform(is_seen, who) < visible[k]:
            public[n] = row
            n += 1
    return channel, lag, public[:n].copy(), costs


@inline
def hand_on(seed, place, delay_months, stalls, stall_months, mislaid):
    """Draw one hand-off at `place` of a seed: the months it takes, and the flags it adds."""
    lag = -delay_months * np.log(1.0 - uniform(seed, place + DELAY))
    if uniform(seed, place + STALLS) >= stalls:
        return lag, 0
    lag -= stall_months * np.log(1.0 - uniform(seed, place + LENGTH))
    return lag, STALLED + (MISLAID if uniform(seed, place + LOSES) < mislaid else 0)


@kernel
def route(rows, generation, key, misclassified, passed_on, delay_months, stalls, stall_months, mislaid):
    """Draw which complaints are handed on, how long that takes, which stall and which are mislaid.

    rows: int32 (n,); `misclassified`, `passed_on`, `stalls` (a hand-off) and `mislaid` (a stall) are chances, the
    delays means in months. Returns flags int8, months before handling and months after it float64, all (n,).
    """
    flags = np.empty(rows.size, np.int8)
    before = np.empty(rows.size, np.float64)
    after = np.empty(rows.size, np.float64)
    for i in range(rows.size):
        seed = bits(key, person(rows[i], generation[rows[i]]))
        found = 0
        before[i] = 0.0
        after[i] = 0.0
        if uniform(seed, WRONG) < misclassified:
            before[i], more = hand_on(seed, OF_WRONG, delay_months, stalls, stall_months, mislaid)
            found |= MISCLASSIFIED | more
        if uniform(seed, PASSED) < passed_on:
            after[i], more = hand_on(seed, OF_PASSED, delay_months, stalls, stall_months, mislaid)
            found |= PASSED_ON | more
        flags[i] = found
    return flags, before, after


@kernel
def decide(
    customers, grieved, voiced, closed, closed_as, outcome_now, month, generation, ever, kept, repeat_factor, restored,
    paradox, severity, kind, grieved_month, repeated, satisfaction_before, satisfaction, complained,
    status, reason, left_month, last_outcome,
):
    """Find whose grievance is decided this month and how it ended, and decide who stays over it.

    The silent come first, then the closed complaints: `grieved` (rows int32) ascending, `voiced` a part of it in its
    order; closed_as: int8 (closed,). Notes the outcomes in `outcome_now` (int8, by person), -1 for all other customers.
    kept: float64 (severities, outcomes), the chances to stay. The luck is the case's own (person and month of the
    grievance). Returns counts, int64: decided and stayed by severity and outcome, left and never_complained by reason,
    and how many left over a grievance that they had voiced.
    """
    for i in range(customers.size):
        outcome_now[np.uint64(customers[i])] = NONE
    silent = grieved.size - voiced.size
    rows = np.empty(silent + closed.size, np.int32)
    ended = np.empty(silent + closed.size, np.int8)
    n = 0
    spoken = 0
    for i in range(grieved.size):
        if spoken < voiced.size and voiced[spoken] == grieved[i]:
            spoken += 1
            continue
        rows[n] = grieved[i]
        ended[n] = SILENT
        n += 1
    for i in range(closed.size):
        rows[n + i] = closed[i]
        ended[n + i] = closed_as[i]
    for i in range(rows.size):
        outcome_now[rows[i]] = ended[i]
    ends = kept.size
    counts = np.zeros(2 * ends + 13, np.int64)
    left = 2 * ends
    never = left + 6
    for i in range(rows.size):
        row = rows[i]
        outcome = ended[i]
        size = severity[row]
        key = bits(ever, np.uint64(np.int64(grieved_month[row])))
        stay = kept[size, outcome]
        if repeated[row]:
            stay *= repeat_factor
        end = size * kept.shape[1] + outcome
        counts[end] += 1
        last_outcome[row] = outcome
        if uniform(key, person(row, generation[row])) < stay:
            counts[ends + end] += 1
            if outcome >= RESOLVED:
                level = satisfaction[row]
                level += restored * max(0.0, satisfaction_before[row] - level)
                satisfaction[row] = level + paradox * (1.0 - level)
            continue
        status[row] = LOST
        reason[row] = kind[row]
        left_month[row] = month
        counts[left + kind[row]] += 1
        counts[never + 6] += outcome > SILENT
        if not complained[row]:
            counts[never + kind[row]] += 1
    return counts


@kernel
def apologise(closed, closed_as, generation, key, offered, restored, status, satisfaction_before, satisfaction):
    """Apologise to a share `offered` of those (rows, int32) who were answered (outcomes, int8), and give who stayed
    unsolved back a part `restored` of the satisfaction lost (float32, by person). Returns how many apologies were made.
    """
    made = 0
    for i in range(closed.size):
        row = closed[i]
        if closed_as[i] <= IGNORED or uniform(key, person(row, generation[row])) >= offered:
            continue
        made += 1
        if closed_as[i] == LOGGED and status[row] == CUSTOMER:
            lost = max(satisfaction_before[row] - satisfaction[row], np.float32(0))
            satisfaction[row] += np.float32(restored) * lost
    return made
