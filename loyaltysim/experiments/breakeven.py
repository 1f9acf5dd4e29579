"""At which value of a parameter or lever does the recommendation change, and how sure is that?

A grid is simulated along the factor, then points between neighbours with different winners, and a curve is drawn
through the differences: where it passes zero two strategies change places, with Fieller's interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import isfinite, nan, prod
from typing import TYPE_CHECKING, ClassVar

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.core.lazy import np
from loyaltysim.experiments import decision
from loyaltysim.experiments.decision import NPV, DecisionRun, Finding, Plan, Row, build_frame, require_two_strategies
from loyaltysim.experiments.designs import (
    OVER,
    Factor,
    Point,
    check_unique,
    evaluate_points,
    evaluate_today,
    grid_design,
    read_factor,
)
from loyaltysim.experiments.options import MOST_POINTS, as_names, as_texts, option
from loyaltysim.stats.intervals import Interval, compare_best, interval, paired
from loyaltysim.stats.roots import Curves, zero_between
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

GRID, MAP_GRID = 7, 5
"""How many points a factor's grid has, and a side of a map's, unless told."""
MOST_CROSSOVERS, HALVINGS = 3, 2
"""How many crossovers are looked at closely, and how often one halves toward the end of what a market can be."""
MAP_REPLICATIONS = 4
"""How often each cell of a map is simulated, at most."""
CURVE = [
    "path",
    "unit",
    "value",
    "strategy",
    "npv",
    "against_first",
    "ci_low",
    "ci_high",
    "best",
    "regret",
    "replications",
    "error",
]
CROSSOVERS = [
    "path",
    "unit",
    "today",
    "flips_at",
    "ci_low",
    "ci_high",
    "better_below",
    "better_above",
    "recommendation",
    "replications",
]
FRONTIER = ("best", "second", "lead", "ci_low", "ci_high", "decided", "recommended", "regret", "replications", "error")
"""Who wins at a point; the point's values stand before them."""


