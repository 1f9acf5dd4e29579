"""From which spending on a further dollar loses: where the gain is greatest, however its curve bumps on the way."""

from __future__ import annotations

import math

import numpy as np
import pytest

from loyaltysim.experiments.next_dollar import Followed
from loyaltysim.report.roots import Curves, zero_between

SPEND = np.linspace(0.0, 600.0, 7)


def followed(gains: list[float], noise: float = 1.0, n: int = 12) -> Followed:
    luck = np.random.default_rng(5).normal(size=(n, len(gains)))
    return Followed(SPEND, np.array(gains) + noise * (luck - luck.mean(axis=0)), 1.0)


def test_it_is_where_the_gain_is_greatest() -> None:
    end = followed([0, 250, 400, 450, 400, 250, 0]).overspent()
    assert end.mean == pytest.approx(300, abs=10)
    assert 250 < end.low < end.mean < end.high < 350


def test_a_bump_on_the_way_down_does_not_pay() -> None:
    falls = [0, -90, -170, -250, -380, -355, -380]
    assert followed(falls, noise=30).overspent().mean == 0.0
    assert followed([0, 200, 300, 250, 100, 130, 0], noise=5).overspent().mean == pytest.approx(200, abs=60)


def test_a_gain_that_may_be_luck_may_be_none() -> None:
    end = followed([0, 8, 10, 5, -40, -90, -150], noise=60).overspent()
    assert end.mean > 0.0
    assert end.low == 0.0


def test_what_pays_to_the_end_of_the_curve_has_no_end() -> None:
    assert math.isinf(followed([0, 10, 20, 30, 40, 50, 60]).overspent().mean)


def test_where_the_smooth_curve_misses_the_zero_the_interval_has_width_too() -> None:
    slopes = np.array([[-2.1, -2.7, -1.5, 0.6, -3.0, -0.6], [-1.95, -2.64, -1.38, 0.39, -3.03, -0.36]])
    end = zero_between(Curves(SPEND[1:] - 50, slopes), 350.0, 450.0)
    assert 300 < end.low < end.mean < end.high < 400
