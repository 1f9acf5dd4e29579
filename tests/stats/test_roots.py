"""The zero of a curve and its interval: Fieller's by hand, and by trials with a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from loyaltysim.stats.intervals import student_t
from loyaltysim.stats.roots import Curves, zero_between
from tests.evidence.decision_trials import (
    breakeven_trials,
)


def test_the_zero_of_a_straight_line_has_fiellers_interval() -> None:
    rng = np.random.default_rng(7)
    a, b = rng.normal(10, 2, 12), rng.normal(-2, 0.2, 12)
    x = np.linspace(0, 10, 6)
    zero = zero_between(Curves(x, a[:, None] + b[:, None] * x), 4.0, 6.0)
    assert zero.mean == pytest.approx(-a.mean() / b.mean(), rel=1e-5)
    for end in (zero.low, zero.high):
        line = a + b * end
        t = line.mean() / (line.std(ddof=1) / math.sqrt(12))
        assert abs(t) == pytest.approx(student_t(0.05, 11), rel=1e-3)


def test_a_zero_that_is_not_sure_within_the_range_has_an_endless_end() -> None:
    noise = np.random.default_rng(8).normal(0, 50, 6)
    x = np.linspace(0, 10, 5)
    zero = zero_between(Curves(x, (x - 5)[None] + (noise - noise.mean())[:, None]), 2.5, 7.5)
    assert zero.mean == pytest.approx(5.0, abs=1e-6)
    assert (zero.low, zero.high) == (-math.inf, math.inf)


def test_break_evens_of_curves_with_a_known_zero_are_covered() -> None:
    found = breakeven_trials(100, 16, seed=62)
    assert found["covered"] >= 0.88  # 3 standard errors below .95
    assert found["mean"] == pytest.approx(250.0, rel=0.02)
