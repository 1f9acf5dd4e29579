"""What rivals are worth and what they see, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from loyaltysim.core.codes import CUSTOMER, LOST
from loyaltysim.kernels import churn


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
