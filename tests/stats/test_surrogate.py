"""The polynomial that stands for the model, and the shares of variance found by it: the analytic ones and SALib's."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import sobol as analyse
from SALib.sample import sobol as draw

from loyaltysim.stats.surrogate import fit_surrogate, sobol_shares, terms
from tests.evidence.decision_trials import (
    analytic_shares,
    emulated_shares,
    kept,
)


def test_shares_of_variance_of_k1_are_the_analytic_ones_and_salibs() -> None:
    first, total = analytic_shares()
    points = np.random.default_rng(63).random((60, 3))
    found = emulated_shares(points, kept(points), seed=1)
    assert found["first"] == pytest.approx(first, abs=0.03)
    assert found["total"] == pytest.approx(total, abs=0.03)
    problem = {"num_vars": 3, "names": ["c", "s", "f"], "bounds": [[0, 1]] * 3}
    many = analyse.analyze(problem, kept(draw.sample(problem, 1024, seed=3)), seed=3)
    assert many["S1"] == pytest.approx(first, abs=0.03)
    assert many["ST"] == pytest.approx(total, abs=0.03)


def test_a_polynomial_foretells_what_is_one_and_not_noise() -> None:
    rng = np.random.default_rng(9)
    x = rng.uniform(-1, 1, (50, 2))
    made = fit_surrogate(x, np.stack([1 + x[:, 0] * x[:, 1], rng.normal(size=50)], axis=1), terms(2, 2, (0, 1)))
    assert made.q2[0] > 0.999
    assert made.q2[1] < 0.3
    assert sobol_shares(made.weights[:, 0], made.terms)[1] == pytest.approx([1.0, 1.0], abs=1e-6)
