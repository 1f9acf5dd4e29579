"""Where a straight line through luck is zero: the value has Fieller's interval, which may be endless."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.report.roots import line_zero
from loyaltysim.report.statistics import interval


def test_a_line_s_zero_has_fieller_s_interval() -> None:
    luck = np.random.default_rng(7)
    slope = 2.0 + 0.4 * luck.standard_normal(12)
    constant = -3.0 + 0.8 * slope + luck.standard_normal(12)
    span = line_zero(constant, slope)
    assert span.mean == pytest.approx(-np.mean(constant) / np.mean(slope))
    for x, inside in (
        (span.low - 1e-6, False),
        (span.low + 1e-6, True),
        (span.high - 1e-6, True),
        (span.high + 1e-6, False),
    ):
        assert interval(constant + slope * x).holds_zero is inside
    alone = line_zero(constant[:1], slope[:1])
    assert (alone.mean, alone.n, alone.known) == (-constant[0] / slope[0], 1, False)
    assert not np.isfinite(line_zero(constant, 0.0 * slope).mean)


@pytest.mark.parametrize(
    ("slope", "low", "high"), [(0.05, 0.0, np.inf), (-0.05, -np.inf, 0.0), (0.0001, -np.inf, np.inf)]
)
def test_a_line_that_may_be_level_has_an_endless_interval(slope: float, low: float, high: float) -> None:
    noise = np.array([-1.0, 1.0, -1.0, 1.0])
    constant = -1.0 * np.ones(4) if abs(slope) > 0.01 else 0.01 * np.array([1.0, 1.0, -1.0, -1.0])
    span = line_zero(constant - (1e-9 if abs(slope) < 0.01 else 0.0), slope + 0.2 * noise)
    assert np.isneginf(span.low) == np.isneginf(low)
    assert np.isposinf(span.high) == np.isposinf(high)
    assert span.low <= span.mean <= span.high


def test_in_95_of_100_worlds_the_interval_holds_the_true_zero() -> None:
    luck = np.random.default_rng(11)
    held = 0
    for _ in range(2_000):
        shared = luck.standard_normal(10)
        slope, constant = 1.0 + 0.5 * luck.standard_normal(10) + 0.3 * shared, -2.0 + shared
        span = line_zero(constant, slope)
        held += span.low <= 2.0 <= span.high
    assert held / 2_000 == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2_000))
