"""Luck as kernels draw it, laid out for tests: long sequences along one field at a time, and pairs of them.

Everything is drawn by the functions that the kernels call. A person's first draw is `share(seed)` with
`seed = bits(key, who)`, later ones are taken from `bits(seed, position)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import vectorize
from numpy.typing import NDArray

from loyaltysim.core.random_streams import stream_key
from loyaltysim.kernels import rng

Words = NDArray[np.uint64]
Draws = NDArray[np.float64]

SEED = 2026
DECISIONS = (
    "market.network", "market.traits", "market.proneness", "market.first customers", "market.first tenure", "market.first lost",
    "market.founders", "staff.quits", "staff.hires.know", "staff.hires.want", "staff.hires.can", "burnout.bears",
    "consistency.standard", "manners.intrudes", "service.meets", "grievance.grieves", "sins.sorts", "voice.speaks", "channels.uses", "channels.is seen",
    "handoffs.routes", "desk.case", "apology.apologises", "leaders.passes on", "recovery.stays", "rivals.first supplier",
    "rivals.commits", "rivals.offers", "departure.leaves", "departure.turns to", "word_of_mouth.tells", "reviews.posts",
    "reviews.withdraws", "joining.joins", "winback.returns", "pilot.tries",
    "leaders.flatters", "leaders.blames", "surveys.asks", "surveys.answers", "surveys.tells",
)  # fmt: skip
STREAMS = np.array([stream_key(name) for name in DECISIONS], np.uint64)
MEETS = stream_key("service.meets")


@vectorize(["uint64(uint64, uint64)"], cache=True)
def bits(key: Any, position: Any) -> Any:
    return rng.bits(key, position)


@vectorize(["uint64(int64, int64)"], cache=True)
def person(row: Any, generation: Any) -> Any:
    return rng.person(row, generation)


@vectorize(["float64(uint64)"], cache=True)
def share(word: Any) -> Any:
    return rng.to_share(word)


@vectorize(["float64(uint64)"], cache=True)
def high(word: Any) -> Any:
    return rng.high(word)


@vectorize(["float64(uint64)"], cache=True)
def low(word: Any) -> Any:
    return rng.below(word, np.uint64(16_777_216)) / 16_777_216.0


@vectorize(["float64(uint64, int64)"], cache=True)
def slot(word: Any, slots: Any) -> Any:
    return (rng.below(word, slots) + 0.5) / slots


@vectorize(["float64(uint64, int64)"], cache=True)
def within_slot(word: Any, slots: Any) -> Any:
    spread = (word & rng.LOW32) * np.uint64(slots)  # as service draws where in a touchpoint's slot an encounter falls
    return np.float64(spread & rng.LOW32) * rng.TWO_POW_32


def word(number: Any) -> Any:
    """Give a whole number or an array of them, negative ones too, modulo 2**64."""
    if isinstance(number, int):
        return np.uint64(number % 2**64)
    return np.asarray(number).astype(np.uint64)


def key_of(*, seed: Any = SEED, replication: Any = 0, stream: Any = MEETS, month: Any = 1) -> Words:
    """Give the keys of decisions, folded compiled; each field is a number or an array."""
    fields = (seed, replication, stream, month)
    key: Any = np.uint64(0)
    for field in fields:
        key = bits(key, word(field))
    return key


def seeds(people: Any, generation: Any = 0, **fields: Any) -> Words:
    """Give people's seed words for one decision."""
    return bits(key_of(**fields), person(people, generation))


@dataclass(frozen=True)
class Sequence:
    """Draws along one field; `period`: after how many draws, of so many in all, the field that moves faster begins anew."""

    name: str
    make: Callable[[NDArray[np.int64]], Draws]
    period: Callable[[int], int] = lambda n: 1


