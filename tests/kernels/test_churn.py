"""What rivals are worth and what they see, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER, LOST
from loyaltysim.kernels import churn
from loyaltysim.kernels.rng import uniforms


def test_quality_rises_from_month_0_on_and_stays_between_0_and_1() -> None:
    assert churn.quality([0.5, 0.9], 0.1, -12) == [0.5, 0.9]
    assert churn.quality([0.5, 0.9], 0.1, 24) == pytest.approx([0.7, 1.0])
    assert churn.quality([0.5, 0.1], -0.1, 24) == pytest.approx([0.3, 0.0])


def test_an_offer_doubles_what_that_rival_lures() -> None:
    """Two rivals at .5 and .75, slope 2: (2 + exp(.5)) / 2 where the first makes an offer; joining is held the other way."""
    assert churn.lure_customers([0.5, 0.75], [1, 0], 2.0, 0.5, 2.0) == pytest.approx((2 + math.exp(0.5)) / 2)
    assert churn.hold_position([0.5, 0.75], 2.0, 0.5) == pytest.approx((1 + math.exp(-0.5)) / 2)


def test_a_sure_offer_is_made_by_all_and_an_impossible_one_by_none() -> None:
    assert churn.offers(np.uint64(7), 3, 1.0) == [1, 1, 1]
    assert churn.offers(np.uint64(7), 3, 0.0) == [0, 0, 0]


def test_a_gain_is_the_mean_of_a_year_and_then_fades() -> None:
    gained = [0.0] * 6 + [0.012] * 6 + [0.018]
    smoothed = 0.5  # what it was before anyone looked does not count
    for looks, each in enumerate(gained[:12], start=1):
        smoothed = churn.smooth(smoothed, each, looks)
        assert smoothed == pytest.approx(np.mean(gained[:looks]))
    assert churn.smooth(smoothed, gained[12], 13) == pytest.approx(0.006 + 0.012 / 12)


def test_who_is_supplied_is_counted() -> None:
    status = np.array([CUSTOMER, CUSTOMER, LOST, 0, 0], np.int8)
    assert churn.count_supplied(status, np.array([0, 0, 1, 1, 0], np.int8)) == (2, 2)


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
