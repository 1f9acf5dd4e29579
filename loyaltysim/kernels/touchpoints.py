"""What goes wrong at the touchpoints, and which is mended first."""

from __future__ import annotations

import numpy as np

from loyaltysim.kernels.compiled import kernel


@kernel
def wrong(care, share, cold, rate):
    """Give the sum over touchpoints of `share` times the chance that an encounter there is indifferent or else fails.

    care: the staff's mean; share, cold (indifference against the mean), rate (of failure): float64 (touchpoints,).
    """
    total = 0.0
    for i in range(share.size):
        indifferent = min(max((1.0 - care) * cold[i], 0.0), 1.0)
        total += share[i] * (indifferent + (1.0 - indifferent) * rate[i])
    return total


@kernel
def rank(care, importance, cold, rate, usual_rate, mended, ease, mendable, weights, gap, precedence):
    """Settle each touchpoint's gap, the failures that mending can still end, and its precedence from 0 to 1.

    weights: float64 (4,), of importance, urgency, gap and ease, each taken against its largest; the columns float64.
    """
    most = np.zeros(4, np.float64)
    for i in range(gap.size):
        indifferent = min(max((1.0 - care) * cold[i], 0.0), 1.0)
        gap[i] = usual_rate[i] * max(mendable - mended[i], 0.0)
        precedence[i] = importance[i] * (indifferent + (1.0 - indifferent) * rate[i])
        most[0] = max(most[0], importance[i])
        most[1] = max(most[1], precedence[i])
        most[2] = max(most[2], gap[i])
        most[3] = max(most[3], ease[i])
    total = 0.0
    for k in range(4):
        total += weights[k]
    for k in range(4):
        most[k] = weights[k] / ((most[k] if most[k] > 0.0 else 1.0) * (total if total > 0.0 else 1.0))
    for i in range(gap.size):
        urgency = precedence[i]
        precedence[i] = most[0] * importance[i] + most[1] * urgency + most[2] * gap[i] + most[3] * ease[i]
