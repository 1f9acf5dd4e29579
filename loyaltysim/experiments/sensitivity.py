"""Which assumptions does the answer hang on: which move it most, and which turn it?

First Morris's trajectories over everything uncertain (SALib): a screening by elementary effects, which says between which
inputs products matter. Then Sobol's shares of variance, from a polynomial fitted to all simulated points (Morris's and a
Latin hypercube): each point's market must be solved anew, so that Saltelli's thousands of points are out of reach. What turns
the recommendation is read from the polynomials of all strategies' gains, and valued in money: what it would be worth to know
(the expected value of partial perfect information).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loyaltysim.analysis.surrogate_analysis import SENSITIVITY, SurrogateResult, analyse_surrogate
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import factors as reading
from loyaltysim.experiments.defaults import MOST_POINTS, SENSITIVITY_POINTS, SENSITIVITY_REPLICATIONS, TRAJECTORIES
from loyaltysim.experiments.designs import (
    Point,
    check_max_points,
    check_size,
    evaluate_points,
    non_default_max_points,
    sample_design,
)
from loyaltysim.experiments.options import (
    NPV,
    Decision,
    DecisionRun,
    StudyOptions,
    as_texts,
    build_frame,
    calibrate_scenario,
    open_decision,
    prepare_scenario,
    require_two_strategies,
    show_study_options,
)
from loyaltysim.reporting.text import sensitivity as words
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from loyaltysim.experiments.factors import Factor
    from loyaltysim.scenario import Scenario

# The points of a study of what is uncertain: simulated as they come, kept in the order in which they were planned.

POINT = ("strategy", "npv", "gain", "replications", "error")


def mean_gain(points: Sequence[Point], name: str) -> np.ndarray:
    """Give a strategy's mean gain on the first at each point: float64, (m,)."""
    import numpy as np

    first = next(iter(points[0].figures))
    return np.array([float((point.of(NPV)[name] - point.of(NPV)[first]).mean()) for point in points])


class DesignRunner:
    """The points of a study as they come, in the order in which they were planned."""

    def __init__(self, inquiry: DecisionRun, axes: Sequence[Factor]) -> None:
        self._inquiry, self._spec, self._axes = inquiry, inquiry.spec, axes
        self._points: dict[int, Point] = {}
        self.pair = ("", "")

    def today(self) -> dict[str, float]:
        """Simulate today's values; gives each strategy's gain there, and settles which difference decides."""
        luck = range(self._spec.replications)
        point = next(iter(evaluate_points(self._inquiry.lab, self._spec, [{}], tuple(self._spec.strategies), luck)))
        worth = point.of(NPV)
        best, second = rank_by_mean(worth)[:2]
        self.pair = best, second
        return {name: float(mean_gain([point], name)[0]) for name in worth}

    def all_of(self, planned: Sequence[Mapping[str, float]]) -> None:
        """Simulate what is planned, streaming the points."""
        luck = range(self._spec.replications)
        for point in evaluate_points(self._inquiry.lab, self._spec, planned, tuple(self._spec.strategies), luck):
            self._points[point.number] = point
            self._inquiry.stream("points", self._columns(), list(self._rows()))

    def known(self) -> list[Point]:
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

    def why_not(self) -> str:
        """Give the error of the first point that could not be simulated."""
        return next((point.error for point in self._points.values() if point.error), "too few points")

    def lost(self) -> str:
        """Say how many points are of no possible market; empty where all are."""
        gone = sum(bool(point.error) for point in self._points.values())
        return f"{gone} of {len(self._points)} points are of no possible market: {self.why_not()}." if gone else ""

    def _columns(self) -> tuple[str, ...]:
        return ("point", *(axis.path for axis in self._axes), *POINT)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        empty = float("nan")
        for number in sorted(self._points):
            point = self._points[number]
            head = (number + 1, *(point.values[axis.path] for axis in self._axes))
            if point.error:
                yield (*head, "", empty, empty, 0, point.error)
            for name, worth in point.of(NPV).items() if not point.error else ():
                yield (*head, name, float(worth.mean()), float(mean_gain([point], name)[0]), len(worth), "")


LEVELS, FEWEST, MOST = 4, 8, 20_000


@show_study_options
def sensitivity(
    scenario: Any,
    *,
    over: str | Sequence[str] = (),
    points: int | None = None,
    trajectories: int = TRAJECTORIES,
    most_points: int = MOST_POINTS,
    **asked: Any,
) -> Decision:
    """Find what the recommendation of a scenario (a file's path or a Scenario) hangs on.

    `over`: texts `PATH=LOW:HIGH`, by default the `uncertain` block; `trajectories`: of Morris's screening; `points`: of
    the Latin hypercube besides; `most_points`: of both, beyond which it is refused. Tables: `sensitivity` (a row an input) and `points` (a row a point and strategy). Raises
    InputError and RunError.
    """
    usual, over = StudyOptions(**asked), as_texts(over)
    spec = prepare_scenario(scenario, usual, SENSITIVITY_REPLICATIONS)
    require_two_strategies(spec, "sensitivity")
    axes = read_factors(spec, over)
    more = SENSITIVITY_POINTS if points is None else points
    check_today(axes, spec)
    check_sizes(trajectories, more)
    check_levels(trajectories * (len(axes) + 1) + more)
    check_max_points(most_points)
    check_size(
        trajectories * (len(axes) + 1) + more, spec, most_points, "--points", "take fewer points or trajectories"
    )
    spec = calibrate_scenario(spec, usual)
    options = {
        "over": list(over or spec.uncertain),
        "points": more,
        "trajectories": trajectories,
    } | non_default_max_points(most_points)
    with open_decision("sensitivity", spec, usual, options) as inquiry:
        morris = morris_points(axes, trajectories, spec.seed)
        filling = sample_design("lhs", axes, more, spec.seed)
        tried = DesignRunner(inquiry, axes)
        today = tried.today()
        tried.all_of([*morris, *filling])
        known = tried.known()
        if len(known) < FEWEST:
            raise InputError(Problem(tried.why_not(), where=reading.OVER, cure="narrow the ranges"))
        effects = elementary_effects(axes, morris, tried, trajectories, spec.seed)
        found = analyse_surrogate(
            scale_factor(axes, [point.values for point in known]),
            {name: mean_gain(known, name) for name in spec.strategies},
            scale_factor(axes, [spec.flat()])[0],
            today,
            effects,
            spec.seed,
        )
        table = build_frame(sensitivity_rows(axes, spec, found), SENSITIVITY)
        tables = {"sensitivity": table, "points": tried.table()}
        told = words.render_answer(spec, table, found)
        notes = [
            words.describe_switches(spec, table, found),
            words.describe_method(found, len(known), spec.replications, len(axes)),
            tried.lost(),
        ]
        return inquiry.concluded(told, tables, notes)


