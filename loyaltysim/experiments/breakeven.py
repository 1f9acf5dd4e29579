"""At which value of a parameter or lever does the recommendation turn, and how sure is that?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from math import prod
from typing import TYPE_CHECKING, Any

from loyaltysim.analysis.recommendation import Crossover
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import factors
from loyaltysim.experiments.defaults import BREAKEVEN_OVER, BREAKEVEN_REPLICATIONS, MAP_REPLICATIONS, MOST_POINTS
from loyaltysim.experiments.designs import Point, evaluate_points
from loyaltysim.experiments.options import (
    NPV,
    Decision,
    DecisionRun,
    StudyOptions,
    as_names,
    build_frame,
    calibrate_scenario,
    open_decision,
    prepare_scenario,
    require_two_strategies,
    show_study_options,
)
from loyaltysim.reporting.text import breakeven as words
from loyaltysim.stats.intervals import Interval, compare_best, interval, paired
from loyaltysim.stats.roots import Curves, zero_between
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.experiments.factors import Factor
    from loyaltysim.scenario import Scenario

# Who wins over two parameters, and what is lost there by keeping to today's recommendation.


def build_frontier(inquiry: DecisionRun, plane: Sequence[Factor], names: Sequence[str]) -> pd.DataFrame:
    """Draw who wins over two parameters: a row a cell, with the lead over the runner-up and the regret where wrong."""
    (across, up), spec, lab = plane, inquiry.spec, inquiry.lab
    columns = (
        across.path, up.path, "best", "second", "lead", "ci_low", "ci_high", "decided", "recommended", "regret", "replications",
        "error",
    )  # fmt: skip
    designs: list[Mapping[str, float]] = [
        {across.path: a, up.path: b} for a in across.points() for b in up.points()
    ]  # fmt: skip
    luck = range(min(spec.replications, MAP_REPLICATIONS))
    today = next(iter(evaluate_points(lab, spec, [{}], names, luck)))
    recommended = rank_by_mean(today.of(NPV))[0]
    rows: list[tuple[Any, ...]] = []
    for point in evaluate_points(lab, spec, designs, names, luck):
        rows.append((*(point.values[axis.path] for axis in plane), *frontier_cell(point, recommended)))
        inquiry.stream("frontier", columns, rows)
    return build_frame(sorted(rows, key=lambda each: each[:2]), columns)


def frontier_cell(point: Point, recommended: str) -> tuple[Any, ...]:
    """Give who wins at a point, by how much, and what keeping to today's recommendation would lose."""
    empty = float("nan")
    if point.error:
        return ("", "", empty, empty, empty, "", recommended, empty, 0, point.error)
    worth = point.of(NPV)
    contest = compare_best(worth)
    lost = float((worth[contest.best] - worth[recommended]).mean())
    gap = contest.difference
    sure = "yes" if contest.decided else "no"
    return (contest.best, contest.second, gap.mean, gap.low, gap.high, sure, recommended, lost, gap.n, "")


GRID, MAP_GRID, MOST_FLIPS, HALVINGS = 7, 5, 3, 2
CURVE = (
    "path", "unit", "value", "strategy", "npv", "against_first", "ci_low", "ci_high", "best", "regret", "replications", "error",
)  # fmt: skip
FLIPS = (
    "path", "unit", "today", "flips_at", "ci_low", "ci_high", "better_below", "better_above", "recommendation", "replications",
)  # fmt: skip


