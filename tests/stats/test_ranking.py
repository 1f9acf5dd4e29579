"""Who is surely best and who surely is not, and the mean of the worst twentieth."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.stats.intervals import wilson
from loyaltysim.stats.ranking import mean_of_worst, multiple_comparison_with_best, simultaneous_pairs


def test_the_ranking_says_who_is_surely_best_and_who_surely_is_not() -> None:
    noise = np.random.default_rng(5).normal(size=20)
    gaps = multiple_comparison_with_best({"low": noise, "high": noise + 3 + 0.1 * noise[::-1], "twin": noise + 3})
    assert list(gaps)[-1] == "low"
    assert gaps["low"].high == 0.0
    assert gaps["high"].low < 0.0 < gaps["high"].high
    sure = multiple_comparison_with_best({"low": noise, "high": noise + 3 + 0.1 * noise[::-1]})
    assert sure["high"].low == 0.0
    assert sure["low"].mean == pytest.approx(-sure["high"].mean)


def test_more_pairs_make_wider_intervals() -> None:
    rng = np.random.default_rng(6)
    two = {"a": rng.normal(size=20), "b": rng.normal(1, size=20)}
    more = two | {"c": rng.normal(-9, size=20)}
    assert simultaneous_pairs(more)["b", "a"].high > simultaneous_pairs(two)["b", "a"].high


def test_the_worst_twentieth_and_wilsons_interval() -> None:
    assert mean_of_worst(np.arange(100.0)) == 2.0
    assert mean_of_worst(np.array([3.0, 1.0])) == 1.0
    assert mean_of_worst(np.arange(30.0)) == pytest.approx((0.0 + 0.5 * 1.0) / 1.5)
    span = wilson(9, 10)
    assert (span.low, span.high) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(10, 10).high == 1.0
