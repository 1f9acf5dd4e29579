"""Intervals, paired differences and Holm's step-down against published or independently reckoned numbers."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.stats.intervals import (
    ALPHA,
    compare_best,
    holm_alpha,
    interval,
    p_value,
    paired,
    ratio_interval,
    replications_to_decide,
    share_interval,
)


def test_interval_of_five_figures_by_hand() -> None:
    # mean 3, deviation sqrt(2.5), t(.975; 4) = 2.776445 from any printed table
    span = interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    half = 2.776445 * sqrt(2.5) / sqrt(5)
    assert span.mean == 3.0
    assert (span.low, span.high) == (pytest.approx(3 - half, rel=1e-6), pytest.approx(3 + half, rel=1e-6))
    assert span.n == 5


def test_interval_and_p_value_agree_with_scipy() -> None:
    from scipy import stats

    figures = np.random.default_rng(5).normal(0.4, 1.0, 17)
    theirs = stats.ttest_1samp(figures, 0.0)
    span = interval(figures)
    assert (span.low, span.high) == pytest.approx(tuple(theirs.confidence_interval(0.95)), rel=1e-12)
    assert p_value(figures) == pytest.approx(theirs.pvalue, rel=1e-12)


def test_one_figure_has_no_interval_and_none_has_no_mean() -> None:
    single, nothing = interval(np.array([7.0])), interval(np.array([np.nan]))
    assert single.mean == 7.0
    assert isnan(single.low)
    assert not single.known
    assert single.holds_zero
    assert isnan(nothing.mean)
    assert nothing.n == 0


def test_rates_of_nothing_count_as_absent() -> None:
    assert interval(np.array([1.0, np.nan, 3.0])) == interval(np.array([1.0, 3.0]))


def test_a_share_stays_between_nought_and_one() -> None:
    span = share_interval(np.array([1.0, 1.0, 0.7]))
    assert span.high == 1.0
    assert 0.0 <= span.low < span.mean


def test_pairing_takes_common_luck_out() -> None:
    rng = np.random.default_rng(1).normal(0, 100, 30)
    own = np.random.default_rng(2).normal(0, 1, 30)
    gap = paired(rng + 5 + own, rng)
    assert gap.low > 4
    assert gap.high < 6


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    # 4,000 trials of 8 figures: the standard error of the share covered is .0034; 4 of them allowed
    trials = np.random.default_rng(11).normal(2.0, 3.0, (4000, 8))
    spans = [interval(trial) for trial in trials]
    covered = np.mean([span.low <= 2.0 <= span.high for span in spans])
    assert covered == pytest.approx(0.95, abs=0.0138)


def test_fiellers_interval_covers_the_ratio_of_means() -> None:
    rng = np.random.default_rng(12)
    bottoms = rng.normal(4.0, 2.0, (4000, 10))
    tops = 6.0 + (bottoms - 4.0) + rng.normal(0.0, 2.0, (4000, 10))
    spans = [ratio_interval(top, bottom) for top, bottom in zip(tops, bottoms, strict=True)]
    known = [span for span in spans if span.known]
    assert len(known) > 3900
    assert np.mean([span.low <= 1.5 <= span.high for span in known]) == pytest.approx(0.95, abs=0.015)


def test_a_ratio_over_a_certain_sum_is_the_plain_interval_over_it() -> None:
    top = np.array([10.0, 14.0, 12.0, 9.0])
    ratio, plain = ratio_interval(top, np.full(4, 5.0)), interval(top)
    assert (ratio.mean, ratio.low, ratio.high) == pytest.approx((plain.mean / 5, plain.low / 5, plain.high / 5))


@pytest.mark.parametrize("bottom", [[-1.0, 1.0, 0.5, -0.4], [-3.0, -3.1, -2.9, -3.0], [0.0, 0.0, 0.0, 0.0]])
def test_a_ratio_over_what_may_be_nought_or_less_is_empty(bottom: list[float]) -> None:
    span = ratio_interval(np.array([10.0, 14.0, 12.0, 9.0]), np.array(bottom))
    assert isnan(span.mean)
    assert not span.known


def test_one_replication_gives_a_ratio_without_interval() -> None:
    span = ratio_interval(np.array([10.0]), np.array([4.0]))
    assert span.mean == 2.5
    assert not span.known


def test_holm_by_hand() -> None:
    # p .010 < .05/4; .020 > .05/3: that one and all later ones are judged at .05/3
    p_values = [0.020, 0.010, 0.040, 0.030]
    assert holm_alpha(p_values, 1) == pytest.approx(0.05 / 4)
    assert holm_alpha(p_values, 0) == pytest.approx(0.05 / 3)
    assert holm_alpha(p_values, 2) == pytest.approx(0.05 / 3)
    assert holm_alpha(p_values, 3) == pytest.approx(0.05 / 3)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.data())
def test_holms_level_rejects_exactly_what_adjusted_p_values_reject(p_values: list[float], data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(p_values) - 1))
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate([(len(p_values) - step) * p_values[i] for step, i in enumerate(order)])
    adjusted = stepped[list(order).index(which)]
    if abs(adjusted - ALPHA) > 1e-12:
        assert (p_values[which] <= holm_alpha(p_values, which)) == (adjusted <= ALPHA)


def test_the_replications_that_would_decide_are_the_fewest_that_do() -> None:
    from scipy import stats

    differences = np.random.default_rng(3).normal(0.2, 1.0, 20)
    mean, deviation = abs(differences.mean()), differences.std(ddof=1)
    n = replications_to_decide(differences)
    assert n is not None
    half = [stats.t.ppf(0.975, m - 1) * deviation / sqrt(m) for m in (n - 1, n)]
    assert half[1] < mean <= half[0]


def test_a_difference_of_nought_is_never_decided() -> None:
    assert replications_to_decide(np.array([-1.0, 1.0, -1.0, 1.0])) is None


def test_the_best_is_compared_with_the_runner_up_at_holms_level() -> None:
    rng = np.random.default_rng(9)
    common = rng.normal(0, 50, 30)
    worth = {"a": common, "b": common + 10 + rng.normal(0, 1, 30), "c": common + 10.3 + rng.normal(0, 1, 30)}
    contest = compare_best(worth)
    assert (contest.best, contest.second) == ("c", "b")
    assert contest.wins == int(np.sum(worth["c"] > worth["b"]))
    # both pairs with `a` are certain, so this one is the last step: its level is 5 %
    assert contest.alpha == pytest.approx(0.05)
    assert contest.difference == paired(worth["c"], worth["b"])


def test_picking_the_best_of_equals_seldom_seems_sure() -> None:
    # ten equal strategies, 10 replications: a naive interval of the two extremes would leave zero out far more often
    rng = np.random.default_rng(21)
    sure = [compare_best({str(i): rng.normal(0, 1, 10) for i in range(10)}).decided for _ in range(200)]
    assert np.mean(sure) <= 0.05


def test_identical_strategies_are_not_told_apart() -> None:
    contest = compare_best({"a": np.arange(5.0), "b": np.arange(5.0)})
    assert not contest.decided
    assert contest.needed is None
    assert contest.best == "a"


def test_a_certain_difference_is_certain() -> None:
    contest = compare_best({"a": np.arange(5.0), "b": np.arange(5.0) + 1})
    assert contest.decided
    assert contest.wins == 5
