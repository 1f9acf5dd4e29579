"""The ways to complain: which one each complaint takes. What concerns a few channels is not compiled."""

from __future__ import annotations

import math

import numpy as np

from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import person, unit


def lags(weight, delay, mean_lag):
    """Give the months from a complaint to its record by each channel, a list, of which the mean by usual use is `mean_lag`."""
    mean = _sum(share * one for share, one in zip(_usual(weight), delay, strict=True))
    return [mean_lag * one / mean if mean > 0.0 else 0.0 for one in delay]


def reached(weight, visible, steered):
    """Give the running sums of the channels' shares, a list, when a part `steered` of what is public goes to the others.

    It goes to them as they are usually used. From the last one in use on, the sums are infinite.
    """
    usual = _usual(weight)
    moved = _sum(share * seen * steered for share, seen in zip(usual, visible, strict=True))
    unseen = _sum(share * (1.0 - seen) for share, seen in zip(usual, visible, strict=True))
    sums, total, last = [], 0.0, 0
    for k, (share, seen) in enumerate(zip(usual, visible, strict=True)):
        now = share
        if unseen > 0.0:
            now += moved * share * (1.0 - seen) / unseen - share * seen * steered
        total += now
        sums.append(total)
        last = k if now > 0.0 else last
    return [*sums[:last], *(math.inf for _ in sums[last:])]


def _usual(weight):
    whole = _sum(weight)
    return [one / whole if whole > 0.0 else 1.0 / len(weight) for one in weight]


def _sum(numbers):
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
    (channels,). Returns channels (int32) and months to the record (float64) beside `voiced`, the rows of those in public
    (int32), and the sum of costs.
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
        u = unit(uses, who)
        k = 0
        while u >= reached[k]:
            k += 1
        channel[i] = k
        lag[i] = lags[k]
        costs += cost[k]
        told_the_survey = place < found.size and found[place] == row
        if not told_the_survey and unit(is_seen, who) < visible[k]:
            public[n] = row
            n += 1
    return channel, lag, public[:n].copy(), costs
