"""What is said of a turn when today's value may be on either side of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyaltysim.experiments.breakeven import Crossover
from loyaltysim.reporting.charts.decisions import breakeven_title
from loyaltysim.reporting.text import breakeven as words
from loyaltysim.stats.intervals import Interval
from tests.support.golden_texts import read_golden

AXIS: Any = SimpleNamespace(path="market.margin_mean", unit="$/month", low=10.0, high=90.0)
NAMES = ("as today", "recovery")


def spec(today: float) -> Any:
    return SimpleNamespace(flat=lambda: {AXIS.path: today}, currency="$", months=60, strategies=dict.fromkeys(NAMES))


def point(value: float, *gaps: float) -> Any:
    worth = {"as today": np.zeros(len(gaps)), "recovery": np.array(gaps) * 1_000}
    return SimpleNamespace(values={AXIS.path: value}, of=lambda metric: worth)


POINTS = [point(10, -9, -8, -9), point(40, 1, -1, 0.3), point(90, 9, 8, 9)]
TURN = Crossover(Interval(38.0, 30.0, 45.0, 3), *NAMES)


OPEN = Crossover(Interval(38.0, 30.0, float("inf"), 3), *NAMES)
ANYWHERE = Crossover(Interval(38.44, float("-inf"), float("inf"), 3), *NAMES)
BACK = Crossover(Interval(80.0, 76.0, 84.0, 3), "recovery", "as today")
THREE: Any = SimpleNamespace(strategies=("first", *NAMES), currency="$")
CASES = {
    "surely before the turn": lambda: words.render_answer(spec(29.0), AXIS, POINTS, [TURN], NAMES),
    "within the interval of the turn": lambda: words.render_answer(spec(40.0), AXIS, POINTS, [TURN], NAMES),
    "an open end holds today": lambda: words.render_answer(spec(80.0), AXIS, POINTS, [OPEN], NAMES),
    "of two turns the nearer is named": lambda: words.render_answer(spec(77.0), AXIS, POINTS, [TURN, BACK], NAMES),
    "a turn that may lie anywhere": lambda: words.render_answer(spec(40.0), AXIS, POINTS, [ANYWHERE], NAMES),
    "of two turns one may lie anywhere": lambda: words.render_answer(spec(90.0), AXIS, POINTS, [ANYWHERE, BACK], NAMES),
    "nothing turns": lambda: words.render_answer(spec(90.0), AXIS, POINTS[1:], [], NAMES),
    "regret of a best that is not sure": lambda: words.describe_regret(spec(41.0), AXIS, POINTS, NAMES),
    "regret of a best that is sure": lambda: words.describe_regret(spec(85.0), AXIS, POINTS, NAMES),
    "further down the order": lambda: words.describe_other_crossovers(THREE, AXIS, [ANYWHERE], THREE.strategies),
    "left out": lambda: words.describe_left_out(THREE, NAMES),
}


@pytest.mark.parametrize("case", CASES)
def test_the_words(case: str) -> None:
    assert CASES[case]() == read_golden("breakeven.txt")[case]


@pytest.mark.parametrize(
    ("today", "is_known"), [(40.0, False), (30.0, False), (45.0, False), (29.0, True), (60.0, True)]
)
def test_today_within_the_interval_is_on_no_known_side(today: float, is_known: bool) -> None:
    assert (words.describe_doubt_of_today([TURN], today, NAMES) == "") == is_known
    assert not words.describe_doubt_of_today([ANYWHERE], today, NAMES)


def test_nothing_is_lost_where_today_s_best_is_best_everywhere() -> None:
    assert words.describe_regret(spec(90.0), AXIS, POINTS[1:], NAMES) == ""
    assert words.describe_left_out(spec(90.0), NAMES) == ""
    assert words.describe_other_crossovers(spec(90.0), AXIS, [TURN], NAMES) == ""  # the reference is left to the table


def test_the_picture_s_title_does_not_tell_it_as_one_either() -> None:
    flip = {"flips_at": 38.4, "ci_low": np.nan, "ci_high": np.nan, "better_below": NAMES[0], "better_above": NAMES[1]}
    curve = pd.DataFrame({"replications": [3, 3]})

    def titled(**changes: float) -> str:
        return breakeven_title(AXIS.path, AXIS.unit, pd.DataFrame([flip | changes]), curve)

    assert titled().startswith("Cannot tell whether as today or recovery is better")
    assert titled(ci_low=30.0).startswith("The recommendation turns from as today to recovery")