def read_factors(spec: Scenario, over: Sequence[str]) -> list[Factor]:
    """Give the inputs: those named, or the scenario's `uncertain` block; raises InputError without any."""
    chosen = list(over or spec.uncertain)
    if not chosen:
        cure = "name ranges below `uncertain` in the file, or write --over PATH=LOW:HIGH"
        raise InputError(Problem("nothing is said to be uncertain", "uncertain", reading.OVER, cure))
    axes = [reading.read_factor(text, spec) for text in chosen]
    reading.check_unique(axes)
    return axes


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


def check_today(axes: Sequence[Factor], spec: Scenario) -> None:
    """Refuse ranges without today's value: what turns the recommendation is told from today on, each input by itself."""
    for axis in axes:
        today = float(spec.flat()[axis.path])
        if not axis.low <= today <= axis.high:
            what = f"today's value, {today:.10g}, does not lie from {axis.low:.10g} to {axis.high:.10g}"
            cure = "take a range that holds it, or change today's value: --set PATH=VALUE"
            raise InputError(Problem(what, axis.path, reading.OVER, cure))


def morris_problem(axes: Sequence[Factor]) -> dict[str, Any]:
    """Describe the inputs as SALib wants them."""
    return {
        "num_vars": len(axes),
        "names": [axis.path for axis in axes],
        "bounds": [[axis.low, axis.high] for axis in axes],
    }


def morris_points(axes: Sequence[Factor], trajectories: int, seed: int) -> list[dict[str, float]]:
    """Give Morris's trajectories: each changes one input after the other, from a start of its own."""
    from SALib.sample import morris

    drawn = morris.sample(morris_problem(axes), trajectories, num_levels=LEVELS, seed=seed % 2**32)
    return [{axis.path: axis.fitted(float(value)) for axis, value in zip(axes, row, strict=True)} for row in drawn]


def elementary_effects(
    axes: Sequence[Factor], planned: Sequence[Mapping[str, float]], tried: DesignRunner, trajectories: int, seed: int
) -> dict[str, np.ndarray]:
    """Give Morris's mean absolute effect of each input on the deciding difference, its 95 % half-width, and the spread.

    Trajectories with a point that could not be simulated are left out.
    """
    import numpy as np
    from SALib.analyze import morris

    length = len(axes) + 1
    decides = tried.deciding(planned)
    whole = [t for t in range(trajectories) if np.isfinite(decides[t * length : (t + 1) * length]).all()]
    blank = np.full(len(axes), np.nan)
    if len(whole) < 2:
        return {"mu_star": blank, "mu_star_conf": blank, "sigma": blank}
    rows = [row for t in whole for row in range(t * length, (t + 1) * length)]
    x = np.array([[planned[row][axis.path] for axis in axes] for row in rows])
    result = morris.analyze(morris_problem(axes), x, decides[rows], num_levels=LEVELS, seed=seed % 2**32)
    return {name: np.asarray(result[name], dtype=float) for name in ("mu_star", "mu_star_conf", "sigma")}


def scale_factor(axes: Sequence[Factor], points: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Give points as float64, (m, k), each input from -1 at its low to 1 at its high."""
    import numpy as np

    return np.array([[2 * (float(p[a.path]) - a.low) / (a.high - a.low) - 1 for a in axes] for p in points])


def sensitivity_rows(axes: Sequence[Factor], spec: Scenario, found: SurrogateResult) -> list[tuple[Any, ...]]:
    """Give the table's rows, what it is worth most to know first, then what moves the difference most.

    What turns it, and what it is worth to know, is empty where the polynomial foretells too little to tell.
    """
    lines, unknown = [], float("nan")
    tells = found.is_usable
    for i, axis in enumerate(axes):
        turned = axis.at((found.turns_at[i] + 1) / 2) if tells and found.turns_at[i] == found.turns_at[i] else unknown
        lines.append(
            (axis.path, axis.unit, axis.low, axis.high, float(spec.flat()[axis.path]), *(float(found.effects[n][i]) for n in
             ("mu_star", "mu_star_conf", "sigma")), *(float(v[i]) for v in (found.first, found.first_low, found.first_high,
             found.total, found.total_low, found.total_high, found.low_gain, found.high_gain)), turned, found.turns_to[i] if tells else "",
             float(found.worth_knowing[i]) if tells else unknown)
        )  # fmt: skip
    return sorted(lines, key=lambda line: (-line[-1] if tells else 0.0, -line[11]))
