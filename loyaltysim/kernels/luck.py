"""Luck, compiled: SplitMix64 read by position, the same arithmetic as `core.streams`.

Everything is uint64: in Numba a mixture of signed and unsigned 64-bit integers becomes a float and loses bits.
"""

from __future__ import annotations

import math

import numpy as np

from loyaltysim.kernels.compiled import kernel, part
from loyaltysim.kernels.exponential import exp

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
ONE = np.uint64(1)
S27 = np.uint64(27)
S30 = np.uint64(30)
S31 = np.uint64(31)
S11 = np.uint64(11)
S32 = np.uint64(32)
LOW32 = np.uint64(0xFFFFFFFF)
MANY = 600.0
FEW, TERMS, ENOUGH = 32, 8, 64
TWO_POW_53 = 2.0**-53
TWO_POW_32 = 2.0**-32


@kernel
def bits(key, position):
    """Give 64 bits: output `position` + 1 of the SplitMix64 generator seeded with `key`; both uint64."""
    return mixed(key + (position + ONE) * GOLDEN)


@part
def mixed(z):
    """Give a generator's output in a state, uint64; `GOLDEN` on from a state is the next one."""
    z = (z ^ (z >> S30)) * FIRST
    z = (z ^ (z >> S27)) * SECOND
    return z ^ (z >> S31)


@kernel
def share(word):
    """Give the float64 in [0, 1) of a word's upper 53 bits."""
    return np.float64(word >> S11) * TWO_POW_53


@kernel
def unit(key, position):
    """Give a float64 in [0, 1) with 53 random bits."""
    return share(bits(key, position))


@kernel
def person(row, generation):
    """Give who decides: the row of the market and which newcomer stands in it."""
    return np.uint64(row) | (np.uint64(generation) << S32)


@kernel
def high(word):
    """Give the upper 32 bits of a word as a float64 in [0, 1)."""
    return np.float64(word >> S32) * TWO_POW_32


@kernel
def below(word, n):
    """Give an integer in 0..n-1 from the lower 32 bits of a word; n at most 2**32."""
    return np.int64(((word & LOW32) * np.uint64(n)) >> S32)


@part
def erlang(seed, position, shape):
    """Give a gamma draw of mean 1 and whole-numbered shape, from uniforms at `position`, `position` + 1, ..."""
    product = 1.0
    for j in range(shape):
        product *= 1.0 - unit(seed, position + np.uint64(j))
    return -np.log(product) / shape


@kernel
def normal(seed, position):
    """Give a standard normal draw from the uniforms at `position` and `position` + 1 (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - unit(seed, position)))
    return radius * np.cos(2.0 * np.pi * unit(seed, position + ONE))


@kernel
def poisson(u, mean):
    """Give the Poisson count whose distribution function first exceeds u, by inversion.

    Counts more than 40 standard deviations below a large mean have no chance that a float64 could hold: the sum starts there.
    """
    count = 0
    if mean > MANY:
        count = int(mean - 40.0 * np.sqrt(mean))
        count = max(count, 0)
    chance = np.exp(count * np.log(mean) - mean - math.lgamma(count + 1.0)) if count > 0 else np.exp(-mean)
    total = chance
    most = int(mean + 40.0 * np.sqrt(mean)) + 40
    while u >= total and count < most:
        count += 1
        chance *= mean / count
        total += chance
    return count


@part
def poissons(u, mean, counts):
    """Put the Poisson counts that `poisson` would find for u and mean, float64 (n,), into `counts`, int64; n a multiple of `FEW`.

    Some at once, and some terms at once, all of them for as long as one of them needs more: no branch for luck to
    mislead, so that it is done by vector instructions. What needs very many is left to `poisson`.
    """
    chance = np.empty(FEW, np.float64)
    total = np.empty(FEW, np.float64)
    number = np.empty(FEW, np.int64)
    for begin in range(0, u.size, FEW):
        until = begin + FEW
        luck, means, found = u[begin:until], mean[begin:until], counts[begin:until]
        for j in range(FEW):
            chance[j] = exp(-means[j])
            total[j] = chance[j]
            number[j] = 0
        terms = 0.0
        left = FEW
        while left > 0 and terms < ENOUGH:
            left = 0
            for j in range(FEW):
                its, sum_, count, u_, mean_ = chance[j], total[j], number[j], luck[j], means[j]
                for m in range(1, TERMS + 1):
                    count += u_ >= sum_
                    its *= mean_ * (1.0 / (terms + m))
                    sum_ += its
                chance[j], total[j], number[j] = its, sum_, count
                left += u_ >= sum_
            terms += TERMS
        for j in range(FEW):
            found[j] = number[j]
            if luck[j] >= total[j] or means[j] > MANY:
                found[j] = poisson(luck[j], means[j])


@kernel
def units(key, rows, generation):
    """Give each row's draw for one decision: rows int32 (n,), generation of every person; float64 (n,)."""
    draws = np.empty(rows.size, np.float64)
    for i in range(rows.size):
        draws[i] = unit(key, person(rows[i], generation[rows[i]]))
    return draws
