"""The pieces of the known answers: verdicts, searches, fits, the command; and the parameters that only they switch on."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import betaln

from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario
from loyaltysim.validation import k6_spending
from loyaltysim.validation.checks import (
    check_exactly,
    check_near,
    check_near_share,
    check_positive,
    crossing,
    everyone_a_customer,
    market,
    run,
)
from loyaltysim.validation.k4_retention import refit

pytestmark = pytest.mark.once


def test_a_check_passes_within_its_tolerance_only() -> None:
    assert check_near("x", 1.0, 1.09, 0.1, "").passed
    assert not check_near("x", 1.0, 1.11, 0.1, "").passed
    assert not check_near("x", 1.0, math.nan, 0.1, "").passed
    assert check_near_share("x", -2.0, -2.09, 0.05, "").passed
    assert not check_near_share("x", -2.0, -2.11, 0.05, "").passed
    assert check_positive("x", 0.2, 0.1, "").passed
    assert not check_positive("x", 0.05, 0.1, "").passed
    assert not check_exactly("x", 0, 1e-12, "").passed


def test_a_search_finds_where_a_function_is_zero_and_ends_at_a_bound_without_one() -> None:
    assert crossing(lambda x: x**3 - 2, 0.0, 2.0, steps=12) == pytest.approx(2 ** (1 / 3), abs=1e-6)
    assert crossing(lambda x: x + 1, 0.0, 2.0) == 0.0
    assert crossing(lambda x: x - 3, 0.0, 2.0) == 2.0


def test_the_fit_of_retention_gives_back_what_an_exact_curve_was_made_of() -> None:
    kept = 1e6 * np.exp(betaln(0.668, 3.806 + np.arange(8)) - betaln(0.668, 3.806))
    assert refit(kept) == pytest.approx((0.668, 3.806), rel=1e-3)


def test_the_closed_form_of_k6_has_the_published_optimum() -> None:
    best = k6_spending.algebra(k6_spending.PFEIFER, k6_spending.BEST_A, k6_spending.BEST_R)
    assert best == pytest.approx(k6_spending.BEST_VALUE, abs=5e-4)
    for step in (-0.5, 0.5):
        assert k6_spending.algebra(k6_spending.PFEIFER, k6_spending.BEST_A + step, k6_spending.BEST_R) < best
        assert k6_spending.algebra(k6_spending.PFEIFER, k6_spending.BEST_A, k6_spending.BEST_R + step) < best


def test_advertising_as_a_chance_brings_that_share_of_the_prospects() -> None:
    settings = {"advertising.response": "chance", "advertising.strength": 0.4, "advertising.scale": 1.0}
    given = {**settings, "advertising.budget": 1e6, "joining.unprompted": 0.0, "months": 1}
    joined = run(market("advertising joining", given, people=50_000, customers=1))[0].figures["joined"]
    assert joined / 50_000 == pytest.approx(0.4, abs=3 * math.sqrt(0.24 / 50_000))


def test_the_well_tied_are_the_valuable_ones_only_where_that_is_said(small: Callable[..., Scenario]) -> None:
    from loyaltysim.simulation.engine import birth

    ranks = {}
    for share in (0.0, 0.8):
        spec = small(**{"market.network.kind": "scale_free", "market.people": 20_000, "market.margin_ties": share})
        world = birth(spec, 1, 0)
        margins = np.log(world.people.margin.astype(float))
        ties = np.argsort(np.argsort(np.diff(world.first), kind="stable"))
        ranks[share] = float(np.corrcoef(margins, ties)[0, 1])
        # a lognormal margin keeps its mean: 3 standard errors at a spread of 1.5 means
        assert float(np.exp(margins).mean()) == pytest.approx(40, rel=3 * 1.5 / math.sqrt(20_000))
    assert abs(ranks[0.0]) < 3 / math.sqrt(20_000)
    assert ranks[0.8] > 0.6


def test_a_market_of_the_known_answers_changes_by_nothing_but_what_is_on() -> None:
    (record,) = simulate(market("", {"months": 6}, **everyone_a_customer(1_000)), 0, ["as today"])
    assert record.figures["customers"] == 999
    assert record.figures["left"] == record.figures["joined"] == record.figures["grievances"] == 0
