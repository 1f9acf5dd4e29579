"""Networks: degrees, symmetry and shapes; what went with the lost, whom advertising draws and whom a purse pays, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER, LOST
from loyaltysim.kernels import market, rng

KEY = np.uint64(2026)


def neighbours(first: np.ndarray, tie: np.ndarray, row: int) -> list[int]:
    return sorted(tie[first[row] : first[row + 1]].tolist())


def test_a_ring_without_rewiring_ties_each_to_the_next() -> None:
    first, tie = market.csr(10, *market.small_world(10, 2, 0.0, KEY))
    assert neighbours(first, tie, 0) == [1, 2, 8, 9]
    assert neighbours(first, tie, 5) == [3, 4, 6, 7]


@pytest.mark.parametrize("rewired", [0.1, 1.0])
def test_rewiring_keeps_the_number_of_ties_and_ties_nobody_to_themselves(rewired: float) -> None:
    people, half = 5000, 6
    a, b = market.small_world(people, half, rewired, KEY)
    _, tie = market.csr(people, a, b)
    assert tie.size == 2 * people * half
    assert not np.any(a == b)
    on_the_ring = np.mean((b - a) % people <= half)
    # a rewired tie leaves the ring but for a chance of 6 in 5,000; 4 standard errors of a share of 30,000 ties
    assert on_the_ring == pytest.approx(1 - rewired, abs=4 * np.sqrt(0.25 / a.size) + 0.002)


def test_every_tie_is_seen_from_both_ends() -> None:
    people = 300
    first, tie = market.csr(people, *market.scale_free(people, 3, KEY))
    matrix = np.zeros((people, people), int)
    for row in range(people):
        np.add.at(matrix, (row, tie[first[row] : first[row + 1]]), 1)
    assert np.array_equal(matrix, matrix.T)


def test_random_ties_have_poisson_degrees() -> None:
    people, ties = 20_000, 12
    first, _ = market.csr(people, *market.random_ties(people, people * ties // 2, KEY))
    degrees = np.diff(first)
    assert degrees.mean() == ties
    # the variance of a Poisson sample of n has standard error about sqrt(2 / n) of itself; 5 of them
    assert degrees.var() == pytest.approx(ties, rel=5 * np.sqrt(2 / people))


def test_a_scale_free_network_has_hubs_and_its_mean_degree() -> None:
    people, half = 20_000, 5
    first, tie = market.csr(people, *market.scale_free(people, half, KEY))
    degrees = np.diff(first)
    assert degrees.min() >= half
    assert tie.size / people == pytest.approx(2 * half, rel=0.01)
    assert degrees.max() > 20 * degrees.mean()


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


def test_whoever_the_purse_cannot_pay_is_passed_over() -> None:
    taken, spent = market.afford(np.array([5_000.0, 300.0, 0.0, 250.0, 100.0]), 420.0)
    assert taken.tolist() == [False, True, False, False, True]
    assert spent == 400.0
