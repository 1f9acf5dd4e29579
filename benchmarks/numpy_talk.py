"""The talk of the NumPy market: friends notice departures, and the month's news is told, to be heard next month.

Written from docs/odd.md by reading; nothing of loyaltysim is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.numpy_people import LOGGED, MOVED, NONE, RESOLVED, SILENT, Rows

if TYPE_CHECKING:
    from benchmarks.numpy_core import NumpyMarket

Masks = NDArray[np.bool_]


def spread(market: NumpyMarket, customers: Rows, outcome: NDArray[np.int8], wowed: Masks) -> None:
    """Let friends notice departures, and tell of the month."""
    people = market.people
    reason = people.reason[customers]
    left = customers[reason > MOVED]
    number = market.first[left + 1] - market.first[left]
    starts = np.repeat(market.first[left] - (np.cumsum(number) - number), number)
    np.add.at(people.exposure, market.tie[starts + np.arange(starts.size)], np.float32(1))
    talks = (reason == NONE) | (reason > MOVED)
    unhappy = (outcome >= SILENT) & (outcome <= LOGGED)
    happy = ~unhappy & (wowed | (outcome >= RESOLVED))
    tell(market, customers[talks & unhappy], people.inbox_bad, "bad", "told_when_unhappy")
    tell(market, customers[talks & happy], people.inbox_good, "good", "told_when_happy")


def tell(market: NumpyMarket, tellers: Rows, inbox: NDArray[np.int32], mood: str, mean: str) -> None:
    """Tell friends and anyone; they hear it next month."""
    values, people, rng = market.values, market.people, market.rng
    number = rng.poisson(values[f"word_of_mouth.{mean}"] * people.talkativeness[tellers])
    teller = np.repeat(tellers, number)
    market.tally[f"messages_{mood}"] += teller.size
    hearer = people.anyone_but(teller)
    if market.tie.size:
        ties = market.first[teller + 1] - market.first[teller]
        near = np.flatnonzero((ties > 0) & (rng.random(teller.size, np.float32) < values["word_of_mouth.strong"]))
        which = (rng.random(near.size) * ties[near]).astype(np.int64)
        hearer[near] = market.tie[market.first[teller[near]] + which]
    inbox += np.bincount(hearer, minlength=people.number).astype(np.int32)
