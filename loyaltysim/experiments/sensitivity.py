"""Which assumptions does the answer hang on: which move it most, and which turn it?

First Morris's trajectories over everything uncertain (SALib): a screening by elementary effects, which says between
which inputs products matter. Then Sobol's shares of variance, from a polynomial fitted to all simulated points
(Morris's and a Latin hypercube): each point's market must be solved anew, so that Saltelli's thousands of points are
out of reach. What turns the recommendation is read from the polynomials of all strategies' gains, and valued in money:
what it would be worth to know (the expected value of partial perfect information).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, ClassVar

from loyaltysim.analysis.surrogate_analysis import SENSITIVITY, SurrogateResult, analyse_surrogate
from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.lazy import np
from loyaltysim.experiments import decision
from loyaltysim.experiments.decision import NPV, DecisionRun, Finding, Plan, Row, build_frame, require_two_strategies
from loyaltysim.experiments.designs import (
    OVER,
    Factor,
    Point,
    check_max_points,
    check_size,
    check_unique,
    evaluate_points,
    read_factor,
    sample_design,
)
from loyaltysim.experiments.options import MOST_POINTS, as_texts, most_points_option, option
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

TRAJECTORIES, POINTS = 4, 16
"""How many trajectories of Morris's are taken, and how many points of a Latin hypercube besides."""
POINT_COLUMNS = ("strategy", "npv", "gain", "replications", "error")
"""What is written of each strategy at each point, behind the point's number and values."""
LEVELS = 4
"""On how many levels Morris's trajectories move."""
FEWEST, MOST = 8, 20_000
"""How many points a polynomial takes at least, and how many trajectories or points are drawn at most."""


@dataclass(frozen=True)
class Question(decision.Question):
    """Say which assumptions the answer to SCENARIO hangs on (Morris, Sobol), and which of them turn it."""

    verb: ClassVar[str] = "sensitivity"
    most_replications: ClassVar[int] = 2

    over: str | Sequence[str] = option(
        (),
        "What is uncertain, and its range; say it again for another (default: the scenario's `uncertain` block).",
        metavar="PATH=LOW:HIGH",
        several=True,
    )
    trajectories: int = option(TRAJECTORIES, f"Of Morris's screening (default: {TRAJECTORIES}).", metavar="N")
    points: int | None = option(None, f"Of the Latin hypercube besides (default: {POINTS}).", metavar="N")
    most_points: int = most_points_option()

    def plan(self, scenario: Scenario) -> Plan:
        """Check the ranges and the size of the design. Raises InputError."""
        require_two_strategies(scenario, self.verb)
        over = as_texts(self.over)
        factors = read_factors(scenario, over)
        points = POINTS if self.points is None else self.points
        size = self.trajectories * (len(factors) + 1) + points
        check_today(factors, scenario)
        check_counts(self.trajectories, points)
        if size < FEWEST:
            what, cure = (
                f"{size} points in all are too few; it takes {FEWEST}",
                "write more --points, or more --trajectories",
            )
            raise InputError(Problem(what, where="--points", cure=cure))
        check_max_points(self.most_points)
        check_size(size, scenario, self.most_points, "--points", "take fewer points or trajectories")
        asked: dict[str, object] = {
            "over": list(over or scenario.uncertain),
            "points": points,
            "trajectories": self.trajectories,
        }
        return Plan(
            asked | ({} if self.most_points == MOST_POINTS else {"most_points": self.most_points}),
            lambda run: find_sensitivity(run, factors, self.trajectories, points),
        )


@dataclass(frozen=True, eq=False)
class SensitivityFinding(Finding):
    """What the recommendation hangs on over so many `factors`, from `points` that could be simulated.

    `impossible`: how many points are of no possible market, and the first one's error.
    """

    surrogate: SurrogateResult
    factors: int
    points: int
    impossible: int
    first_error: str


def find_sensitivity(run: DecisionRun, factors: Sequence[Factor], trajectories: int, points: int) -> SensitivityFinding:
    """Simulate Morris's trajectories and a Latin hypercube, and read from polynomials what moves and what turns.

    Args:
        run: Open; its tables are written as they come.
        factors: What is uncertain, each range holding today's value.
        trajectories: How many trajectories of Morris's.
        points: How many points of the Latin hypercube.

    Returns:
        The finding, with the tables sensitivity (a row a factor) and points (a row a point and strategy).

    Raises:
        InputError: Where too few points are of a possible market.
    """
    scenario = run.scenario
    screening = morris_design(factors, trajectories, scenario.seed)
    filling = sample_design("lhs", factors, points, scenario.seed)
    runner = DesignRunner(run, factors)
    gains_today = runner.evaluate_today()
    runner.evaluate([*screening, *filling])
    completed = runner.completed()
    if len(completed) < FEWEST:
        raise InputError(Problem(runner.first_error() or "too few points", where=OVER, cure="narrow the ranges"))
    effects = elementary_effects(factors, screening, runner.deciding_differences(len(screening)), scenario.seed)
    surrogate = analyse_surrogate(
        scale_points(factors, [point.values for point in completed]),
        {name: mean_gains(completed, name) for name in scenario.strategies},
        scale_points(factors, [today_values(factors, scenario)])[0],
        gains_today,
        effects,
        scenario.seed,
    )
    tables = {
        "sensitivity": build_frame(sensitivity_rows(factors, scenario, surrogate), SENSITIVITY),
        "points": runner.table(),
    }
    return SensitivityFinding(
        scenario, tables, surrogate, len(factors), len(completed), runner.failed(), runner.first_error()
    )


