"""Convergence in small: the fit gives back a slope that is known, and a larger market is quieter."""

from __future__ import annotations

import pytest

from tests.evidence.convergence import fitted, shares, spread
from tests.evidence.convergence_picture import half_slope, picture

pytestmark = pytest.mark.once

SIZES = {1_000: 60, 16_000: 60}


def test_the_fit_gives_back_a_known_line() -> None:
    line = fitted({people: (3 * people**-0.4, 0.05 * people**-0.4) for people in (1_000, 10_000, 100_000)})
    assert line.slope == pytest.approx(-0.4, abs=1e-12)
    assert line.at_one == pytest.approx(3, rel=1e-9)
    # three sizes a decade apart, each known to 1 / 60: sqrt(1 / (3600 x 2 x ln(10)^2))
    assert line.error == pytest.approx(1 / (60 * 2**0.5 * 2.302585), rel=1e-6)


def test_a_size_that_is_known_better_weighs_more() -> None:
    spreads = {1_000: (1.0, 0.01), 10_000: (0.3, 0.003), 100_000: (0.3, 0.3)}
    assert fitted(spreads).slope == pytest.approx(-0.5229, abs=0.001)  # log10 of 0.3: the last size hardly counts


def test_a_spread_and_its_error_are_those_of_five_numbers() -> None:
    deviation, error = spread([1, 2, 3, 4, 5])
    assert deviation == pytest.approx(2.5**0.5)
    assert error == pytest.approx(2.5**0.5 / 8**0.5)


def test_a_larger_market_is_quieter() -> None:
    spreads = {people: spread(shares(people, replications)) for people, replications in SIZES.items()}
    line = fitted(spreads)
    # two sizes, each spread known within 1 / sqrt(2 x 59): the slope's standard error is 0.047; three of them
    assert line.slope == pytest.approx(-0.5, abs=0.14)
    assert picture(spreads, line).startswith(b"\x89PNG")


def test_the_line_of_slope_one_half_goes_through_points_that_have_it() -> None:
    assert half_slope({people: (2 / people**0.5, 0.1 / people**0.5) for people in (100, 900)}) == pytest.approx(2)
