"""What is said of a turn when today's value may be on either side of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyaltysim.analysis.recommendation import Crossover
from loyaltysim.report.charts.decisions import breakeven_title
from loyaltysim.report.text import breakeven as words
from loyaltysim.stats.intervals import Interval

AXIS: Any = SimpleNamespace(path="market.margin_mean", unit="$/month", low=10.0, high=90.0)
NAMES = ("as today", "recovery")


def spec(today: float) -> Any:
    return SimpleNamespace(flat=lambda: {AXIS.path: today}, currency="$", months=60, strategies=dict.fromkeys(NAMES))


def point(value: float, *gaps: float) -> Any:
    worth = {"as today": np.zeros(len(gaps)), "recovery": np.array(gaps) * 1_000}
    return SimpleNamespace(values={AXIS.path: value}, of=lambda metric: worth)


POINTS = [point(10, -9, -8, -9), point(40, 1, -1, 0.3), point(90, 9, 8, 9)]
TURN = Crossover(Interval(38.0, 30.0, 45.0, 3), *NAMES)


@pytest.mark.parametrize(("today", "known"), [(40.0, False), (30.0, False), (45.0, False), (29.0, True), (60.0, True)])
def test_today_within_the_interval_is_on_no_known_side(today: float, known: bool) -> None:
    told = words.render_answer(spec(today), AXIS, POINTS, [TURN], NAMES)
    side = "within that interval, so it is not known whether as today or recovery is better today"
    assert told.startswith(
        "The recommendation turns from as today to recovery where market.margin_mean rises past 38 $/month"
    )
    assert (side not in told) == known


def test_an_open_end_holds_today_too_and_of_several_turns_the_near_one_is_named() -> None:
    open_turn = Crossover(Interval(38.0, 30.0, float("inf"), 3), *NAMES)
    assert "within that interval" in words.render_answer(spec(80.0), AXIS, POINTS, [open_turn], NAMES)
    other = Crossover(Interval(80.0, 76.0, 84.0, 3), "recovery", "as today")
    assert "within the interval of the turn at 80" in words.render_answer(
        spec(77.0), AXIS, POINTS, [TURN, other], NAMES
    )


def test_what_is_best_today_is_hedged_where_it_is_not_sure() -> None:
    assert "Recovery seems best, not surely, at today's value. Whoever keeps to it loses" in words.describe_regret(
        spec(41.0), AXIS, POINTS, NAMES
    )
    assert "Recovery is best at today's value. Whoever keeps to it loses" in words.describe_regret(
        spec(85.0), AXIS, POINTS, NAMES
    )


ANYWHERE = Crossover(Interval(38.44, float("-inf"), float("inf"), 3), *NAMES)


def test_a_turn_that_may_lie_anywhere_is_not_told_as_one() -> None:
    told = words.render_answer(spec(40.0), AXIS, POINTS, [ANYWHERE], NAMES)
    assert told == (
        "Cannot tell whether as today or recovery is better, wherever market.margin_mean lies from 10 to 90: by the means "
        "alone they change places at about 38 $/month (95 %: anywhere from below 10 to above 90); today it is 40 $/month."
    )


def test_of_two_turns_each_is_told_by_what_is_known_of_it() -> None:
    other = Crossover(Interval(80.0, 76.0, 84.0, 3), "recovery", "as today")
    told = words.render_answer(spec(90.0), AXIS, POINTS, [ANYWHERE, other], NAMES)
    assert told.startswith("Cannot tell whether as today or recovery is better")
    assert "; and the recommendation turns from recovery to as today where market.margin_mean rises past 80" in told
    assert told.endswith("It turns 2 times in the range looked at, by the means alone.")


def test_further_down_the_order_an_open_turn_is_a_maybe() -> None:
    three = SimpleNamespace(strategies=("first", *NAMES), currency="$")
    told = words.describe_other_crossovers(three, AXIS, [ANYWHERE], three.strategies)
    assert told == (
        "Further down the order, recovery may overtake as today, by the means alone at about 38 $/month "
        "(95 %: anywhere from below 10 to above 90)."
    )


def test_the_picture_s_title_does_not_tell_it_as_one_either() -> None:
    flip = {"flips_at": 38.4, "ci_low": np.nan, "ci_high": np.nan, "better_below": NAMES[0], "better_above": NAMES[1]}
    curve = pd.DataFrame({"replications": [3, 3]})

    def titled(**changes: float) -> str:
        return breakeven_title(AXIS.path, AXIS.unit, pd.DataFrame([flip | changes]), curve)

    assert titled().startswith("Cannot tell whether as today or recovery is better")
    assert titled(ci_low=30.0).startswith("The recommendation turns from as today to recovery")
