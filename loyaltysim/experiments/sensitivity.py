"""Which assumptions does the answer hang on: which move it most, and which turn it?

First Morris's trajectories over everything uncertain (SALib): a screening by elementary effects, which says between which
inputs products matter. Then Sobol's shares of variance, from a polynomial fitted to all simulated points (Morris's and a
Latin hypercube): each point's market must be solved anew, so that Saltelli's thousands of points are out of reach. What turns
the recommendation is read from the polynomials of all strategies' gains, and valued in money: what it would be worth to know
(the expected value of partial perfect information).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from loyaltysim.analysis.surrogate_analysis import SENSITIVITY, SurrogateResult, analyse_surrogate
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import decision
from loyaltysim.experiments.decision import NPV, DecisionRun, Finding, Plan, Row, build_frame, require_two_strategies
from loyaltysim.experiments.designs import (
    Point,
    check_max_points,
    check_size,
    evaluate_points,
    max_points_option,
    non_default_max_points,
    sample_design,
)
from loyaltysim.experiments.factors import OVER, Factor, check_unique, read_factor
from loyaltysim.experiments.options import as_texts, option
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from loyaltysim.scenario import Scenario

TRAJECTORIES, POINTS = 4, 16
"""How many trajectories of Morris's are taken, and how many points of a Latin hypercube besides."""
LEVELS, FEWEST, MOST = 4, 8, 20_000
"""A share of the variance that is foretold at points left out, below which a polynomial tells nothing."""


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
    most_points: int = max_points_option()

    def plan(self, scenario: Scenario) -> Plan:
        """Check the ranges and the size of the design. Raises InputError."""
        require_two_strategies(scenario, self.verb)
        over = as_texts(self.over)
        factors = read_factors(scenario, over)
        points = POINTS if self.points is None else self.points
        size = self.trajectories * (len(factors) + 1) + points
        check_today(factors, scenario)
        check_sizes(self.trajectories, points)
        check_levels(size)
        check_max_points(self.most_points)
        check_size(size, scenario, self.most_points, "--points", "take fewer points or trajectories")
        asked: dict[str, object] = {
            "over": list(over or scenario.uncertain),
            "points": points,
            "trajectories": self.trajectories,
        }
        return Plan(
            asked | non_default_max_points(self.most_points),
            lambda run: find_sensitivity(run, factors, self.trajectories, points),
        )


def find_sensitivity(run: DecisionRun, factors: Sequence[Factor], trajectories: int, points: int) -> SensitivityFinding:
    """Simulate Morris's trajectories and a Latin hypercube, and read from polynomials what moves and what turns."""
    scenario = run.scenario
    screening = morris_points(factors, trajectories, scenario.seed)
    filling = sample_design("lhs", factors, points, scenario.seed)
    runner = DesignRunner(run, factors)
    today = runner.evaluate_today()
    runner.evaluate([*screening, *filling])
    completed = runner.completed()
    if len(completed) < FEWEST:
        raise InputError(Problem(runner.first_error() or "too few points", where=OVER, cure="narrow the ranges"))
    effects = elementary_effects(factors, screening, runner, trajectories, scenario.seed)
    found = analyse_surrogate(
        scale_factors(factors, [point.values for point in completed]),
        {name: mean_gain(completed, name) for name in scenario.strategies},
        scale_factors(factors, [scenario.flat()])[0],
        today,
        effects,
        scenario.seed,
    )
    table = build_frame(sensitivity_rows(factors, scenario, found), SENSITIVITY)
    return SensitivityFinding(
        scenario, {"sensitivity": table, "points": runner.table()}, found, len(factors), len(completed),
        runner.failed(), runner.first_error(),
    )  # fmt: skip


def read_factors(scenario: Scenario, over: Sequence[str]) -> list[Factor]:
    """Give the inputs: those named, or the scenario's `uncertain` block; raises InputError without any."""
    chosen = list(over or scenario.uncertain)
    if not chosen:
        cure = "name ranges below `uncertain` in the file, or write --over PATH=LOW:HIGH"
        raise InputError(Problem("nothing is said to be uncertain", "uncertain", OVER, cure))
    factors = [read_factor(text, scenario) for text in chosen]
    check_unique(factors)
    return factors


