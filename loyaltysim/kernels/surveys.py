"""A random sample of the customers, and what all of them would have said."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.threads import BLOCK
from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import bits, person, share


@kernel
def sample(roll, generation, key, chance, satisfaction):
    """Draw each customer of the roll into the sample with the same chance.

    satisfaction: float32, by person. Returns the sample's rows, int32, and the sums of satisfaction over the whole roll,
    float64 (blocks,), each over 4,096 customers from 0.
    """
    rows = np.empty(roll.size, np.int32)
    blocks = (roll.size + BLOCK - 1) // BLOCK
    totals = np.zeros(blocks, np.float64)
    n = 0
    for block in range(blocks):
        part = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, roll.size)):
            row = roll[i]
            part += satisfaction[row]
            if share(bits(key, person(row, generation[row]))) < chance:
                rows[n] = row
                n += 1
        totals[block] = part
    return rows[:n].copy(), totals
