"""Sorting that keeps the order of equals, for the few of a month."""

from __future__ import annotations

import numpy as np

from loyaltysim.kernels.compiled import kernel


@kernel
def stable_order(values):
    """Give the places of `values` (float64 (n,), no NaN) from the least to the greatest, equals in their order; int64 (n,)."""
    n = values.size
    order = np.empty(n, np.int64)
    merged = np.empty(n, np.int64)
    for i in range(n):
        order[i] = i
    width = 1
    while width < n:
        for start in range(0, n, 2 * width):
            left = start
            middle = min(start + width, n)
            right = middle
            stop = min(start + 2 * width, n)
            for k in range(start, stop):
                if left < middle and (right >= stop or values[order[left]] <= values[order[right]]):
                    merged[k] = order[left]
                    left += 1
                else:
                    merged[k] = order[right]
                    right += 1
        order, merged = merged, order
        width *= 2
    return order
