"""Small intrusions, and what they cost in satisfaction."""

from __future__ import annotations

import numpy as np

from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import bits, person, share

MOST_MET = 256


@kernel
def intrude(roll, generation, key, chance, annoyance, met, indifferent, failed, wowed, satisfaction):
    """Let each ordinary encounter of the roll's customers intrude with a chance, and each intrusion cost satisfaction.

    A customer's number is binomial, by inversion of one draw. met, indifferent, failed, wowed: uint8, this month's
    encounters by person; satisfaction: float32, not below 0. Returns the number of intrusions.
    """
    total = 0
    spared = 1.0 - chance
    none = np.empty(MOST_MET, np.float64)
    none[0] = 1.0
    for n in range(1, MOST_MET):
        none[n] = none[n - 1] * spared
    for i in range(roll.size):
        row = roll[i]
        u = share(bits(key, person(row, generation[row])))
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
