"""At which value of a parameter or lever does the recommendation turn, and how sure is that?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import isfinite, prod
from typing import TYPE_CHECKING, ClassVar

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import decision
from loyaltysim.experiments.decision import NPV, DecisionRun, Finding, Plan, Row, build_frame, require_two_strategies
from loyaltysim.experiments.designs import MOST_POINTS, Point, evaluate_points
from loyaltysim.experiments.factors import OVER, Factor, check_unique, read_factor
from loyaltysim.experiments.options import as_names, option
from loyaltysim.stats.intervals import Interval, compare_best, interval, paired
from loyaltysim.stats.roots import Curves, zero_between
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from loyaltysim.scenario import Scenario

GRID, MAP_GRID, MOST_CROSSOVERS, HALVINGS = 7, 5, 3, 2
MAP_REPLICATIONS = 4
"""How often each cell of a map is simulated, at most."""
CURVE = (
    "path", "unit", "value", "strategy", "npv", "against_first", "ci_low", "ci_high", "best", "regret", "replications", "error",
)  # fmt: skip
CROSSOVERS = (
    "path", "unit", "today", "flips_at", "ci_low", "ci_high", "better_below", "better_above", "recommendation", "replications",
)  # fmt: skip


@dataclass(frozen=True)
class Crossover:
    """Where two strategies change places, as a value with its interval (endless ends lie outside the range).

    `decides`: whether the recommendation changes there, and not only an order further down.
    """

    at: Interval
    below: str
    above: str
    decides: bool = True

    @property
    def anywhere(self) -> bool:
        """Whether the interval is open at both ends, so that it may lie anywhere, or nowhere."""
        return self.at.known and not isfinite(self.at.low) and not isfinite(self.at.high)


@dataclass(frozen=True, eq=False)
class BreakevenFinding(Finding):
    """Where the recommendation changes along `factor` among the strategies `names`, and on the map of `plane`, if one was asked for.

    `points`: all that were simulated, those of no possible market with their error; `crossovers` of the best, `others`
    further down the order.
    """

    factor: Factor
    names: tuple[str, ...]
    points: tuple[Point, ...]
    crossovers: tuple[Crossover, ...]
    others: tuple[Crossover, ...]
    plane: tuple[Factor, ...]

    @property
    def usable(self) -> list[Point]:
        """The points that could be simulated, lowest first."""
        return usable_points(self.points, self.factor)


@dataclass(frozen=True)
class Question(decision.Question):
    """Say at which value the recommendation of SCENARIO turns, how sure that is, and what it costs to be wrong."""

    verb: ClassVar[str] = "breakeven"
    most_replications: ClassVar[int] = 10

    over: str = option(
        "stated.acquisition_cost",
        "Along which parameter or lever, and from where to where (default: stated.acquisition_cost, half to three times "
        "today's).",
        metavar="PATH[=LOW:HIGH]",
    )
    between: str | Sequence[str] = option((), "Compare these two strategies only.", metavar="A,B")
    frontier: Sequence[str] = option(
        (), "Draw who wins over two parameters or levers.", flag="--map", metavar="PATH1[=..] PATH2[=..]", sides=2
    )

    def plan(self, scenario: Scenario) -> Plan:
        """Check the range, the strategies and the map against a scenario. Raises InputError."""
        require_two_strategies(scenario, self.verb)
        factor = read_factor(self.over, scenario, steps=GRID)
        asked = as_names(self.between) if self.between else ()
        names = strategies_between(scenario, asked)
        plane = tuple(read_factor(text, scenario, "--map", MAP_GRID) for text in self.frontier)
        if plane and len(plane) != 2:
            raise InputError(Problem("a map has two sides", where="--map", cure="name two paths: --map PATH PATH"))
        check_unique(plane, "--map")
        check_size(factor, plane)

        def find(run: DecisionRun) -> BreakevenFinding:
            search = Search(run, factor, names)
            found = search.crossovers()
            others = search.other_crossovers(found)
            rows = [crossover_row(each, factor, run.scenario) for each in (*found, *others)]
            tables = {"breakeven": build_frame(rows, CROSSOVERS), "breakeven_curve": search.table()}
            if plane:
                tables["frontier"] = build_frontier(run, plane, names)
            return BreakevenFinding(
                run.scenario, tables, factor, names, tuple(search.points), tuple(found), tuple(others), plane
            )

        return Plan({"over": self.over, "between": ",".join(asked), "map": tuple(self.frontier)}, find)


def check_size(factor: Factor, plane: Sequence[Factor]) -> None:
    """Refuse a grid or a map of more points than anyone means. Raises InputError."""
    for where, count in ((OVER, factor.count), ("--map", prod(side.count for side in plane))):
        if count > MOST_POINTS:
            cure = f"take fewer steps, {MOST_POINTS:,} points at most"
            raise InputError(Problem(f"{count:,} points would be simulated", where=where, cure=cure))


def strategies_between(scenario: Scenario, between: Sequence[str]) -> tuple[str, ...]:
    """Return the two strategies to compare, or all. Raises InputError for any other number."""
    chosen = tuple(scenario.strategy_name(name.strip()) for name in between)
    if chosen and len({*chosen}) != 2:
        cure = f"name two of: {', '.join(scenario.strategies)}"
        raise InputError(Problem("a duel is between two strategies", where="--between", cure=cure))
    return chosen or tuple(scenario.strategies)


def usable_points(points: Sequence[Point], factor: Factor) -> list[Point]:
    """Return the points that could be simulated, lowest first."""
    return sorted((point for point in points if not point.error), key=lambda point: point.values[factor.path])


def point_today(scenario: Scenario, factor: Factor, points: Sequence[Point]) -> Point:
    """Return the point nearest to today's value."""
    today = scenario.flat()[factor.path]
    return min(points, key=lambda point: abs(point.values[factor.path] - today))


