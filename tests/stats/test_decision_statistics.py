"""Intervals at every look, the ranking, the zero of a curve, shares of variance: by hand, and by trials with a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from SALib.analyze import sobol as analyse
from SALib.sample import sobol as draw

from loyaltysim.analysis.surrogate_analysis import analyse_surrogate
from loyaltysim.stats.intervals import student_t, wilson
from loyaltysim.stats.ranking import mean_of_worst, multiple_comparison_with_best, simultaneous_pairs
from loyaltysim.stats.roots import Curves, zero_between
from loyaltysim.stats.sequential import (
    MIXTURE,
    is_decided,
    is_precise,
    look_schedule,
    sequential_interval,
    sequential_t,
)
from loyaltysim.stats.surrogate import fit_surrogate, sobol_shares, terms
from tests.evidence.decision_trials import (
    RULES,
    SHAPES,
    analytic_shares,
    breakeven_trials,
    emulated_shares,
    kept,
    sequential_trials,
)


@pytest.mark.parametrize("n", [10, 40, 400])
@pytest.mark.parametrize("alpha", [0.05, 0.005])
def test_the_interval_of_every_look_is_where_the_bayes_factor_reaches_one_over_alpha(n: int, alpha: float) -> None:
    t = sequential_t(n, alpha)
    shrunk = MIXTURE / (MIXTURE + n)
    factor = math.sqrt(shrunk) * ((1 + t**2 / (n - 1)) / (1 + shrunk * t**2 / (n - 1))) ** (n / 2)
    assert factor == pytest.approx(1 / alpha)
    assert t > student_t(alpha, n - 1)


def test_too_few_figures_have_no_end_and_figures_all_alike_no_width() -> None:
    assert math.isinf(sequential_interval(np.array([1.0, 2.0, 4.0])).high)
    assert sequential_interval(np.full(9, 3.0)).high == 3.0
    assert not sequential_interval(np.array([1.0])).known


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_study_that_stops_when_it_likes_still_holds_the_truth(shape: str, rule: str) -> None:
    assert sequential_trials(150, shape, rule, 0.3, seed=61)["covered"] >= 0.93


def test_looks_grow_and_end_at_the_most_allowed() -> None:
    assert list(look_schedule(20)) == [8, 12, 16, 20]
    assert list(look_schedule(5)) == [5]


def test_a_clear_winner_is_decided_and_a_close_race_is_not() -> None:
    rng = np.random.default_rng(4)
    noise, other = rng.normal(size=30), rng.normal(size=30)
    clear = is_decided({"a": noise, "b": noise + 5 + 0.1 * other, "c": noise - 1 + 0.1 * other})
    assert (clear.best, clear.second, clear.settled) == ("b", "a", True)
    assert not is_decided({"a": noise, "b": other}).settled
    assert is_precise({"a": noise + 100}, 0.02).settled
    assert not is_precise({"a": noise + 100}, 0.001).settled


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


def test_shares_of_variance_of_k1_are_the_analytic_ones_and_salibs() -> None:
    first, total = analytic_shares()
    points = np.random.default_rng(63).random((60, 3))
    found = emulated_shares(points, kept(points), seed=1)
    assert found["first"] == pytest.approx(first, abs=0.03)
    assert found["total"] == pytest.approx(total, abs=0.03)
    problem = {"num_vars": 3, "names": ["c", "s", "f"], "bounds": [[0, 1]] * 3}
    many = analyse.analyze(problem, kept(draw.sample(problem, 1024, seed=3)), seed=3)
    assert many["S1"] == pytest.approx(first, abs=0.03)
    assert many["ST"] == pytest.approx(total, abs=0.03)


def test_a_polynomial_foretells_what_is_one_and_not_noise() -> None:
    rng = np.random.default_rng(9)
    x = rng.uniform(-1, 1, (50, 2))
    made = fit_surrogate(x, np.stack([1 + x[:, 0] * x[:, 1], rng.normal(size=50)], axis=1), terms(2, 2, (0, 1)))
    assert made.q2[0] > 0.999
    assert made.q2[1] < 0.3
    assert sobol_shares(made.weights[:, 0], made.terms)[1] == pytest.approx([1.0, 1.0], abs=1e-6)


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
