"""The reasons to leave beside a grievance, as competing risks: death and moving, friends who left, and rivals.

With them, what rivals' quality and offers are worth to a customer, and what rivals gain of us: a few numbers, so not
compiled.
"""

from __future__ import annotations

import math

import numpy as np

from loyaltysim.core.codes import CUSTOMER, DIED, FRIENDS, LOST, MONTHS_A_YEAR, MOVED, RIVAL
from loyaltysim.kernels.jit import CUSTOMERS, exp_inplace, kernel
from loyaltysim.kernels.rng import ONE, bits, person, person_uniforms, to_share, uniform

MOST = 700.0
"""An exponent whose power is finite: a rate of zero times it is zero."""
CERTAIN = 1e6
"""A hazard at which leaving is certain; more would overflow a float32."""


@kernel
def follow(
    customers, fickleness, heard_good, heard_bad, exposure, base, opinion_weight, bad_weight, log_ratio, keeps, hazard
):
    """Return each customer's monthly hazard to follow friends, and let the effect of past defections fade.

    hazard = base * fickleness * exp(-opinion_weight * (good - bad_weight * bad) + log_ratio * exposure); float32, at
    most 1e6.
    """
    power = np.empty(CUSTOMERS, np.float64)
    for begin in range(0, customers.size, CUSTOMERS):
        here = customers[begin : begin + CUSTOMERS]
        for i in range(here.size):
            row = np.uint64(here[i])
            opinion = heard_good[row] - bad_weight * heard_bad[row]
            power[i] = min(log_ratio * exposure[row] - opinion_weight * opinion, MOST)
            exposure[row] *= keeps
        exp_inplace(power, here.size)
        for i in range(here.size):
            row = np.uint64(here[i])
            hazard[row] = min(base * fickleness[row] * power[i], CERTAIN)


@kernel
def lure(customers, generation, key, indifferent, fickleness, satisfaction, base, slope, middle, content, hazard):
    """Return each customer's monthly hazard to be lured by a rival (float32).

    hazard = base * fickleness * exp(slope * (middle - satisfaction)); a share 1 - `indifferent` of the people, always
    the same ones, cannot be lured while their satisfaction is at least `content`.
    """
    who = np.empty(CUSTOMERS, np.uint64)
    draws = np.empty(CUSTOMERS, np.float64)
    power = np.empty(CUSTOMERS, np.float64)
    for begin in range(0, customers.size, CUSTOMERS):
        here = customers[begin : begin + CUSTOMERS]
        person_uniforms(here, here.size, generation, key, who, draws)
        # who can be lured is listed without a branch, which luck would make a guess
        n = np.uint64(0)
        for i in range(here.size):
            row = np.uint64(here[i])
            level = satisfaction[row]
            hazard[row] = 0.0
            who[n] = row
            power[n] = slope * (middle - level)
            n += np.uint64((level < content) | (draws[i] < indifferent))
        exp_inplace(power, np.int64(n))
        for k in range(n):
            hazard[who[k]] = min(base * fickleness[who[k]] * power[k], CERTAIN)


@kernel
def depart(
    customers, generation, key, month, died, moved, following, lured, complained,
    status, reason, left_month, open_case,
):
    """Draw who of the remaining customers leaves for another reason than a grievance, and for which.

    `died` and `moved` are monthly hazards, `following` and `lured` columns of hazards. Returns counts, int64 (13,):
    left and never_complained by reason and the withdrawn cases; and the rows (int32) of those who died or moved and of
    the defectors: all other customers who left this month, over a grievance too.
    """
    counts = np.zeros(13, np.int64)
    left, never = counts[:6], counts[6:12]
    gone = np.empty(customers.size, np.int32)
    n = 0
    defectors = np.empty(customers.size, np.int32)
    m = 0
    for i in range(customers.size):
        row = np.uint64(customers[i])
        if status[row] != CUSTOMER:
            defectors[m] = row
            m += 1
            continue
        friends = following[row]
        rival = lured[row]
        total = died + moved + friends + rival
        seed = bits(key, person(row, generation[row]))
        u = to_share(seed)
        if u >= total or u >= 1.0 - np.exp(-total):
            continue
        pick = uniform(seed, ONE) * total
        if pick < died:
            why = DIED
        elif pick < died + moved:
            why = MOVED
        elif pick < died + moved + friends or rival == 0.0:
            why = FRIENDS
        else:
            why = RIVAL
        status[row] = LOST
        reason[row] = why
        left_month[row] = month
        left[why] += 1
        if not complained[row]:
            never[why] += 1
        if open_case[row]:
            open_case[row] = 0
            counts[12] += 1
        if why <= MOVED:
            gone[n] = row
            n += 1
        else:
            defectors[m] = row
            m += 1
    return counts, gone[:n].copy(), defectors[:m].copy()


@kernel
def notice(defectors, generation, key, reason, to_rival, first, tie, exposure, with_rival):
    """Let this month's defectors (rows, int32) find a new supplier, and their neighbours know.

    Who was lured is with a rival, and so is a share `to_rival` of those who left over a grievance. Each neighbour's
    exposure (float32) rises by 1.
    """
    for i in range(defectors.size):
        row = defectors[i]
        why = reason[row]
        if why == RIVAL or (why > RIVAL and uniform(key, person(row, generation[row])) < to_rival):
            with_rival[row] = 1
        if first.size > 1:
            for j in range(first[row], first[row + 1]):
                exposure[tie[j]] += 1.0


def quality(levels, improves, month):
    """Return each rival's quality in a month, 0 to 1: its level, and what it has risen a year since month 0."""
    years = max(0, month) / MONTHS_A_YEAR
    return [min(1.0, max(0.0, level + improves * years)) for level in levels]


def hold_position(levels, slope, middle):
    """Return the joining of rivals' customers against that of middling rivals': the mean of exp(slope * (middle -
    level)).
    """
    return math.fsum(math.exp(slope * (middle - level)) for level in levels) / len(levels)


def offers(key, rivals, chance):
    """Draw which of so many rivals make a price offer this month: a list of 1 and 0."""
    return [int(uniform(key, np.uint64(rival)) < chance) for rival in range(rivals)]


def lure_customers(levels, offered, slope, middle, offer_ratio):
    """Return the hazard to be lured against that of middling rivals without offers.

    The mean of exp(slope * (level - middle)), times `offer_ratio` for a rival who makes an offer (`offered` 1, else 0).
    """
    pairs = zip(levels, offered, strict=True)
    return math.fsum(math.exp(slope * (level - middle)) * offer_ratio**offer for level, offer in pairs) / len(levels)


def count_supplied(status, with_rival):
    """Return how many people are with a rival and how many are our customers; status, with_rival: int8 (people,)."""
    return int(np.count_nonzero(with_rival)), int(np.count_nonzero(status == CUSTOMER))


def smooth(before, gained, looks):
    """Return the smoothed monthly gain (who came less who left): the mean of 12 looks, from then on the latest weighs
    1/12.
    """
    return before + (gained - before) / min(looks, MONTHS_A_YEAR)