def recommended_today(scenario: Scenario, factor: Factor, points: Sequence[Point]) -> str:
    """Return the strategy that is best at the point nearest to today's value; empty without a point."""
    return rank_by_mean(point_today(scenario, factor, points).of(NPV))[0] if points else ""


class Search:
    """The search along one axis: a grid, points between where the winner changes, and a curve through them."""

    def __init__(self, run: DecisionRun, factor: Factor, names: Sequence[str]) -> None:
        self._run, self._scenario, self._factor, self._names = run, run.scenario, factor, tuple(names)
        self.points: list[Point] = []

    def crossovers(self) -> list[Crossover]:
        """Find where the winner changes, lowest value first, at most three places being looked at closely."""
        self._evaluate(self._factor.points())
        self._find_edges()
        if not self._usable():
            raise InputError(Problem(self.points[0].error, self._factor.path, OVER, "choose another range"))
        brackets = [(low, high, self._pair(low, high)) for low, high in pairwise(self._usable())]
        turning = [bracket for bracket in brackets if len({*bracket[2]}) == 2][:MOST_CROSSOVERS]
        self._evaluate([value for low, high, pair in turning for value in self._inside(low, high, pair)])
        return [self._crossover(*bracket) for bracket in turning]

    def other_crossovers(self, known: Sequence[Crossover]) -> list[Crossover]:
        """Find where the other pairs of strategies change places, from the points that there are."""
        told, found = [{crossover.below, crossover.above} for crossover in known], []
        for one, other in combinations(self._names, 2):
            if {one, other} not in told:
                for low, high in pairwise(self._usable()):
                    below, above = (float(self._gap(point, one, other).mean()) for point in (low, high))
                    if below * above < 0:
                        pair = (one, other) if below > 0 else (other, one)
                        found.append(replace(self._crossover(low, high, pair), decides=False))
        return found

    def _usable(self) -> list[Point]:
        return usable_points(self.points, self._factor)

    def table(self) -> pd.DataFrame:
        """Give the curve: a row a point and strategy, those that could not be simulated with their error."""
        ordered = sorted(self.points, key=self._value)
        recommended = recommended_today(self._scenario, self._factor, self._usable())
        return build_frame([line for point in ordered for line in curve_rows(point, self._factor, recommended)], CURVE)

    def _value(self, point: Point) -> float:
        return point.values[self._factor.path]

    def _evaluate(self, values: Sequence[float]) -> None:
        known = {self._value(point) for point in self.points}
        designs = [{self._factor.path: value} for value in dict.fromkeys(values) if value not in known]
        for point in evaluate_points(
            self._run.evaluator, self._scenario, designs, self._names, range(self._scenario.replications)
        ):
            self.points.append(point)
            self._run.stream("breakeven_curve", CURVE, list(self.table().itertuples(index=False, name=None)))

    def _find_edges(self) -> None:
        """Halve a few times between a point that no market can be at and the next that one can."""
        for _ in range(HALVINGS):
            ordered = sorted(self.points, key=self._value)
            gaps = [(one, other) for one, other in pairwise(ordered) if bool(one.error) != bool(other.error)]
            self._evaluate([self._middle(one, other) for one, other in gaps])

    def _middle(self, low: Point, high: Point, share: float = 0.5) -> float:
        a, b = self._value(low), self._value(high)
        return self._factor.fitted(a * (b / a) ** share if self._factor.geometric else a + share * (b - a))

    def _inside(self, low: Point, high: Point, pair: tuple[str, str]) -> list[float]:
        """Give three points in a bracket: where straight lines put the zero, and half-way from there to either end."""
        below, above = (float(self._gap(point, *pair).mean()) for point in (low, high))
        share = min(0.8, max(0.2, below / (below - above)))
        return [self._middle(low, high, part) for part in (share / 2, share, (1 + share) / 2)]

    def _pair(self, low: Point, high: Point) -> tuple[str, str]:
        return rank_by_mean(low.of(NPV))[0], rank_by_mean(high.of(NPV))[0]

    def _gap(self, point: Point, one: str, other: str) -> np.ndarray:
        return point.of(NPV)[one] - point.of(NPV)[other]

    def _crossover(self, low: Point, high: Point, pair: tuple[str, str]) -> Crossover:
        import numpy as np

        one, other = pair
        points = self._usable()
        x = np.array([self._value(point) for point in points])
        y = np.stack([self._gap(point, one, other) for point in points], axis=1)
        where = zero_between(Curves(x, y, self._factor.geometric), self._value(low), self._value(high))
        return Crossover(where, one, other)


