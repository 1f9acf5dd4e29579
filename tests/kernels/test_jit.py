"""What kernels reckon many at once, in steps without branches, against reckoning one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from loyaltysim.kernels import churn
from loyaltysim.kernels.jit import exp_inplace as powers_part
from loyaltysim.kernels.rng import FEW, MANY, poisson, uniforms
from loyaltysim.kernels.rng import poisson_many as poissons_part


@njit(error_model="numpy")
def powers(x: NDArray[np.float64]) -> None:
    powers_part(x, x.size)


@njit(error_model="numpy")
def poissons(u: NDArray, mean: NDArray, chance: NDArray, total: NDArray, counts: NDArray) -> None:
    poissons_part(u, mean, chance, total, counts)


@pytest.mark.parametrize(("low", "high"), [(-0.35, 0.35), (-3, 3), (-708, 709), (-745, -700), (709, 709.7)])
def test_the_exponential_is_right_to_a_unit_in_the_last_place(low: float, high: float) -> None:
    x = np.random.default_rng(2026).uniform(low, high, 100_000)
    right = np.exp(x.astype(np.longdouble))
    found = x.copy()
    powers(found)
    assert (np.abs(found - right) / np.spacing(right.astype(float))).max() <= 1


def test_the_exponential_is_sensible_at_the_ends_of_the_floats() -> None:
    x = np.array([-np.inf, -1e300, -746, -745.1, -0.0, 0.0, 709.7827, 710, 1e300, np.inf, np.nan])
    powers(x)
    finite = [0.0, 0.0, 0.0, 5e-324, 1.0, 1.0]
    assert x[:6].tolist() == finite
    assert np.isfinite(x[6])
    assert np.isposinf(x[7:10]).all()
    assert np.isnan(x[10])


@pytest.mark.parametrize("mean", [0.0, 1e-9, 0.3, 5.0, 10.0, 30.0, 70.0, 300.0, MANY, 700.0])
def test_poisson_counts_found_together_are_those_found_alone(mean: float) -> None:
    """Few and many terms, means that differ among those found together, and luck at both its ends."""
    rng = np.random.default_rng(7)
    for _ in range(20):
        u = rng.random(FEW)
        u[:2] = 0.0, 1 - 2.0**-45
        means = mean * rng.choice([1.0, 0.5, 2.0], FEW)
        counts = np.empty(FEW, np.int64)
        poissons(u, means, np.empty(FEW), np.empty(FEW), counts)
        assert counts.tolist() == [poisson(*pair) for pair in zip(u, means, strict=True)]


def test_hazards_to_follow_and_to_be_lured_are_as_documented() -> None:
    """Over more than one block of customers, of whom some have no fickleness and some hear more than a power can hold."""
    rng, n = np.random.default_rng(3), 5_000
    roll = np.flatnonzero(rng.random(n) < 0.6).astype(np.int32)
    fickleness, good, bad, exposure, satisfaction = rng.random((5, n)).astype(np.float32)
    fickleness[:50], bad[:100] = 0, 1e6
    generation = rng.integers(0, 3, n).astype(np.uint16)
    followed, exposed = np.full(n, -1, np.float32), exposure.copy()
    churn.follow(roll, fickleness, good, bad, exposed, 0.01, 0.1, 2.0, 0.6, 0.44, followed)
    power = np.minimum(0.6 * exposure - 0.1 * (good - 2.0 * bad.astype(float)), 700)
    expected = np.minimum(0.01 * fickleness * np.exp(power), 1e6)
    np.testing.assert_allclose(followed[roll], expected[roll], rtol=1e-6)
    np.testing.assert_array_equal(exposed[roll], (0.44 * exposure[roll].astype(float)).astype(np.float32))
    others = np.setdiff1d(np.arange(n), roll)
    assert (followed[others] == -1).all()
    assert (exposed[others] == exposure[others]).all()
    lured = np.full(n, -1, np.float32)
    key = np.uint64(99)
    churn.lure(roll, generation, key, 0.75, fickleness, satisfaction, 0.003, 2.0, 0.5, 0.6, lured)
    free = (satisfaction[roll] < 0.6) | (uniforms(key, roll, generation) < 0.75)
    hazard = 0.003 * fickleness[roll] * np.exp(2.0 * (0.5 - satisfaction[roll].astype(float)))
    np.testing.assert_allclose(lured[roll], np.where(free, hazard, 0), rtol=1e-6)
    assert (lured[others] == -1).all()
