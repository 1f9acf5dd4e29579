"""What goes wrong at the touchpoints, and which is mended first."""

from __future__ import annotations

import numpy as np

from loyaltysim.kernels.jit import kernel

UNTRIED = -1.0
"""Stands for the money of a touchpoint whose turn has not come."""


@kernel
def chance_bad(care, cold, rate):
    """Give the chance that an encounter at each touchpoint is indifferent or else fails, float64 (touchpoints,).

    care: the staff's mean; cold (indifference against the mean), rate (of failure): float64 (touchpoints,).
    """
    chance = np.empty(cold.size)
    for i in range(cold.size):
        indifferent = min(max((1.0 - care) * cold[i], 0.0), 1.0)
        chance[i] = indifferent + (1.0 - indifferent) * rate[i]
    return chance


def chance_failure(care, importance, cold, rate):
    """Give the chance that an encounter anywhere is a failure at each touchpoint; arguments as of `chance_bad`."""
    return importance * (1.0 - chance_bad(care, cold, 0.0 * rate)) * rate


@kernel
def mean_chance_bad(care, share, cold, rate):
    """Give the sum over touchpoints of `share` times the chance that an encounter there is indifferent or else fails.

    care: the staff's mean; share, cold (indifference against the mean), rate (of failure): float64 (touchpoints,).
    """
    total = 0.0
    for i in range(share.size):
        indifferent = min(max((1.0 - care) * cold[i], 0.0), 1.0)
        total += share[i] * (indifferent + (1.0 - indifferent) * rate[i])
    return total


@kernel
def break_promises(broken, usual, friction, usual_rate, by_promise, mended, rate):
    """Settle each touchpoint's failure `rate`: what mending has left, and the promises `broken` now against those `usual`.

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

    Each takes what it needs to be mended as far as can be (`mendable`), or all that is left: `fix_cost` mends 63 % of what
    is not, and ends as much of the failures that were `seen` there. All float64 (touchpoints,); `mended` and `seen` in
    place. Gives what each took, float64 (touchpoints,).
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
