"""Networks: degrees, symmetry and shapes."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.kernels import market

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
