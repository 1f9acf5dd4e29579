"""The ways to complain: which one each complaint takes."""

from __future__ import annotations

import numpy as np

from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import person, unit


@kernel
def use(voiced, found, generation, uses, is_seen, weight, cost, delay, visible, steered, mean_lag):
    """Draw the channel of each complaint; what is steered away from public channels goes to the others as they are used.

    voiced and found (whom a survey found, who tell nobody else): rows, int32 ascending; `uses`, `is_seen`: the keys of
    two decisions; weight (of use), cost ($), delay (relative) and visible (chance): float64 (channels,); `mean_lag`:
    months to the record, by the usual shares. Returns channels (int32) and months to the record (float64) beside
    `voiced`, the rows of those in public (int32), and the sum of costs.
    """
    whole = 0.0
    for k in range(weight.size):
        whole += weight[k]
    usual = np.empty(weight.size, np.float64)
    for k in range(weight.size):
        usual[k] = weight[k] / whole if whole > 0.0 else 1.0 / weight.size
    moved = 0.0
    unseen = 0.0
    mean_delay = 0.0
    for k in range(usual.size):
        moved += usual[k] * visible[k] * steered
        unseen += usual[k] * (1.0 - visible[k])
        mean_delay += usual[k] * delay[k]
    reached = np.empty(usual.size, np.float64)
    total = 0.0
    last = 0
    for k in range(usual.size):
        now = usual[k]
        if unseen > 0.0:
            now += moved * usual[k] * (1.0 - visible[k]) / unseen - usual[k] * visible[k] * steered
        total += now
        reached[k] = total
        last = k if now > 0.0 else last
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
        while k < last and u >= reached[k]:
            k += 1
        channel[i] = k
        lag[i] = mean_lag * delay[k] / mean_delay if mean_delay > 0.0 else 0.0
        costs += cost[k]
        told_the_survey = place < found.size and found[place] == row
        if not told_the_survey and unit(is_seen, who) < visible[k]:
            public[n] = row
            n += 1
    return channel, lag, public[:n].copy(), costs