@show_study_options
def breakeven(
    scenario: Any,
    *,
    over: str = BREAKEVEN_OVER,
    between: str | Sequence[str] = (),
    map: Sequence[str] = (),
    **asked: Any,
) -> Decision:
    """Find where along a parameter or lever the recommendation of a scenario (a file's path or a Scenario) turns.

    `over`: `PATH=LOW:HIGH`, or PATH alone; `between`: the two strategies to compare (default: all, by the best);
    `map`: two such texts, over which to draw who wins. Tables: `breakeven` (a row a flip), `breakeven_curve` (a row a
    point and strategy), `frontier` (a row a cell of the map). Raises InputError and RunError.
    """
    usual, between = StudyOptions(**asked), as_names(between)
    spec = prepare_scenario(scenario, usual, BREAKEVEN_REPLICATIONS)
    require_two_strategies(spec, "breakeven")
    axis = factors.read_factor(over, spec, steps=GRID)
    names = _between(spec, between)
    plane = [factors.read_factor(text, spec, "--map", MAP_GRID) for text in map]
    if plane and len(plane) != 2:
        raise InputError(Problem("a map has two sides", where="--map", cure="name two paths: --map PATH PATH"))
    factors.check_unique(plane, "--map")
    check_size(axis, plane)
    spec = calibrate_scenario(spec, usual)
    options = {"over": over, "between": ",".join(between), "map": tuple(map)}
    with open_decision("breakeven", spec, usual, options) as inquiry:
        search = Search(inquiry, axis, names)
        found = search.flips()
        told = words.render_answer(spec, axis, search.usable(), found, names)
        others = search.other_flips(found)
        rows = [crossover_row(flip, axis, spec) for flip in (*found, *others)]
        tables = {"breakeven": build_frame(rows, FLIPS), "breakeven_curve": search.table()}
        notes = [
            words.describe_other_crossovers(spec, axis, others, names),
            words.describe_regret(spec, axis, search.usable(), names),
            words.describe_left_out(spec, names),
            words.describe_impossible(axis, search.points),
        ]
        if plane:
            tables["frontier"] = build_frontier(inquiry, plane, names)
            notes.append(words.describe_frontier(spec, tables["frontier"], plane, names))
        return inquiry.concluded(told, tables, notes)


def check_size(axis: Factor, plane: Sequence[Factor]) -> None:
    """Refuse a grid or a map of more points than anyone means. Raises InputError."""
    for where, count in ((factors.OVER, axis.count), ("--map", prod(side.count for side in plane))):
        if count > MOST_POINTS:
            cure = f"take fewer steps, {MOST_POINTS:,} points at most"
            raise InputError(Problem(f"{count:,} points would be simulated", where=where, cure=cure))