def _first_and_later(i: NDArray[np.int64]) -> Draws:
    own, place = seeds(i // 8), i % 8
    return np.where(place == 0, share(own), share(bits(own, word(place))))


SEQUENCES = (
    Sequence("who", lambda i: share(seeds(i))),
    Sequence("who: newcomers", lambda i: share(seeds(i // 64, i % 64)), lambda n: 64),
    Sequence("month, half of them before the start", lambda i: share(seeds(4711, month=i - i.size // 2))),
    Sequence(
        "month: -96 to 120, person after person",
        lambda i: share(seeds(i // 217, month=i % 217 - 96)),
        lambda n: 217,
    ),
    Sequence(
        "decision, person after person",
        lambda i: share(seeds(i // len(STREAMS), stream=STREAMS[i % len(STREAMS)])),
        lambda n: len(STREAMS),
    ),
    Sequence("seed", lambda i: share(seeds(4711, seed=i))),
    Sequence(
        "seed: 1,000 of them, all their people",
        lambda i: share(seeds(i % (i.size // 1000), seed=i // (i.size // 1000))),
        lambda n: n // 1000,
    ),
    Sequence("replication", lambda i: share(seeds(4711, replication=i))),
    Sequence(
        "replication: 1,000 of them, all their people",
        lambda i: share(seeds(i % (i.size // 1000), replication=i // (i.size // 1000))),
        lambda n: n // 1000,
    ),
    Sequence("position", lambda i: share(bits(seeds(4711), word(i)))),
    Sequence("first draw and positions 1 to 7, person after person", _first_and_later, lambda n: 8),
    Sequence("upper half of a word", lambda i: high(bits(seeds(i), word(1)))),
    Sequence("lower half of a word", lambda i: low(bits(seeds(i), word(1)))),
)


@dataclass(frozen=True)
class Pair:
    """Two sequences of draws, made for the same people in the same order, that must have nothing to do with each other."""

    name: str
    make: Callable[[NDArray[np.int64]], tuple[Draws, Draws]]


def _neighbours(field: str, one: Any, other: Any, label: str) -> Pair:
    return Pair(label, lambda i: (share(seeds(i, **{field: one})), share(seeds(i, **{field: other}))))


def _diagonal(field: str, one: int) -> Pair:
    return Pair(
        f"{field}s {one} and {one + 1}, next person",
        lambda i: (share(seeds(i, **{field: one})), share(seeds(i + 1, **{field: one + 1}))),
    )


def _slot_and_rest(words: Words) -> tuple[Draws, Draws]:
    return slot(words, 32), within_slot(words, 32)


def _decisions(one: str, other: str) -> Pair:
    return _neighbours("stream", stream_key(one), stream_key(other), f"{one} and {other}")


PAIRS = (
    *(_neighbours("seed", s, s + 1, f"seeds {s} and {s + 1}") for s in (0, 1, 2, 3, 2025, 2026, 2**40)),
    *(_neighbours("replication", r, r + 1, f"replications {r} and {r + 1}") for r in (0, 1, 2, 3, 28, 98, 998)),
    *(_neighbours("month", m, m + 1, f"months {m} and {m + 1}") for m in (-96, -2, -1, 0, 1, 59)),
    *(_neighbours("generation", g, g + 1, f"generations {g} and {g + 1}") for g in (0, 1)),
    *(_diagonal(field, one) for field, one in (("seed", 2026), ("replication", 0), ("month", -1), ("month", 1))),
    _decisions("service.meets", "grievance.grieves"),
    _decisions("grievance.grieves", "departure.leaves"),
    _decisions("departure.leaves", "joining.joins"),
    _decisions("reviews.posts", "reviews.withdraws"),
    _decisions("staff.hires.know", "staff.hires.want"),
    Pair(
        "seed 1 replication 2, seed 2 replication 1",
        lambda i: (share(seeds(i, seed=1, replication=2)), share(seeds(i, seed=2, replication=1))),
    ),
    Pair("a first draw and position 0", lambda i: (share(seeds(i)), share(bits(seeds(i), word(0))))),
    Pair("a first draw and position 1", lambda i: (share(seeds(i)), share(bits(seeds(i), word(1))))),
    Pair("a first draw and the lower half of position 1", lambda i: (share(seeds(i)), low(bits(seeds(i), word(1))))),
    Pair("positions 1 and 2", lambda i: (share(bits(seeds(i), word(1))), share(bits(seeds(i), word(2))))),
    Pair("positions 1 and 2, next person", lambda i: (share(bits(seeds(i), word(1))), share(bits(seeds(i + 1), word(2))))),
    Pair("the halves of a word", lambda i: (high(bits(seeds(i), word(1))), low(bits(seeds(i), word(1))))),
    Pair("the halves of two words", lambda i: (high(bits(seeds(i), word(1))), low(bits(seeds(i), word(2))))),
    Pair("one of 32 slots and where in it", lambda i: _slot_and_rest(bits(seeds(i), word(2)))),
    Pair("the upper half and where in a slot", lambda i: (high(bits(seeds(i), word(2))), within_slot(bits(seeds(i), word(2)), 32))),
)  # fmt: skip
