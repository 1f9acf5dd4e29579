"""The kinds of indifference, and what their weight does to grievances, with rows worked out by hand (F12)."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.core.codes import INDIFFERENCE, LONG_AGO, PRODUCT
from loyaltysim.kernels import complaints, service
from loyaltysim.kernels.rng import TWO_POW_53, bits, uniform

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
