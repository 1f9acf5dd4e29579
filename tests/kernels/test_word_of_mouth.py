"""Who hears whom, against one teller after the other in plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER, FRIENDS, LOGGED, LOST, MOVED, NONE, RESOLVED, SILENT
from loyaltysim.kernels import market, word_of_mouth
from loyaltysim.kernels.rng import bits, poisson
from tests.support.kernel_parts import below, high, person, share

PEOPLE = 3_000
STRONG = 0.6


@pytest.mark.parametrize("reach", [18, 9])
@pytest.mark.parametrize("ties", [0, 2_000])
@pytest.mark.parametrize("mean", [3.0, 40.0])
def test_messages_go_as_one_teller_after_the_other(reach: int, ties: int, mean: float) -> None:
    """With and without ties (some have none), with few messages and with more than are mixed at once, sorted or not."""
    rng = np.random.default_rng(8)
    first, tie = np.zeros(1, np.int64), np.empty(0, np.int32)
    if ties:
        first, tie = market.csr(PEOPLE, *market.random_ties(PEOPLE, ties, np.uint64(4)))
    roll = np.flatnonzero(rng.random(PEOPLE) < 0.5).astype(np.int32)
    generation = rng.integers(0, 3, PEOPLE).astype(np.uint16)
    status = rng.choice([CUSTOMER, CUSTOMER, LOST], PEOPLE).astype(np.int8)
    reason = np.where(status == LOST, rng.choice([MOVED, FRIENDS], PEOPLE), NONE).astype(np.int8)
    wowed = rng.integers(0, 2, PEOPLE).astype(np.uint8)
    outcome = rng.choice([NONE] * 9 + [SILENT, LOGGED, RESOLVED], PEOPLE).astype(np.int8)
    talkativeness = rng.gamma(4, 0.25, PEOPLE).astype(np.float32)
    key = np.uint64(11)
    heard, begins, totals = word_of_mouth.tell(
        roll, generation, key, status, reason, wowed, outcome, talkativeness, mean, mean / 2, STRONG, first, tie,
        PEOPLE, reach,
    )  # fmt: skip
    messages: tuple[list[int], list[int]] = ([], [])
    occasions = [0, 0]
    for row in roll.tolist():
        unhappy = SILENT <= outcome[row] <= LOGGED
        if (status[row] == LOST and reason[row] <= MOVED) or not (unhappy or outcome[row] > LOGGED or wowed[row]):
            continue
        kind = 0 if unhappy else 1
        occasions[kind] += 1
        seed = np.uint64(bits(key, np.uint64(person(row, generation[row]))))
        for m in range(poisson(share(seed), (mean, mean / 2)[kind] * float(talkativeness[row]))):
            word = np.uint64(bits(seed, np.uint64(m + 1)))
            mine = tie[first[row] : first[row + 1]] if ties else tie
            if mine.size and high(word) < STRONG:
                hearer = int(mine[below(word, mine.size)])
            else:
                hearer = below(word, PEOPLE - 1)
                hearer += hearer >= row
            messages[kind].append(hearer)
    assert totals.tolist() == [*occasions, len(messages[0]), len(messages[1])]
    places = ((PEOPLE - 1) >> reach) + 1
    by_place = [[hearer for hearer in each if hearer >> reach == place] for each in messages for place in range(places)]
    assert heard.tolist() == [hearer for place in by_place for hearer in place]
    assert begins.tolist() == np.cumsum([0, *map(len, by_place)]).tolist()
    assert min(map(len, messages)) > 0
