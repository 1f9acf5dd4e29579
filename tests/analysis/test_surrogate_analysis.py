"""What turns the recommendation, and what it is worth to know it, on a model worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.analysis.surrogate_analysis import analyse_surrogate


def test_what_turns_the_recommendation_is_found_with_its_value() -> None:
    x = np.random.default_rng(10).uniform(-1, 1, (60, 2))
    gains = {"as today": np.zeros(60), "a": 1.0 + 0.1 * x[:, 1], "b": 0.5 + 2.0 * x[:, 0]}
    effects = {name: np.array([1.0, 0.1]) for name in ("mu_star", "mu_star_conf", "sigma")}
    found = analyse_surrogate(x, gains, np.array([0.0, 0.0]), {"as today": 0.0, "a": 1.0, "b": 0.5}, effects, 1)
    assert found.pair == ("a", "b")
    assert found.turns_at[0] == pytest.approx(0.25, abs=0.03)
    assert found.turns_to == ("b", "")
    assert found.first[0] > 0.95
    # knowing x0: E max(1, .5 + 2 x0) - 1 = integral over x0 from .25 to 1 of (2 x0 - .5) / 2
    assert found.worth_knowing[0] == pytest.approx(0.28125, abs=0.003)
    assert found.worth_knowing[1] == 0.0
    assert found.chance_best["b"] == pytest.approx(0.375, abs=0.02)