@dataclass(frozen=True)
class Question(decision.Question):
    """Say at which value the recommendation of SCENARIO turns, how sure that is, and what it costs to be wrong."""

    verb: ClassVar[str] = "breakeven"
    most_replications: ClassVar[int] = 10

    over: str = option(
        "stated.acquisition_cost",
        "Along which parameter or lever, and from where to where (default: stated.acquisition_cost, half to three "
        "times today's).",
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
        between = as_names(self.between) if self.between else ()
        names = strategies_between(scenario, between)
        plane = tuple(read_factor(text, scenario, "--map", MAP_GRID) for text in as_texts(self.frontier))
        if plane and len(plane) != 2:
            raise InputError(Problem("a map has two sides", where="--map", cure="name two paths: --map PATH PATH"))
        check_unique(plane, "--map")
        check_grid_sizes(factor, plane)

        asked = {"over": self.over, "between": ",".join(between), "map": as_texts(self.frontier)}
        return Plan(asked, lambda run: find_crossovers(run, factor, names, plane))


@dataclass(frozen=True, eq=False)
class BreakevenFinding(Finding):
    """Where the recommendation changes along `factor` among the strategies `names`, and on the map of `plane`, if any.

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


def check_grid_sizes(factor: Factor, plane: Sequence[Factor]) -> None:
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


def find_crossovers(
    run: DecisionRun, factor: Factor, names: Sequence[str], plane: Sequence[Factor] = ()
) -> BreakevenFinding:
    """Find where strategies change places along a factor, and draw the map of two where one is asked for.

    Args:
        run: Open; its tables are written as they come.
        factor: Along which one looks.
        names: The strategies compared.
        plane: The two sides of a map, or none.

    Returns:
        The finding, with the tables breakeven, breakeven_curve and, with a plane, frontier.

    Raises:
        InputError: Where no point of the factor's range is of a possible market.
    """
    search = CrossoverSearch(run, factor, names)
    best = search.find_best()
    others = search.find_others(best)
    rows = [crossover_row(each, factor, run.scenario) for each in (*best, *others)]
    tables = {"breakeven": build_frame(rows, CROSSOVERS), "breakeven_curve": search.table()}
    if plane:
        tables["frontier"] = build_frontier(run, plane, names)
    return BreakevenFinding(
        run.scenario, tables, factor, tuple(names), tuple(search.points), tuple(best), tuple(others), tuple(plane)
    )


class CrossoverSearch:
    """The search along one factor: a grid, points between where the winner changes, and a curve through them.

    `points`: all that were simulated so far, in the order in which they came.
    """

    def __init__(self, run: DecisionRun, factor: Factor, names: Sequence[str]) -> None:
        self.run, self.factor, self.names = run, factor, tuple(names)
        self.points: list[Point] = []

    @property
    def usable(self) -> list[Point]:
        """The points that could be simulated, lowest first."""
        return usable_points(self.points, self.factor)

    def find_best(self) -> list[Crossover]:
        """Find where the winner changes, lowest value first, at most three places being looked at closely.

        Raises:
            InputError: Where no point of the range is of a possible market.
        """
        self.evaluate(self.factor.grid_points())
        self.narrow_edges()
        if not self.usable:
            raise InputError(Problem(self.points[0].error, self.factor.path, OVER, "choose another range"))
        winners = [(point, rank_by_mean(point.of(NPV))[0]) for point in self.usable]
        brackets = [(low, high, below, above) for (low, below), (high, above) in pairwise(winners) if below != above][
            :MOST_CROSSOVERS
        ]
        self.evaluate([value for bracket in brackets for value in self.values_inside(*bracket)])
        return [self.locate(*bracket) for bracket in brackets]

    def find_others(self, known: Sequence[Crossover]) -> list[Crossover]:
        """Find where the other pairs of strategies change places, from the points that there are."""
        pairs, found = [{crossover.below, crossover.above} for crossover in known], []
        for one, other in combinations(self.names, 2):
            if {one, other} not in pairs:
                for low, high in pairwise(self.usable):
                    below, above = (float(gap(point, one, other).mean()) for point in (low, high))
                    if below * above < 0:
                        order = (one, other) if below > 0 else (other, one)
                        found.append(replace(self.locate(low, high, *order), decides=False))
        return found

    def table(self) -> pd.DataFrame:
        """Return the curve: a row a point and strategy, those that could not be simulated with their error."""
        ordered = sorted(self.points, key=self.value)
        recommended = recommended_today(self.run.scenario, self.factor, self.usable)
        return build_frame([row for point in ordered for row in curve_rows(point, self.factor, recommended)], CURVE)

    def evaluate(self, values: Sequence[float]) -> None:
        """Simulate the strategies at values of the factor that are not known yet."""
        known = {self.value(point) for point in self.points}
        design = [{self.factor.path: value} for value in dict.fromkeys(values) if value not in known]
        scenario = self.run.scenario
        replications = range(scenario.replications)
        for point in evaluate_points(self.run.evaluator, scenario, design, self.names, replications):
            self.points.append(point)
            self.run.stream("breakeven_curve", CURVE, list(self.table().itertuples(index=False, name=None)))

    def narrow_edges(self) -> None:
        """Halve a few times between a point that no market can be at and the next that one can."""
        for _ in range(HALVINGS):
            ordered = sorted(self.points, key=self.value)
            edges = [(one, other) for one, other in pairwise(ordered) if bool(one.error) != bool(other.error)]
            self.evaluate([self.value_between(one, other, 0.5) for one, other in edges])

    def values_inside(self, low: Point, high: Point, one: str, other: str) -> list[float]:
        """Return three values in a bracket: where straight lines put the zero, and half-way to either end."""
        below, above = (float(gap(point, one, other).mean()) for point in (low, high))
        share = min(0.8, max(0.2, below / (below - above)))
        return [self.value_between(low, high, part) for part in (share / 2, share, (1 + share) / 2)]

    def value_between(self, low: Point, high: Point, share: float) -> float:
        """Return the value at a share (0 to 1) of the way between two points."""
        a, b = self.value(low), self.value(high)
        return self.factor.round(a * (b / a) ** share if self.factor.is_geometric else a + share * (b - a))

    def locate(self, low: Point, high: Point, below: str, above: str) -> Crossover:
        """Locate a crossover between two points by the curve through all, with its interval."""
        points = self.usable
        x = np.array([self.value(point) for point in points])
        y = np.stack([gap(point, below, above) for point in points], axis=1)
        at = zero_between(Curves(x, y, self.factor.is_geometric), self.value(low), self.value(high))
        return Crossover(at, below, above)

    def value(self, point: Point) -> float:
        """Return the factor's value at a point."""
        return point.values[self.factor.path]


def gap(point: Point, one: str, other: str) -> np.ndarray:
    """Return by how much one strategy's net present value exceeds another's: float64 (replications,)."""
    return point.of(NPV)[one] - point.of(NPV)[other]


def curve_rows(point: Point, factor: Factor, recommended: str) -> list[Row]:
    """Return a point's rows of the curve; one row with the error where there are no figures."""
    value = point.values[factor.path]
    if point.error:
        return [(factor.path, factor.unit, value, "", nan, nan, nan, nan, "", nan, 0, point.error)]
    npv = point.of(NPV)
    first, best = next(iter(npv)), rank_by_mean(npv)[0]
    regret = float((npv[best] - npv.get(recommended, npv[best])).mean())
    rows: list[Row] = []
    for name, figures in npv.items():
        lead = Interval() if name == first else paired(figures, npv[first])
        is_best = "yes" if name == best else "no"
        own = (value, name, interval(figures).mean, lead.mean, lead.low, lead.high)
        rows.append((factor.path, factor.unit, *own, is_best, regret, len(figures), ""))
    return rows


def crossover_row(crossover: Crossover, factor: Factor, scenario: Scenario) -> Row:
    """Return a crossover's row of the table; an endless end is empty."""
    at = crossover.at
    decides = "turns" if crossover.decides else "stays"
    today = scenario.flat()[factor.path]
    return (factor.path, factor.unit, today, at.mean, at.low, at.high, crossover.below, crossover.above, decides, at.n)


def build_frontier(run: DecisionRun, plane: Sequence[Factor], names: Sequence[str]) -> pd.DataFrame:
    """Return who wins over two parameters: a row a cell, with the lead over the runner-up and its regret."""
    scenario, paths = run.scenario, [factor.path for factor in plane]
    columns = (*paths, *FRONTIER)
    replications = range(min(scenario.replications, MAP_REPLICATIONS))
    today = evaluate_today(run.evaluator, scenario, names, replications)
    recommended = rank_by_mean(today.of(NPV))[0]
    rows: list[Row] = []
    for point in evaluate_points(run.evaluator, scenario, grid_design(plane), names, replications):
        rows.append((*(point.values[path] for path in paths), *frontier_cell(point, recommended)))
        run.stream("frontier", columns, rows)
    return build_frame(sorted(rows, key=lambda each: each[:2]), columns)


def frontier_cell(point: Point, recommended: str) -> Row:
    """Return who wins at a point, by how much, and what keeping to today's recommendation would lose."""
    if point.error:
        return ("", "", nan, nan, nan, "", recommended, nan, 0, point.error)
    npv = point.of(NPV)
    if len(npv) == 1:
        return (recommended, "", nan, nan, nan, "", recommended, 0.0, len(npv[recommended]), "")
    contest = compare_best(npv)
    regret = float((npv[contest.best] - npv[recommended]).mean())
    lead = contest.difference
    is_sure = "yes" if contest.decided else "no"
    return (contest.best, contest.second, lead.mean, lead.low, lead.high, is_sure, recommended, regret, lead.n, "")
