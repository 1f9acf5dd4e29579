"""Random draws, compiled: SplitMix64 read by position, the same arithmetic as `core.random_streams`.

Everything is uint64: in Numba a mixture of signed and unsigned 64-bit integers becomes a float and loses bits.
"""

from __future__ import annotations

import math

import numpy as np

from loyaltysim.kernels.jit import exp_inplace, inline, kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
ZERO = np.uint64(0)
ONE = np.uint64(1)
TWO = np.uint64(2)
S27 = np.uint64(27)
S30 = np.uint64(30)
S31 = np.uint64(31)
S11 = np.uint64(11)
S32 = np.uint64(32)
LOW32 = np.uint64(0xFFFFFFFF)
MANY = 600.0
"""A Poisson mean from which on the sum of chances starts at another count than 0."""
FEW, TERMS, ENOUGH = 32, 8, 64
"""How many counts are found at once, by how many terms a turn, and how many terms before those left are found singly.
"""
TWO_POW_53 = 2.0**-53
TWO_POW_32 = 2.0**-32


@kernel
def bits(key, position):
    """Return 64 bits: output `position` + 1 of the SplitMix64 generator seeded with `key`; both uint64."""
    return mix_word(key + (position + ONE) * GOLDEN)


@inline
def mix_word(z):
    """Return a generator's output in a state, uint64; `GOLDEN` on from a state is the next one."""
    z = (z ^ (z >> S30)) * FIRST
    z = (z ^ (z >> S27)) * SECOND
    return z ^ (z >> S31)


@inline
def to_share(word):
    """Return the float64 in [0, 1) of a word's upper 53 bits."""
    return np.float64(word >> S11) * TWO_POW_53


@kernel
def uniform(key, position):
    """Return a float64 in [0, 1) with 53 random bits."""
    return to_share(bits(key, position))


@inline
def person(row, generation):
    """Return who decides: the row of the market and which newcomer stands in it."""
    return np.uint64(row) | (np.uint64(generation) << S32)


@inline
def high(word):
    """Return the upper 32 bits of a word as a float64 in [0, 1)."""
    return np.float64(word >> S32) * TWO_POW_32


@inline
def below(word, n):
    """Return an integer in 0..n-1 from the lower 32 bits of a word; n at most 2**32."""
    return np.int64(((word & LOW32) * np.uint64(n)) >> S32)


@inline
def mix(states, n):
    """Put the outputs in the place of the first n generators' states, uint64."""
    for i in range(n):
        states[i] = mix_word(states[i])


@inline
def person_uniforms(rows, n, generation, key, seeds, draws):
    """Draw for the first n of rows (int32) as `uniform` does: the bits into seeds, uint64, their shares into draws,
    float64.

    In steps, so that only the first, which looks up, is not done by vector instructions.
    """
    for i in range(n):
        row = np.uint64(rows[i])
        seeds[i] = person(row, generation[row])
    for i in range(n):
        seeds[i] = bits(key, seeds[i])
        draws[i] = to_share(seeds[i])


@inline
def erlang(seed, position, shape):
    """Return a gamma draw of mean 1 and whole-numbered shape, from uniforms at `position`, `position` + 1, ..."""
    product = 1.0
    for j in range(shape):
        product *= 1.0 - uniform(seed, position + np.uint64(j))
    return -np.log(product) / shape


@inline
def normal(seed, position):
    """Return a standard normal draw from the uniforms at `position` and `position` + 1 (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform(seed, position)))
    return radius * np.cos(2.0 * np.pi * uniform(seed, position + ONE))


@kernel
def poisson(u, mean):
    """Return the Poisson count whose distribution function first exceeds u, by inversion.

    Counts more than 40 standard deviations below a large mean have no chance that a float64 could hold: the sum starts
    there.
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


@inline
def poisson_many(u, mean, chance, total, counts):
    """Put into `counts` (int64) what `poisson` finds for u and mean; all are (FEW,), the others float64, two as
    scratch.

    All of them go on, some terms at a time, for as long as one of them needs more: there is no branch for luck to
    mislead, so that vector instructions do it. What needs very many terms is left to `poisson`.
    """
    for j in range(FEW):
        chance[j] = -mean[j]
        counts[j] = 0
    exp_inplace(chance, FEW)
    for j in range(FEW):
        total[j] = chance[j]
    terms = 0.0
    unfound = FEW
    while unfound > 0 and terms < ENOUGH:
        unfound = 0
        for j in range(FEW):
            term, below_u, count, draw, rate = chance[j], total[j], counts[j], u[j], mean[j]
            for more in range(1, TERMS + 1):
                count += draw >= below_u
                term *= rate * (1.0 / (terms + more))
                below_u += term
            chance[j], total[j], counts[j] = term, below_u, count
            unfound += draw >= below_u
        terms += TERMS
    for j in range(FEW):
        if u[j] >= total[j] or mean[j] > MANY:
            counts[j] = poisson(u[j], mean[j])


@kernel
def uniforms(key, rows, generation):
    """Return each row's draw for one decision: rows int32 (n,), generation of every person; float64 (n,)."""
    draws = np.empty(rows.size, np.float64)
    for i in range(rows.size):
        draws[i] = uniform(key, person(rows[i], generation[rows[i]]))
    return draws
