"""How every kernel is compiled: kept on disk, holding no lock, without fast-math; and what all of them are written
with.

A division by zero gives what NumPy's would, not an exception, so that loops can become vector instructions; no C
function is made beside the one that Python calls. Both make compiling quicker.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}

kernel: Any = njit(**_options)

inline: Any = njit(**(_options | {"no_cpython_wrapper": True}))
"""For what only kernels call: Python cannot."""

CUSTOMERS = 1024
"""Customers reckoned at once, step by step: what can become vector instructions apart from what cannot, in the first
cache."""

PER_LN2 = 1.4426950408889634
LN2_HIGH = 0.6931471803691238
"""ln 2 to 32 bits: times a whole number below 2**20 it is exact."""
LN2_LOW = 1.9082149292705877e-10
WHOLE = 1.5 * 2.0**52
"""Added to a float64, it leaves the nearest whole number in the lowest bits."""
WHOLE_BITS = np.float64(WHOLE).view(np.int64)
BIAS = np.int64(1023)
MANTISSA = np.int64(52)


@inline
def exp_inplace(x, n):
    """Put e to the x in the place of the first n of x, float64: within 1 unit in the last place.

    In plain arithmetic: the C library's function is a call, and a loop with a call in it has no vector instructions.
    Any x: 0 below -746, infinite above 710, NaN of NaN. x = k ln 2 + r with k whole and |r| at most ln 2 / 2; e**r by
    its Taylor series, the rest below 2**-57. 2**k is made of two factors, so that what is too small for a normal
    float64 is right too.
    """
    for i in range(n):
        power = min(max(x[i], -800.0), 800.0)
        shifted = power * PER_LN2 + WHOLE
        k = shifted - WHOLE
        r = (power - k * LN2_HIGH) - k * LN2_LOW
        r2 = r * r
        r4 = r2 * r2
        low = 1.0 / 2.0 + r * (1.0 / 6.0)
        middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0))
        high = (1.0 / 40320.0 + r * (1.0 / 362880.0)) + r2 * (1.0 / 3628800.0 + r * (1.0 / 39916800.0))
        series = 1.0 + (
            r + (r2 * low + r4 * (middle + r4 * (high + r4 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0)))))
        )
        whole = np.float64(shifted).view(np.int64) - WHOLE_BITS
        half = whole >> np.int64(1)
        first = np.int64((half + BIAS) << MANTISSA).view(np.float64)
        second = np.int64((whole - half + BIAS) << MANTISSA).view(np.float64)
        x[i] = series * first * second