def _between(spec: Scenario, between: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(spec.strategy_name(name.strip()) for name in between)
    if chosen and len({*chosen}) != 2:
        cure = f"name two of: {', '.join(spec.strategies)}"
        raise InputError(Problem("a duel is between two strategies", where="--between", cure=cure))
    return chosen or tuple(spec.strategies)


class Search:
    """The search along one axis: a grid, points between where the winner changes, and a curve through them."""

    def __init__(self, inquiry: DecisionRun, axis: Factor, names: Sequence[str]) -> None:
        self._inquiry, self._spec, self._axis, self._names = inquiry, inquiry.spec, axis, tuple(names)
        self.points: list[Point] = []

    def flips(self) -> list[Crossover]:
        """Find where the winner changes, lowest value first, at most three places being looked at closely."""
        self._try(self._axis.points())
        self._find_edges()
        if not self.usable():
            raise InputError(Problem(self.points[0].error, self._axis.path, factors.OVER, "choose another range"))
        brackets = [(low, high, self._pair(low, high)) for low, high in pairwise(self.usable())]
        turning = [bracket for bracket in brackets if len({*bracket[2]}) == 2][:MOST_FLIPS]
        self._try([value for low, high, pair in turning for value in self._inside(low, high, pair)])
        return [self._flip(*bracket) for bracket in turning]

    def other_flips(self, known: Sequence[Crossover]) -> list[Crossover]:
        """Find where the other pairs of strategies change places, from the points that there are."""
        told, found = [{flip.below, flip.above} for flip in known], []
        for one, other in combinations(self._names, 2):
            if {one, other} not in told:
                for low, high in pairwise(self.usable()):
                    below, above = (float(self._gap(point, one, other).mean()) for point in (low, high))
                    if below * above < 0:
                        pair = (one, other) if below > 0 else (other, one)
                        found.append(replace(self._flip(low, high, pair), decides=False))
        return found

    def usable(self) -> list[Point]:
        """Give the points that could be simulated, lowest first."""
        return sorted((point for point in self.points if not point.error), key=self._value)

    def table(self) -> pd.DataFrame:
        """Give the curve: a row a point and strategy, those that could not be simulated with their error."""
        ordered = sorted(self.points, key=self._value)
        today = self._spec.flat()[self._axis.path]
        nearest = min(self.usable(), key=lambda point: abs(self._value(point) - today), default=None)
        recommended = rank_by_mean(nearest.of(NPV))[0] if nearest else ""
        return build_frame([line for point in ordered for line in curve_rows(point, self._axis, recommended)], CURVE)

    def _value(self, point: Point) -> float:
        return point.values[self._axis.path]

    def _try(self, values: Sequence[float]) -> None:
        known = {self._value(point) for point in self.points}
        designs = [{self._axis.path: value} for value in dict.fromkeys(values) if value not in known]
        for point in evaluate_points(
            self._inquiry.lab, self._spec, designs, self._names, range(self._spec.replications)
        ):
            self.points.append(point)
            self._inquiry.stream("breakeven_curve", CURVE, list(self.table().itertuples(index=False, name=None)))

    def _find_edges(self) -> None:
        """Halve a few times between a point that no market can be at and the next that one can."""
        for _ in range(HALVINGS):
            ordered = sorted(self.points, key=self._value)
            gaps = [(one, other) for one, other in pairwise(ordered) if bool(one.error) != bool(other.error)]
            self._try([self._middle(one, other) for one, other in gaps])

    def _middle(self, low: Point, high: Point, share: float = 0.5) -> float:
        a, b = self._value(low), self._value(high)
        return self._axis.fitted(a * (b / a) ** share if self._axis.geometric else a + share * (b - a))

    def _inside(self, low: Point, high: Point, pair: tuple[str, str]) -> list[float]:
        """Give three points in a bracket: where straight lines put the zero, and half-way from there to either end."""
        below, above = (float(self._gap(point, *pair).mean()) for point in (low, high))
        share = min(0.8, max(0.2, below / (below - above)))
        return [self._middle(low, high, part) for part in (share / 2, share, (1 + share) / 2)]

    def _pair(self, low: Point, high: Point) -> tuple[str, str]:
        return rank_by_mean(low.of(NPV))[0], rank_by_mean(high.of(NPV))[0]

    def _gap(self, point: Point, one: str, other: str) -> Any:
        return point.of(NPV)[one] - point.of(NPV)[other]

    def _flip(self, low: Point, high: Point, pair: tuple[str, str]) -> Crossover:
        import numpy as np

        one, other = pair
        points = self.usable()
        x = np.array([self._value(point) for point in points])
        y = np.stack([self._gap(point, one, other) for point in points], axis=1)
        where = zero_between(Curves(x, y, self._axis.geometric), self._value(low), self._value(high))
        return Crossover(where, one, other)


def curve_rows(point: Point, axis: Factor, recommended: str) -> list[tuple[Any, ...]]:
    """Give a point's rows of the curve; one row with the error where there are no figures."""
    value, empty = point.values[axis.path], float("nan")
    if point.error:
        return [(axis.path, axis.unit, value, "", empty, empty, empty, empty, "", empty, 0, point.error)]
    worth = point.of(NPV)
    first, best = next(iter(worth)), rank_by_mean(worth)[0]
    lost = float((worth[best] - worth.get(recommended, worth[best])).mean())
    rows = []
    for name, figures in worth.items():
        gap = Interval() if name == first else paired(figures, worth[first])
        rows.append(
            (axis.path, axis.unit, value, name, interval(figures).mean, gap.mean, gap.low, gap.high,
             "yes" if name == best else "no", lost, len(figures), "")
        )  # fmt: skip
    return rows


def crossover_row(flip: Crossover, axis: Factor, spec: Scenario) -> tuple[Any, ...]:
    """Give a flip's row of the table; an endless end is empty."""
    at = flip.at
    decides = "turns" if flip.decides else "stays"
    today = spec.flat()[axis.path]
    return (axis.path, axis.unit, today, at.mean, at.low, at.high, flip.below, flip.above, decides, at.n)
