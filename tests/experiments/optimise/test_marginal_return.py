"""From which spending on a further dollar loses: where the gain is greatest, however its curve bumps on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from loyaltysim.experiments.optimise.marginal_return import ResponseCurve, estimate_marginal_returns
from loyaltysim.stats.roots import Curves, zero_between

SPEND = np.linspace(0.0, 600.0, 7)


def followed(gains: list[float], noise: float = 1.0, n: int = 12) -> ResponseCurve:
    luck = np.random.default_rng(5).normal(size=(n, len(gains)))
    return ResponseCurve(SPEND, np.array(gains) + noise * (luck - luck.mean(axis=0)), 1.0)


def test_it_is_where_the_gain_is_greatest() -> None:
    end = followed([0, 250, 400, 450, 400, 250, 0]).overspending_point()
    assert end.mean == pytest.approx(300, abs=10)
    assert 250 < end.low < end.mean < end.high < 350


def test_a_bump_on_the_way_down_does_not_pay() -> None:
    falls = [0, -90, -170, -250, -380, -355, -380]
    assert followed(falls, noise=30).overspending_point().mean == 0.0
    assert followed([0, 200, 300, 250, 100, 130, 0], noise=5).overspending_point().mean == pytest.approx(200, abs=60)


def test_a_gain_that_may_be_luck_may_be_none() -> None:
    end = followed([0, 8, 10, 5, -40, -90, -150], noise=60).overspending_point()
    assert end.mean > 0.0
    assert end.low == 0.0


def test_what_pays_to_the_end_of_the_curve_has_no_end() -> None:
    assert math.isinf(followed([0, 10, 20, 30, 40, 50, 60]).overspending_point().mean)


def test_where_the_smooth_curve_misses_the_zero_the_interval_has_width_too() -> None:
    slopes = np.array([[-2.1, -2.7, -1.5, 0.6, -3.0, -0.6], [-1.95, -2.64, -1.38, 0.39, -3.03, -0.36]])
    end = zero_between(Curves(SPEND[1:] - 50, slopes), 350.0, 450.0)
    assert 300 < end.low < end.mean < end.high < 400


class Paid:
    """A valuer whose lever gains most at 1,700 $ a month of a budget of 20,000; `today` of it is spent already."""

    def __init__(self, today: float, noise: float = 500.0) -> None:
        self.spending, self._today, self._noise = self, today, noise
        self.budget, self.levers, self.cells = 20_000.0, ("voice.budget",), [("voice.budget", "all")]

    def today(self, path: str) -> float:
        return self._today

    def worth_of_a_dollar(self, which: int) -> float:
        return 1.0

    def gains(self, splits: Sequence[np.ndarray], luck: Sequence[int]) -> np.ndarray:
        def worth(spend: float) -> float:
            return 4_000 * (1 - math.exp(-spend / 1_000)) - spend * 4 * math.exp(-1.7)

        def lucky(spend: float, number: int) -> float:
            return self._noise * math.sin(number + spend / 9_000)

        spends = [self._today + float(split[0]) for split in splits]
        return np.array([[[worth(spend) + lucky(spend, number) for number in luck]] for spend in spends])


@pytest.mark.parametrize(("today", "more"), [(0.0, 928.0), (0.0, 0.0), (1_000.0, 400.0), (40_000.0, 0.0)])
def test_a_lever_whose_best_is_a_small_part_of_the_budget_is_followed_there(today: float, more: float) -> None:
    found = estimate_marginal_returns(Paid(today), np.array([more]), range(12))  # type: ignore[arg-type]
    one = dict(
        zip(("lever", "unit", "period", "at", "spend", "marginal", "low", "high", "end"), found.rows[-1], strict=False)
    )
    assert one["end"] == pytest.approx(1_700, abs=250 if today < 40_000 else 2_000)
    assert (one["marginal"] > 0) == (one["spend"] < one["end"])
    assert {0.0, today, today + more, today + 40_000} <= {row[2] for row in found.curve}


def test_the_marginal_value_of_a_small_spending_is_taken_as_far_below_it_as_above() -> None:
    found = estimate_marginal_returns(Paid(0.0, noise=0.0), np.array([928.0]), range(2))  # type: ignore[arg-type]
    slope = 4 * (math.exp(-0.928) - math.exp(-1.7))
    assert found.rows[-1][5] == pytest.approx(slope, rel=0.3)


def test_what_loses_from_the_first_dollar_on_may_pay_up_to_where_it_surely_loses() -> None:
    end = followed([0, -1, -5, -60, -120, -200, -300], noise=20).overspending_point()
    assert (end.mean, end.low) == (0.0, 0.0)
    assert end.high == 300.0