def read_factors(scenario: Scenario, over: Sequence[str]) -> list[Factor]:
    """Return the factors: those named, or the scenario's `uncertain` block. Raises InputError without any."""
    chosen = list(over or scenario.uncertain)
    if not chosen:
        cure = "name ranges below `uncertain` in the file, or write --over PATH=LOW:HIGH"
        raise InputError(Problem("nothing is said to be uncertain", "uncertain", OVER, cure))
    factors = [read_factor(text, scenario) for text in chosen]
    check_unique(factors)
    return factors


def check_counts(trajectories: int, points: int) -> None:
    """Refuse designs too small to say anything, or too large to end. Raises InputError."""
    if not 2 <= trajectories <= MOST:
        raise InputError(Problem(f"{trajectories} trajectories", where="--trajectories", cure=f"write 2 to {MOST:,}"))
    if not 0 <= points <= MOST:
        raise InputError(Problem(f"{points} points", where="--points", cure=f"write 0 to {MOST:,}"))


def check_today(factors: Sequence[Factor], scenario: Scenario) -> None:
    """Refuse ranges without today's value. Raises InputError.

    What turns the recommendation is told from today on, each factor by itself.
    """
    for factor, today in zip(factors, today_values(factors, scenario).values(), strict=True):
        if not factor.low <= today <= factor.high:
            what = f"today's value, {today:.10g}, does not lie from {factor.low:.10g} to {factor.high:.10g}"
            cure = "take a range that holds it, or change today's value: --set PATH=VALUE"
            raise InputError(Problem(what, factor.path, OVER, cure))


def today_values(factors: Sequence[Factor], scenario: Scenario) -> dict[str, float]:
    """Return today's value of each factor by path."""
    values = scenario.flat()
    return {factor.path: float(values[factor.path]) for factor in factors}


def morris_problem(factors: Sequence[Factor]) -> dict[str, object]:
    """Describe the factors as SALib wants them."""
    return {
        "num_vars": len(factors),
        "names": [factor.path for factor in factors],
        "bounds": [[factor.low, factor.high] for factor in factors],
    }


def morris_design(factors: Sequence[Factor], trajectories: int, seed: int) -> list[dict[str, float]]:
    """Return Morris's trajectories: each changes one factor after the other, from a start of its own.

    Returns:
        The points, a trajectory's (k + 1 for k factors) behind each other.
    """
    from SALib.sample import morris

    drawn = morris.sample(morris_problem(factors), trajectories, num_levels=LEVELS, seed=seed % 2**32)
    return [
        {factor.path: factor.round(float(value)) for factor, value in zip(factors, row, strict=True)} for row in drawn
    ]


