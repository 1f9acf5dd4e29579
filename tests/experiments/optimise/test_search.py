"""Money split over levers: the published optimum, limits, years, worlds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from loyaltysim.core.discounting import annuity
from loyaltysim.experiments.optimise.search import AllocationSpace, Search, corner_splits, least_regret, shortfall
from loyaltysim.validation.k6_spending import BEST_A, BEST_R, BEST_VALUE, PFEIFER, algebra


def by_algebra(splits: Sequence[np.ndarray]) -> np.ndarray:
    return np.array([[algebra(PFEIFER, max(a, 1e-9), max(r, 1e-9))] for a, r in splits])


def test_the_search_finds_blattberg_and_deightons_optimum_inside_its_limits() -> None:
    search = Search(AllocationSpace(100.0, (100.0, 100.0), (0, 0)), by_algebra, seed=1)
    best = search.run()
    assert best == pytest.approx((BEST_A, BEST_R), rel=0.03)
    assert by_algebra([best])[0, 0] == pytest.approx(BEST_VALUE, rel=0.002)


def test_a_budget_too_small_for_the_optimum_is_spent_where_marginal_values_are_equal() -> None:
    best = Search(AllocationSpace(40.0, (40.0, 40.0), (0, 0)), by_algebra, seed=2).run()
    assert best.sum() == pytest.approx(40.0, rel=0.01)
    h = 0.05
    slopes = [(by_algebra([best + h * e])[0, 0] - by_algebra([best - h * e])[0, 0]) / (2 * h) for e in np.eye(2)]
    assert slopes[0] == pytest.approx(slopes[1], rel=0.1)


def test_a_cap_holds() -> None:
    best = Search(AllocationSpace(100.0, (10.0, 100.0), (0, 0)), by_algebra, seed=3).run()
    assert best[0] == pytest.approx(10.0)


def test_each_year_has_a_budget_of_its_own() -> None:
    want = np.array([3.0, 1.0, 0.5, 2.0])

    def evaluate(splits: Sequence[np.ndarray]) -> np.ndarray:
        return np.array([[-float(((split - want) ** 2).sum())] for split in splits])

    best = Search(AllocationSpace(4.0, (4.0,) * 4, (0, 0, 1, 1)), evaluate, seed=4).run()
    assert best == pytest.approx(want, abs=0.15)


def test_every_split_tried_is_within_the_limits() -> None:
    space = AllocationSpace(100.0, (60.0, 100.0), (0, 0))
    search = Search(space, by_algebra, seed=5)
    search.run([space.clip(np.array([500.0, 500.0]))])
    for split in search.splits:
        assert (split >= 0).all()
        assert split[0] <= 60.0 + 1e-9
        assert split.sum() <= 100.0 + 1e-6


def test_the_same_seed_tries_the_same_splits() -> None:
    tried = [
        np.array(one.splits)
        for one in (Search(AllocationSpace(100.0, (100.0,) * 2, (0, 0)), by_algebra, seed=6) for _ in "ab")
        if one.run() is not None
    ]
    assert np.array_equal(*tried)


def test_corners_are_nothing_each_lever_by_itself_and_equal_parts() -> None:
    found = corner_splits(AllocationSpace(6.0, (6.0, 2.0, 6.0), (0, 0, 0)))
    assert [split.tolist() for split in found] == [[0, 0, 0], [6, 0, 0], [0, 2, 0], [0, 0, 6], [2, 2, 2]]


def test_the_worst_tenth_and_the_greatest_regret_over_worlds() -> None:
    values = np.array([[[10.0], [0.0]], [[6.0], [5.0]], [[1.0], [6.0]]])
    assert shortfall(values).tolist() == [0.0, 5.0, 1.0]
    assert least_regret(values).tolist() == [-6.0, -4.0, -9.0]


def test_a_dollar_a_month_is_worth_its_discounted_months() -> None:
    assert annuity(0.0, 3, 5) == 3.0
    assert annuity(0.1, 12, 12) == pytest.approx(1 / 1.1)
