"""Ties between people, as edges and as CSR rows."""

from __future__ import annotations

import numpy as np

from loyaltysim.kernels.jit import kernel
from loyaltysim.kernels.rng import ONE, ZERO, below, bits, uniform


@kernel
def small_world(people, half, rewired, key):
    """Tie each person to the next `half` on a ring, each tie rewired with a chance (Watts and Strogatz 1998).

    Returns a, b: int32 (people * half,), the two ends of each tie.
    """
    a = np.empty(people * half, np.int32)
    b = np.empty(people * half, np.int32)
    for row in range(people):
        for j in range(half):
            edge = row * half + j
            other = (row + j + 1) % people
            seed = bits(key, np.uint64(edge))
            if uniform(seed, ZERO) < rewired:
                other = (row + 1 + below(bits(seed, ONE), people - 1)) % people
            a[edge] = row
            b[edge] = other
    return a, b


@kernel
def random_ties(people, edges, key):
    """Draw `edges` ties between random pairs of different people; a, b: int32 (edges,)."""
    a = np.empty(edges, np.int32)
    b = np.empty(edges, np.int32)
    for edge in range(edges):
        seed = bits(key, np.uint64(edge))
        row = below(bits(seed, ZERO), people)
        a[edge] = row
        b[edge] = (row + 1 + below(bits(seed, ONE), people - 1)) % people
    return a, b


@kernel
def scale_free(people, half, key):
    """Let each newcomer tie to `half` ends of earlier ties, so the well tied get more (Barabasi and Albert 1999).

    The first `half` + 1 people are all tied to each other. Returns a, b: int32 (edges,).
    """
    core = half + 1
    edges = core * half // 2 + (people - core) * half
    a = np.empty(edges, np.int32)
    b = np.empty(edges, np.int32)
    edge = 0
    for row in range(core):
        for other in range(row):
            a[edge] = row
            b[edge] = other
            edge += 1
    for row in range(core, people):
        known = edge
        for _ in range(half):
            word = bits(key, np.uint64(edge))
            pick = below(word, 2 * known)
            a[edge] = row
            b[edge] = a[pick] if pick < known else b[pick - known]
            edge += 1
    return a, b


@kernel
def csr(people, a, b):
    """Turn ties a, b (int32, (edges,)) into CSR rows: first int64 (people + 1,), tie int32 (2 * edges,)."""
    first = np.zeros(people + 1, np.int64)
    for edge in range(a.size):
        first[a[edge] + 1] += 1
        first[b[edge] + 1] += 1
    for row in range(people):
        first[row + 1] += first[row]
    place = first[:-1].copy()
    tie = np.empty(2 * a.size, np.int32)
    for edge in range(a.size):
        tie[place[a[edge]]] = b[edge]
        place[a[edge]] += 1
        tie[place[b[edge]]] = a[edge]
        place[b[edge]] += 1
    return first, tie
