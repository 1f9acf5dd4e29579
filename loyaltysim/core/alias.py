"""Walker's alias table: a choice in proportion to weights in one draw, however many there are to choose from."""

from __future__ import annotations


def alias(weights: object) -> tuple[list[int], list[int]]:
    """Make the table (as Vose orders it) of weights that add to 1: for each slot the share kept, times 2**32, and who has the rest."""
    import numpy as np

    scaled = np.asarray(weights, float) * len(np.asarray(weights))
    kept, other = [2**32] * len(scaled), list(range(len(scaled)))
    small = [i for i, share in enumerate(scaled) if share < 1]
    large = [i for i, share in enumerate(scaled) if share >= 1]
    while small and large:
        short, long = small.pop(), large[-1]
        kept[short], other[short] = int(scaled[short] * 2**32), long
        scaled[long] -= 1 - scaled[short]
        if scaled[long] < 1:
            small.append(large.pop())
    return kept, other
