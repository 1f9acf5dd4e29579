"""Encounters reckoned a block at once, against one customer after the other in plain Python; the kinds of indifference by hand (F12)."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.core.codes import INDIFFERENCE, LONG_AGO, PRODUCT
from loyaltysim.core.random_streams import alias
from loyaltysim.kernels import complaints, service
from loyaltysim.kernels.rng import TWO_POW_53, bits, uniform
from loyaltysim.mechanisms.service.service import numbers_met
from tests.support import kernel_parts as parts

STAFF, TOUCHPOINTS, PEOPLE = 37, 5, 6_000
COLUMNS = ("met", "indifferent", "failed", "wowed", "indifferent_at", "failed_at", "mood_met")
TYPES = (np.uint8, np.uint8, np.uint8, np.uint8, np.int16, np.int16, np.float32)


@pytest.mark.parametrize("mean", [0.0, 1.5, 12.0, 50.0])
def test_encounters_go_as_one_after_the_other(mean: float) -> None:
    """With none, some, and more encounters than are drawn at once; columns of others stay as they are."""
    rng = np.random.default_rng(5)
    care, mood = rng.random((2, STAFF)).astype(np.float32)
    shares, others = alias(rng.dirichlet(np.ones(TOUCHPOINTS)))
    share, other = np.array(shares, np.uint64), np.array(others, np.int64)
    failure, wow, cold = 0.3 * rng.random(TOUCHPOINTS), rng.random(TOUCHPOINTS), 1.2 * rng.random(TOUCHPOINTS)
    roll = np.flatnonzero(rng.random(PEOPLE) < 0.5).astype(np.int32)[: 2_500 if mean < 50 else 300]
    generation = rng.integers(0, 3, PEOPLE).astype(np.uint16)
    columns = [np.full(PEOPLE, 77, kind) for kind in TYPES]
    key, counts = np.uint64(2026), numbers_met(mean)
    totals = service.meet(roll, generation, key, counts, care, mood, share, other, failure, wow, cold, *columns)
    expected = [np.full(PEOPLE, 77, kind) for kind in TYPES]
    for row in roll.tolist():
        seed = np.uint64(bits(key, np.uint64(parts.person(row, generation[row]))))
        n = int(np.searchsorted(counts, parts.share(seed), side="right"))
        bad, broke, wows, felt = [], [], 0, 0.0
        for e in range(n):
            word, second = (int(bits(seed, np.uint64(1 + 2 * e + k))) for k in range(2))
            who = (word % 2**32) * STAFF >> 32
            slot, left = divmod((second % 2**32) * TOUCHPOINTS, 2**32)
            place = int(other[slot]) if left >= int(share[slot]) else slot
            chance = (second >> 32) / 2**32
            felt += float(mood[who])
            if (word >> 32) / 2**32 < (1.0 - float(care[who])) * cold[place]:
                bad.append(place)
            elif chance < failure[place]:
                broke.append(place)
            elif chance >= 1 - wow[place]:
                wows += 1
        values = n, len(bad), len(broke), wows, (*bad, 77)[0], (*broke, 77)[0], felt / n if n else 0.0
        for column, value in zip(expected, values, strict=True):
            column[row] = value
    for name, found, right in zip(COLUMNS, columns, expected, strict=True):
        np.testing.assert_array_equal(found, right, err_msg=name)
    assert list(totals) == [int(column[roll].sum(dtype=int)) for column in expected[:4]]
    assert mean == 0 or (totals[1] > 0 and totals[2] > 0 and totals[3] > 0)


def test_satisfaction_moves_toward_what_was_met_against_what_was_expected() -> None:
    rng, n = np.random.default_rng(6), 5_000
    roll = np.arange(0, n, 2, dtype=np.int32)
    indifferent, failed, wowed = rng.integers(0, 3, (3, n)).astype(np.uint8)
    met = (indifferent + failed + wowed + rng.integers(0, 2, n)).astype(np.uint8)
    mood, susceptibility, satisfaction, expectation = rng.random((4, n)).astype(np.float32)
    worth = np.array([0.7, 0.3, 0.2, 1.0])
    level, wish, before = satisfaction.copy(), expectation.copy(), np.zeros(n, np.float32)
    sums = service.feel(
        roll, met, indifferent, failed, wowed, mood, susceptibility, worth, 0.3, 0.6, 0.75, 2.0, 0.3, 0.05, 0.02, 0.001,
        level, wish, before,
    )  # fmt: skip
    kinds = np.stack([met - indifferent - failed - wowed, indifferent, failed, wowed])
    seen = worth @ kinds / np.maximum(met, 1) + 0.3 * susceptibility * (mood - 0.6)
    gap = np.where(met > 0, seen - expectation, 0)
    goal = np.clip(0.75 + np.where(gap > 0, gap, 2.0 * gap), 0, 1)
    moved = np.where(met > 0, satisfaction + 0.3 * (goal - satisfaction), satisfaction)[roll]
    np.testing.assert_allclose(level[roll], moved, rtol=1e-6)
    wished = np.clip(expectation + np.where(gap > 0, 0.05, 0.02) * gap + 0.001, 0, 1)
    np.testing.assert_allclose(wish[roll], wished[roll], rtol=1e-6)
    np.testing.assert_array_equal(before[roll], satisfaction[roll])
    np.testing.assert_allclose(sums, [moved.sum()], rtol=1e-6)
    assert sums.shape == (1,)
    assert (level[1::2] == satisfaction[1::2]).all()
    assert (wish[1::2] == expectation[1::2]).all()


KEY = np.uint64(2026)
ROLL = np.arange(5, dtype=np.int32)
FIRST = np.zeros(5, np.uint16)


def test_only_indifferent_encounters_get_a_kind_and_rows_get_their_mean_weight() -> None:
    indifferent = np.array([0, 2, 0, 1, 255], np.uint8)
    rows, mean, counts = service.sort(
        ROLL, FIRST, KEY, indifferent, np.array([0.0, 2.0, 2.0]), np.array([9.0, 1.5, 9.0])
    )
    assert rows.tolist() == [1, 3, 4]
    assert mean.tolist() == [1.5, 1.5, 1.5]
    assert counts.tolist() == [0, 258, 0]


def test_a_kind_is_chosen_by_the_encounters_own_draw() -> None:
    seed = np.uint64(bits(KEY, np.uint64(1)))
    draws = [float(seed >> np.uint64(11)) * TWO_POW_53, uniform(seed, np.uint64(1)), uniform(seed, np.uint64(2))]
    border = sorted(draws)[1]
    _, mean, counts = service.sort(
        ROLL, FIRST, KEY, np.array([0, 3, 0, 0, 0], np.uint8), np.array([border, 2.0]), np.array([1.0, 4.0])
    )
    assert counts.tolist() == [1, 2]
    assert mean.tolist() == [3.0]


def grieved(weights: dict[int, float], roll: np.ndarray = ROLL) -> tuple[list[int], list[int]]:
    """Give who grieves, and over what, of five customers: 0 met nobody bad, 3 met a failure, the others indifference."""
    kind = np.full(5, -1, np.int8)
    rows, _, _ = complaints.grieve(
        roll,
        FIRST,
        KEY,
        7,
        np.array([0, 1, 1, 0, 1], np.uint8),
        np.array([0, 0, 0, 1, 0], np.uint8),
        np.full(5, 0.5, np.float32),
        np.full(5, 0.6, np.float32),
        np.zeros(5, np.int16),
        np.ones(5, np.float32),
        np.zeros(5, np.int8),
        0.5,
        1.0,
        0.0,
        0.5,
        120.0,
        0.0,
        12,
        np.array(list(weights), np.int32),
        np.array(list(weights.values()), np.float32),
        kind,
        np.zeros(5, np.int8),
        np.full(5, LONG_AGO, np.int16),
        np.zeros(5, np.int8),
        np.zeros(5, np.float32),
    )
    return rows.tolist(), kind[rows].tolist()


@pytest.mark.parametrize(
    ("weights", "who", "over"),
    [
        ({1: 0.0, 2: 0.0, 4: 0.0}, [3], [PRODUCT]),
        ({1: 2.0, 2: 0.0, 4: 2.0}, [1, 3, 4], [INDIFFERENCE, PRODUCT, INDIFFERENCE]),
        ({1: 0.0, 2: 2.0, 4: 0.0}, [2, 3], [INDIFFERENCE, PRODUCT]),
    ],
)
def test_a_weight_multiplies_the_chance_of_its_own_row(
    weights: dict[int, float], who: list[int], over: list[int]
) -> None:
    """The base chance is 1/2, so a weight of 2 makes a grievance certain and a weight of 0 impossible."""
    assert grieved(weights) == (who, over)


def test_part_of_the_roll_finds_its_own_weights() -> None:
    weights = {1: 0.0, 2: 2.0, 4: 2.0}
    assert grieved(weights, ROLL[2:]) == ([2, 3, 4], [INDIFFERENCE, PRODUCT, INDIFFERENCE])


def test_without_weights_all_are_1() -> None:
    assert grieved({}) == grieved({1: 1.0, 2: 1.0, 4: 1.0})
