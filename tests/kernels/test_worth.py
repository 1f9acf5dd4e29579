"""What went with the lost, and whom advertising draws: five rows and answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER, LOST
from loyaltysim.kernels import market, rng


def test_the_lost_are_summed_by_margin_and_by_where_they_went() -> None:
    roll = np.array([0, 1, 2, 4], np.int32)
    status = np.array([LOST, CUSTOMER, LOST, LOST, LOST], np.int8)
    margin = np.array([10, 100, 70, 1000, 80], np.float32)
    with_rival = np.array([1, 0, 0, 1, 1], np.int8)
    assert market.value_lost(roll, status, margin, with_rival, 70.0) == (160.0, 150.0, 2, 2)


def test_the_top_tenth_is_rounded_up_to_whole_people() -> None:
    """Of eleven the two best; of five the best (F10)."""
    assert market.top_tenth(np.array([1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 6], np.float32)) == (5.0, 11 / 20)
    assert market.top_tenth(np.array([3, 9, 3, 2, 1], np.float32)) == (9.0, 0.5)
    assert market.top_tenth(np.zeros(5, np.float32)) == (0.0, 0.0)


@pytest.mark.parametrize("tilt", [0.0, 0.7, -0.7])
def test_advertising_draws_by_fickleness_and_no_further_than_threefold(tilt: float) -> None:
    fickleness = np.array([0.0, 0.5, 1.0, 3.0, 9.0], np.float32)
    key, nobody = np.uint64(2026), np.zeros(5, np.int16)
    none, silent = np.zeros(5, np.int8), np.zeros(5, np.float32)
    rows, why, totals = market.join(
        0, 5, 1, np.zeros(5, np.uint16), key, 0.9, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 36, tilt,
        fickleness, silent, silent, none, none, none.copy(), none.copy(), nobody,
    )  # fmt: skip
    draws = [rng.uniform(key, np.uint64(row)) for row in range(5)]
    drawn = 0.9 * np.exp(tilt * (np.minimum(fickleness, 3) - 1.0))
    expected = [row for row in range(5) if draws[row] < 1 - np.exp(-drawn[row])]
    assert rows.tolist() == expected
    assert totals.tolist() == [len(expected), 0, len(expected), 0, 0]
    assert why.tolist() == [0] * len(expected)