def check_sizes(trajectories: int, points: int) -> None:
    """Refuse designs too small to say anything, or too large to end."""
    if not 2 <= trajectories <= MOST:
        raise InputError(Problem(f"{trajectories} trajectories", where="--trajectories", cure=f"write 2 to {MOST:,}"))
    if not 0 <= points <= MOST:
        raise InputError(Problem(f"{points} points", where="--points", cure=f"write 0 to {MOST:,}"))


def check_levels(points: int) -> None:
    """Refuse fewer points than a polynomial can be drawn through."""
    if points < FEWEST:
        cure = "write more --points, or more --trajectories"
        raise InputError(Problem(f"{points} points in all are too few; it takes {FEWEST}", where="--points", cure=cure))


def check_today(factors: Sequence[Factor], scenario: Scenario) -> None:
    """Refuse ranges without today's value: what turns the recommendation is told from today on, each input by itself."""
    for factor in factors:
        today = float(scenario.flat()[factor.path])
        if not factor.low <= today <= factor.high:
            what = f"today's value, {today:.10g}, does not lie from {factor.low:.10g} to {factor.high:.10g}"
            cure = "take a range that holds it, or change today's value: --set PATH=VALUE"
            raise InputError(Problem(what, factor.path, OVER, cure))


def morris_problem(factors: Sequence[Factor]) -> dict[str, object]:
    """Describe the inputs as SALib wants them."""
    return {
        "num_vars": len(factors),
        "names": [factor.path for factor in factors],
        "bounds": [[factor.low, factor.high] for factor in factors],
    }


def morris_points(factors: Sequence[Factor], trajectories: int, seed: int) -> list[dict[str, float]]:
    """Give Morris's trajectories: each changes one input after the other, from a start of its own."""
    from SALib.sample import morris

    drawn = morris.sample(morris_problem(factors), trajectories, num_levels=LEVELS, seed=seed % 2**32)
    return [
        {factor.path: factor.fitted(float(value)) for factor, value in zip(factors, row, strict=True)} for row in drawn
    ]


