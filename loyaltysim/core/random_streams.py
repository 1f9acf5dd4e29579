"""Random streams: every draw is a pure function of who decides what, when, in which replication of which seed.

The generator is SplitMix64 read by position (Steele, Lea and Flood 2014): `bits(key, n)` is output n + 1 of the
published generator seeded with `key`, so its published vectors test it. A key is folded from the fields that name a
decision, `key = bits(key, field)` for seed, replication, stream and month in that order; a person's own sequence is
`bits(bits(key, who), 0), bits(bits(key, who), 1), ...`. This file does the folding with Python's integers, and months
with NumPy's, many at once; `kernels.rng` holds the same arithmetic compiled. `alias` makes the table for a choice in
proportion to weights.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from loyaltysim.core.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
AHEAD = 64
"""Months whose keys are folded at once: that costs as much as a single one."""


def bits(key: int, position: int) -> int:
    """Return the 64 bits at a position (any integer, taken modulo 2**64) of the SplitMix64 sequence of a key."""
    z = (key + (position + 1) * GOLDEN) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


@cache
def stream_key(name: str) -> int:
    """Return the number of a named decision (`mechanism.decision`): its BLAKE2b digest of 8 bytes, little-endian."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=64)
def replication_key(seed: int, replication: int) -> int:
    """Return the key of a replication of a seed, into which a decision's name is folded next."""
    return bits(bits(0, seed), replication)


@lru_cache(maxsize=4096)
def static_key(seed: int, replication: int, mechanism: str, decision: str) -> np.uint64:
    """Return the key of a decision before its month is folded in; for draws that belong to a case, not to a month."""
    return np.uint64(bits(replication_key(seed, replication), stream_key(f"{mechanism}.{decision}")))


@lru_cache(maxsize=256)
def static_keys(seed: int, replication: int, mechanism: str, decisions: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return the keys of several decisions, likewise, as one array that is not to be changed."""
    return np.array([static_key(seed, replication, mechanism, decision) for decision in decisions], np.uint64)


@lru_cache(maxsize=4096)
def keys_ahead(seed: int, replication: int, mechanism: str, decision: str, months: int) -> NDArray[np.uint64]:
    """Fold into a decision's key each of AHEAD months, from `months` times AHEAD on."""
    key, first = static_key(seed, replication, mechanism, decision), (months * AHEAD + 1) & MASK
    z = key + (np.arange(AHEAD, dtype=np.uint64) + np.uint64(first)) * np.uint64(GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@dataclass(slots=True)
class RngStream:
    """The draws of one mechanism in one month: called with a decision, it gives the key that kernels draw by."""

    seed: int
    replication: int
    mechanism: str
    month: int

    def __call__(self, decision: str) -> np.uint64:
        """Return the key of a decision of this mechanism in this month."""
        keys = keys_ahead(self.seed, self.replication, self.mechanism, decision, self.month // AHEAD)
        key: np.uint64 = keys[self.month % AHEAD]
        return key

    def ever(self, decision: str) -> np.uint64:
        """Return the key of a decision whose month is folded in later, by the kernel that knows which month it is."""
        return static_key(self.seed, self.replication, self.mechanism, decision)

    def ever_each(self, *decisions: str) -> NDArray[np.uint64]:
        """Return the keys of several such decisions as one array, not to be changed."""
        return static_keys(self.seed, self.replication, self.mechanism, decisions)


def alias(weights: object) -> tuple[list[int], list[int]]:
    """Return Walker's alias table (as Vose orders it): a choice in proportion to weights in one draw, however many
    there are.

    Args:
        weights: Float (n,), adding to 1.

    Returns:
        For each slot the share that it keeps, times 2**32, and who has the rest.
    """
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
