"""What kernels reckon many at once, in steps without branches, against reckoning one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from loyaltysim.kernels.jit import exp_inplace as powers_part
from loyaltysim.kernels.rng import FEW, MANY, poisson
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
