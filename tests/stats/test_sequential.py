"""Intervals at every look and when looking may end: by hand, and by trials with a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from loyaltysim.stats.intervals import student_t
from loyaltysim.stats.sequential import (
    MIXTURE,
    is_decided,
    is_precise,
    look_schedule,
    sequential_interval,
    sequential_t,
)
from tests.evidence.decision_trials import (
    RULES,
    SHAPES,
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