def curve_rows(point: Point, factor: Factor, recommended: str) -> list[Row]:
    """Give a point's rows of the curve; one row with the error where there are no figures."""
    value, empty = point.values[factor.path], float("nan")
    if point.error:
        return [(factor.path, factor.unit, value, "", empty, empty, empty, empty, "", empty, 0, point.error)]
    worth = point.of(NPV)
    first, best = next(iter(worth)), rank_by_mean(worth)[0]
    lost = float((worth[best] - worth.get(recommended, worth[best])).mean())
    rows: list[Row] = []
    for name, figures in worth.items():
        gap = Interval() if name == first else paired(figures, worth[first])
        rows.append(
            (factor.path, factor.unit, value, name, interval(figures).mean, gap.mean, gap.low, gap.high,
             "yes" if name == best else "no", lost, len(figures), "")
        )  # fmt: skip
    return rows


def crossover_row(crossover: Crossover, factor: Factor, scenario: Scenario) -> Row:
    """Give a crossover's row of the table; an endless end is empty."""
    at = crossover.at
    decides = "turns" if crossover.decides else "stays"
    today = scenario.flat()[factor.path]
    return (factor.path, factor.unit, today, at.mean, at.low, at.high, crossover.below, crossover.above, decides, at.n)


def build_frontier(run: DecisionRun, plane: Sequence[Factor], names: Sequence[str]) -> pd.DataFrame:
    """Draw who wins over two parameters: a row a cell, with the lead over the runner-up and the regret where wrong."""
    (across, up), scenario, evaluator = plane, run.scenario, run.evaluator
    columns = (
        across.path, up.path, "best", "second", "lead", "ci_low", "ci_high", "decided", "recommended", "regret", "replications",
        "error",
    )  # fmt: skip
    designs: list[Mapping[str, float]] = [
        {across.path: a, up.path: b} for a in across.points() for b in up.points()
    ]  # fmt: skip
    replications = range(min(scenario.replications, MAP_REPLICATIONS))
    today = next(iter(evaluate_points(evaluator, scenario, [{}], names, replications)))
    recommended = rank_by_mean(today.of(NPV))[0]
    rows: list[Row] = []
    for point in evaluate_points(evaluator, scenario, designs, names, replications):
        rows.append((*(point.values[axis.path] for axis in plane), *frontier_cell(point, recommended)))
        run.stream("frontier", columns, rows)
    return build_frame(sorted(rows, key=lambda each: each[:2]), columns)


def frontier_cell(point: Point, recommended: str) -> Row:
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