def elementary_effects(
    factors: Sequence[Factor],
    planned: Sequence[Mapping[str, float]],
    runner: DesignRunner,
    trajectories: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Give Morris's mean absolute effect of each input on the deciding difference, its 95 % half-width, and the spread.

    Trajectories with a point that could not be simulated are left out.
    """
    import numpy as np
    from SALib.analyze import morris

    length = len(factors) + 1
    decides = runner.deciding(planned)
    whole = [t for t in range(trajectories) if np.isfinite(decides[t * length : (t + 1) * length]).all()]
    blank = np.full(len(factors), np.nan)
    if len(whole) < 2:
        return {"mu_star": blank, "mu_star_conf": blank, "sigma": blank}
    rows = [row for t in whole for row in range(t * length, (t + 1) * length)]
    x = np.array([[planned[row][factor.path] for factor in factors] for row in rows])
    result = morris.analyze(morris_problem(factors), x, decides[rows], num_levels=LEVELS, seed=seed % 2**32)
    return {name: np.asarray(result[name], dtype=float) for name in ("mu_star", "mu_star_conf", "sigma")}


def scale_factors(factors: Sequence[Factor], points: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Give points as float64, (m, k), each input from -1 at its low to 1 at its high."""
    import numpy as np

    return np.array([[2 * (float(p[a.path]) - a.low) / (a.high - a.low) - 1 for a in factors] for p in points])


def sensitivity_rows(factors: Sequence[Factor], scenario: Scenario, found: SurrogateResult) -> list[Row]:
    """Give the table's rows, what it is worth most to know first, then what moves the difference most.

    What turns it, and what it is worth to know, is empty where the polynomial foretells too little to tell.
    """
    lines: list[Row] = []
    unknown = float("nan")
    tells = found.is_usable
    for i, factor in enumerate(factors):
        turned = factor.at((found.turns_at[i] + 1) / 2) if tells and found.turns_at[i] == found.turns_at[i] else unknown
        lines.append(
            (factor.path, factor.unit, factor.low, factor.high, float(scenario.flat()[factor.path]), *(float(found.effects[n][i]) for n in
             ("mu_star", "mu_star_conf", "sigma")), *(float(v[i]) for v in (found.first, found.first_low, found.first_high,
             found.total, found.total_low, found.total_high, found.low_gain, found.high_gain)), turned, found.turns_to[i] if tells else "",
             float(found.worth_knowing[i]) if tells else unknown)
        )  # fmt: skip
    return sorted(lines, key=lambda line: (-line[-1] if tells else 0.0, -line[11]))


POINT = ("strategy", "npv", "gain", "replications", "error")


def mean_gain(points: Sequence[Point], name: str) -> np.ndarray:
    """Give a strategy's mean gain on the first at each point: float64, (m,)."""
    import numpy as np

    first = next(iter(points[0].figures))
    return np.array([float((point.of(NPV)[name] - point.of(NPV)[first]).mean()) for point in points])


class DesignRunner:
    """The points of a study as they come, in the order in which they were planned."""

    def __init__(self, run: DecisionRun, factors: Sequence[Factor]) -> None:
        self._run, self._scenario, self._factors = run, run.scenario, factors
        self._points: dict[int, Point] = {}
        self.pair = ("", "")

    def evaluate_today(self) -> dict[str, float]:
        """Simulate today's values; gives each strategy's gain there, and settles which difference decides."""
        replications = range(self._scenario.replications)
        point = next(
            iter(
                evaluate_points(
                    self._run.evaluator, self._scenario, [{}], tuple(self._scenario.strategies), replications
                )
            )
        )
        worth = point.of(NPV)
        best, second = rank_by_mean(worth)[:2]
        self.pair = best, second
        return {name: float(mean_gain([point], name)[0]) for name in worth}

    def evaluate(self, planned: Sequence[Mapping[str, float]]) -> None:
        """Simulate what is planned, streaming the points."""
        replications = range(self._scenario.replications)
        for point in evaluate_points(
            self._run.evaluator, self._scenario, planned, tuple(self._scenario.strategies), replications
        ):
            self._points[point.number] = point
            self._run.stream("points", self._columns(), list(self._rows()))

    def completed(self) -> list[Point]:
        """Give the points that could be simulated, in order."""
        return [self._points[number] for number in sorted(self._points) if not self._points[number].error]

    def deciding(self, planned: Sequence[Mapping[str, float]]) -> np.ndarray:
        """Give the deciding difference at the first points planned: float64, (m,), NaN where there is none."""
        import numpy as np

        one, other = self.pair
        points = (self._points[number] for number in range(len(planned)))
        return np.array([np.nan if p.error else float((p.of(NPV)[one] - p.of(NPV)[other]).mean()) for p in points])

    def table(self) -> pd.DataFrame:
        """Give the points' table."""
        return build_frame(self._rows(), self._columns())

    def first_error(self) -> str:
        """Return the error of the first point that could not be simulated; empty where all could."""
        return next((point.error for point in self._points.values() if point.error), "")

    def failed(self) -> int:
        """Return how many points are of no possible market."""
        return sum(bool(point.error) for point in self._points.values())

    def _columns(self) -> tuple[str, ...]:
        return ("point", *(factor.path for factor in self._factors), *POINT)

    def _rows(self) -> Iterator[Row]:
        empty = float("nan")
        for number in sorted(self._points):
            point = self._points[number]
            head = (number + 1, *(point.values[factor.path] for factor in self._factors))
            if point.error:
                yield (*head, "", empty, empty, 0, point.error)
            for name, worth in point.of(NPV).items() if not point.error else ():
                yield (*head, name, float(worth.mean()), float(mean_gain([point], name)[0]), len(worth), "")
