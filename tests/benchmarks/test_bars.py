"""The bars' verdicts, and the table and page that are made of a record."""

from __future__ import annotations

import pytest

from benchmarks.bars import BARS, Bar, judged, missed
from benchmarks.measuring import alternately, figure, ratio
from benchmarks.performance_page import table

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("direction", "bar", "stretch", "value", "verdict"),
    [
        ("at least", 4, 8, 3.99, "missed"),
        ("at least", 4, 8, 4, "met"),
        ("at least", 4, 8, 8, "stretch met"),
        ("at least", 4, None, 900, "met"),
        ("at most", 60, 40, 60.1, "missed"),
        ("at most", 60, 40, 60, "met"),
        ("at most", 60, 40, 40, "stretch met"),
    ],
)
def test_verdicts(direction: str, bar: float, stretch: float | None, value: float, verdict: str) -> None:
    assert Bar("any", direction, bar, stretch).verdict(value) == verdict  # type: ignore[arg-type]


def test_a_stretch_lies_beyond_its_bar_and_a_figure_has_one_bar() -> None:
    assert all(bar.met(bar.stretch) for bar in BARS if bar.stretch is not None)
    assert len({bar.figure for bar in BARS}) == len(BARS)


def test_only_measured_figures_are_judged_and_by_their_median() -> None:
    bars = (Bar("fast", "at least", 10), Bar("small", "at most", 5), Bar("not measured", "at most", 1))
    figures = {
        "fast": figure("a ratio", "times", [9, 12, 11]).plain(),
        "small": figure("a size", "MB", [4, 7, 6]).plain(),
    }
    assert [(bar.figure, verdict) for bar, verdict in judged(figures, bars)] == [("fast", "met"), ("small", "missed")]
    assert missed(figures, bars) == ["small"]


def test_a_ratio_is_taken_pair_by_pair() -> None:
    twin, engine = figure("twin", "s", [6, 20, 9]), figure("engine", "s", [2, 10, 1])
    assert ratio("twin against engine", twin, engine).samples == (3, 2, 9)


def test_contestants_are_measured_in_turn() -> None:
    order: list[str] = []

    def work(name: str, cost: float):  # type: ignore[no-untyped-def]
        return lambda: order.append(name) or cost

    assert alternately({"a": work("a", 1), "b": work("b", 2)}, 2) == {"a": [1, 1], "b": [2, 2]}
    assert order == ["a", "b", "a", "b"]


def test_the_table_shows_bar_verdict_and_what_has_no_bar() -> None:
    figures = {
        "growth": figure("dearest against cheapest", "times", [1.604, 1.7, 1.2]).plain(),
        "start.help.wall": figure("help, wall", "s", 0.2).plain(),
    }
    bars = [{**bar._asdict(), "median": 1.604, "verdict": verdict} for bar, verdict in judged(figures)]
    shown = table({"figures": figures, "bars": bars})
    assert "| dearest against cheapest | 1.6 times | 1.2 to 1.7 | at most 1.5 |  | **missed** |" in shown
    assert "| help, wall | 0.2 s |  |" in shown
