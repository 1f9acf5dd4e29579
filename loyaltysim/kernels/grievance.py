"""From a bad encounter to a grievance, and from a grievance to staying or leaving."""

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
    NONE,
    PRODUCT,
    RESOLVED,
    SILENT,
    SMALL,
)
from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.exponential import powers
from loyaltysim.kernels.luck import bits, lucks, person, unit

ONE = np.uint64(1)
TWO = np.uint64(2)
CUSTOMERS = 1024
"""Customers reckoned at once, step by step, so that what can is done by vector instructions."""


@kernel
def grieve(
    roll, generation, key, month, indifferent, failed, satisfaction, before, tenure, fickleness, open_case,
    base_indifference, base_product, slope, middle, forgiveness, small_share, year, sinned, sin_weight,
    kind, severity, grieved_month, repeated, satisfaction_before,
):  # fmt: skip
    """Let bad encounters become grievances, at most one a customer-month and none while a case is open.

    An encounter's chance is base * fickleness * exp(slope * (middle - satisfaction)) / (1 + tenure / forgiveness), of an
    indifferent one also times its weight. sinned: int32 (k,), ascending, and sin_weight: float32 (k,): the customers of
    the roll whose indifferent encounters have a mean weight other than 1, and those weights. The kind is chosen among
    the month's bad encounters in proportion to their chances. Returns the rows, int32, and how many of them grieve over
    the product and grieve again.
    """
    rows = np.empty(roll.size, np.int32)
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
    luck = np.empty(CUSTOMERS, np.float64)
    power = np.empty(CUSTOMERS, np.float64)
    for begin in range(0, roll.size, CUSTOMERS):
        here = roll[begin : begin + CUSTOMERS]
        # luck cannot be guessed: those for whom more must be reckoned are listed without a branch, twice
        met_bad = np.uint64(0)
        for i in range(here.size):
            row = np.uint64(here[i])
            wronged[met_bad] = here[i]
            met_bad += np.uint64((indifferent[row] | failed[row]) > 0)
        lucks(wronged, np.int64(met_bad), generation, key, who, luck)
        may = np.uint64(0)
        for i in range(met_bad):
            row = np.uint64(wronged[i])
            u = luck[i]
            most = indifferent[row] * base_indifference * heaviest + failed[row] * base_product
            wronged[may] = wronged[i]
            luck[may] = u
            power[may] = slope * (middle - satisfaction[row])
            may += np.uint64((u < most * fickleness[row] * ceiling) & (open_case[row] == 0))
        powers(power, np.int64(may))
        for i in range(may):
            row = np.uint64(wronged[i])
            bad = indifferent[row]
            failures = failed[row]
            u = luck[i]
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
            kind[row] = INDIFFERENCE if unit(seed, ONE) * (weight + rest) < weight else PRODUCT
            severity[row] = SMALL if unit(seed, TWO) < small_share else LARGE
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
    """Draw who of the wronged (rows, int32) voices it, at the hazard `unprompted` times readiness (float32, by person) plus
    `asked`; both may be infinite. Notes it in `complained` (int8) and returns the rows, int32."""
    spoken = np.empty(rows.size, np.int32)
    n = 0
    for i in range(rows.size):
        row = rows[i]
        hazard = unprompted * readiness[row] + asked
        if unprompted == np.inf or unit(key, person(row, generation[row])) < -math.expm1(-hazard):
            spoken[n] = row
            complained[row] = 1
            n += 1
    return spoken[:n].copy()


@kernel
def apologise(closed, closed_as, generation, key, offered, restored, status, satisfaction_before, satisfaction):
    """Apologise to a share `offered` of those (rows, int32) who were answered (outcomes, int8), and give who stayed unsolved
    back a part `restored` of the satisfaction lost (float32, by person). Returns how many apologies were made."""
    made = 0
    for i in range(closed.size):
        row = closed[i]
        if closed_as[i] <= IGNORED or unit(key, person(row, generation[row])) >= offered:
            continue
        made += 1
        if closed_as[i] == LOGGED and status[row] == CUSTOMER:
            lost = max(satisfaction_before[row] - satisfaction[row], np.float32(0))
            satisfaction[row] += np.float32(restored) * lost
    return made


@kernel
def decide(
    roll, grieved, voiced, closed, closed_as, outcome_now, month, generation, ever, kept, repeat_factor, restored, paradox,
    severity, kind, grieved_month, repeated, satisfaction_before, satisfaction, complained,
    status, reason, left_month, last_outcome,
):  # fmt: skip
    """Find whose grievance is decided this month and how it ended, and decide who stays over it.

    The silent come first, then the closed complaints: `grieved` (rows int32) ascending, `voiced` a part of it in its
    order; closed_as: int8 (closed,). Notes the outcomes in `outcome_now` (int8, by person), -1 for all others of the
    roll. kept: float64 (severities, outcomes), the chances to stay. The luck is the case's own (person and month of the
    grievance). Returns counts, int64: decided and stayed by severity and outcome, left and never_complained by reason,
    and how many left over a grievance that they had voiced.
    """
    for i in range(roll.size):
        outcome_now[np.uint64(roll[i])] = NONE
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
        if unit(key, person(row, generation[row])) < stay:
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