def elementary_effects(
    factors: Sequence[Factor], screening: Sequence[Mapping[str, float]], differences: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Return Morris's elementary effects of each factor on the deciding difference.

    Args:
        factors: The k factors.
        screening: The trajectories, k + 1 points each.
        differences: The deciding difference at each of these, float64 (m,); NaN where a point could not be simulated.
            Trajectories with such a point are left out.
        seed: Draws the interval's resamples.

    Returns:
        `mu_star`, the mean absolute effect, `mu_star_conf`, its 95 % half-width, and `sigma`, the spread: float64 (k,)
        each, NaN with fewer than two trajectories.
    """
    from SALib.analyze import morris

    length = len(factors) + 1
    starts = range(0, len(screening), length)
    complete = [start for start in starts if np.isfinite(differences[start : start + length]).all()]
    if len(complete) < 2:
        return {name: np.full(len(factors), np.nan) for name in ("mu_star", "mu_star_conf", "sigma")}
    rows = [row for start in complete for row in range(start, start + length)]
    x = np.array([[screening[row][factor.path] for factor in factors] for row in rows])
    result = morris.analyze(morris_problem(factors), x, differences[rows], num_levels=LEVELS, seed=seed % 2**32)
    return {name: np.asarray(result[name], dtype=float) for name in ("mu_star", "mu_star_conf", "sigma")}


def scale_points(factors: Sequence[Factor], points: Sequence[Mapping[str, float]]) -> np.ndarray:
    """Return points as float64 (m, k), each factor from -1 at its low to 1 at its high."""
    return np.array(
        [
            [2 * (point[factor.path] - factor.low) / (factor.high - factor.low) - 1 for factor in factors]
            for point in points
        ]
    )


def mean_gains(points: Sequence[Point], name: str) -> np.ndarray:
    """Return a strategy's mean gain on the first at each point: float64 (m,)."""
    first = next(iter(points[0].figures))
    return np.array([float((point.of(NPV)[name] - point.of(NPV)[first]).mean()) for point in points])


def sensitivity_rows(factors: Sequence[Factor], scenario: Scenario, found: SurrogateResult) -> list[Row]:
    """Return the table's rows, what it is worth most to know first, then what moves the difference most.

    What turns it, and what it is worth to know, is empty where the polynomial foretells too little to tell.
    """
    tells = found.is_usable
    moves = [found.effects[name] for name in ("mu_star", "mu_star_conf", "sigma")]
    for part in ("first", "first_low", "first_high", "total", "total_low", "total_high", "low_gain", "high_gain"):
        moves.append(getattr(found, part))
    ranked = []
    for i, (factor, today) in enumerate(zip(factors, today_values(factors, scenario).values(), strict=True)):
        turns_at, turns_to, worth_knowing = nan, "", nan
        if tells:
            at = float(found.turns_at[i])
            turns_at = nan if isnan(at) else factor.value_at((at + 1) / 2)
            turns_to, worth_knowing = found.turns_to[i], float(found.worth_knowing[i])
        figures = (float(figure[i]) for figure in moves)
        place = factor.path, factor.unit, factor.low, factor.high, today
        row = (*place, *figures, turns_at, turns_to, worth_knowing)
        ranked.append((-worth_knowing if tells else 0.0, -float(found.total[i]), row))
    return [row for *_, row in sorted(ranked, key=lambda each: each[:2])]


class DesignRunner:
    """The points of a design as they come, in the order in which they were planned.

    `pair`: the strategies whose difference decides, best first, once today's values have been simulated.
    """

    def __init__(self, run: DecisionRun, factors: Sequence[Factor]) -> None:
        self.run, self.factors = run, factors
        self.points: dict[int, Point] = {}
        self.pair = ("", "")
        self._columns = ("point", *(factor.path for factor in factors), *POINT_COLUMNS)

    def evaluate_today(self) -> dict[str, float]:
        """Simulate today's values, settle which difference decides, and return each strategy's gain on the first."""
        [point] = self.simulate([{}])
        if point.error:
            raise RunError(f"today's market could not be simulated: {point.error}")
        npv = point.of(NPV)
        best, second = rank_by_mean(npv)[:2]
        self.pair = best, second
        return {name: float(mean_gains([point], name)[0]) for name in npv}

    def evaluate(self, design: Sequence[Mapping[str, float]]) -> None:
        """Simulate a design, and write the points as they come."""
        for point in self.simulate(design):
            self.points[point.number] = point
            self.run.stream("points", self._columns, list(self.rows()))

    def simulate(self, design: Sequence[Mapping[str, float]]) -> Iterator[Point]:
        """Simulate all strategies at a design's points, in whatever order."""
        scenario = self.run.scenario
        strategies, replications = tuple(scenario.strategies), range(scenario.replications)
        return evaluate_points(self.run.evaluator, scenario, design, strategies, replications)

    def completed(self) -> list[Point]:
        """Return the points that could be simulated, in order."""
        return [self.points[number] for number in sorted(self.points) if not self.points[number].error]

    def deciding_differences(self, count: int) -> np.ndarray:
        """Return the deciding difference at the first `count` points: float64 (count,), NaN where there is none."""
        best, second = self.pair
        points = (self.points[number] for number in range(count))
        return np.array(
            [nan if point.error else float((point.of(NPV)[best] - point.of(NPV)[second]).mean()) for point in points]
        )

    def table(self) -> pd.DataFrame:
        """Return the points' table, a row a point and strategy."""
        return build_frame(self.rows(), self._columns)

    def first_error(self) -> str:
        """Return the error of the first point that could not be simulated; empty where all could."""
        return next((point.error for point in self.points.values() if point.error), "")

    def failed(self) -> int:
        """Return how many points are of no possible market."""
        return sum(bool(point.error) for point in self.points.values())

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the points' table, one with the error where there are no figures."""
        for number in sorted(self.points):
            point = self.points[number]
            place = (number + 1, *(point.values[factor.path] for factor in self.factors))
            if point.error:
                yield (*place, "", nan, nan, 0, point.error)
                continue
            for name, npv in point.of(NPV).items():
                yield (*place, name, float(npv.mean()), float(mean_gains([point], name)[0]), len(npv), "")
