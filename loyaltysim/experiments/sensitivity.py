"""Which assumptions does the answer hang on: which move it most, and which turn it?

First Morris's trajectories over everything uncertain (SALib): a screening by elementary effects, which says between which
inputs products matter. Then Sobol's shares of variance, from a polynomial fitted to all simulated points (Morris's and a
Latin hypercube): each point's market must be solved anew, so that Saltelli's thousands of points are out of reach. What turns
the recommendation is read from the polynomials of all strategies' gains, and valued in money: what it would be worth to know
(the expected value of partial perfect information).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loyaltysim.analysis.surrogate_analysis import SurrogateResult, analyse_surrogate
from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments import axes as reading
from loyaltysim.experiments.decision import (
    Asked,
    Decision,
    asked_as_usual,
    begun,
    frame,
    needs,
    prepared,
    solved,
    two_strategies,
)
from loyaltysim.experiments.defaults import MOST_POINTS, SENSITIVITY_POINTS, SENSITIVITY_REPLICATIONS, TRAJECTORIES
from loyaltysim.experiments.designs import insisted, refuse_many, refuse_odd_most, spread
from loyaltysim.experiments.texts import texts
from loyaltysim.experiments.tried import Tried, mean_gain
from loyaltysim.report import sensitivity_words as words

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.experiments.axes import Axis
    from loyaltysim.scenario import Scenario

LEVELS, FEWEST, MOST = 4, 8, 20_000


@asked_as_usual
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
    usual, over = Asked(**asked), texts(over)
    spec = prepared(scenario, usual, SENSITIVITY_REPLICATIONS)
    two_strategies(spec, "sensitivity")
    needs("SALib", "sensitivity")
    axes = read_axes(spec, over)
    more = SENSITIVITY_POINTS if points is None else points
    refuse_far_from_today(axes, spec)
    refuse_sizes(trajectories, more)
    refuse_few(trajectories * (len(axes) + 1) + more)
    refuse_odd_most(most_points)
    refuse_many(
        trajectories * (len(axes) + 1) + more, spec, most_points, "--points", "take fewer points or trajectories"
    )
    spec = solved(spec, usual)
    options = {"over": list(over or spec.uncertain), "points": more, "trajectories": trajectories} | insisted(
        most_points
    )
    with begun("sensitivity", spec, usual, options) as inquiry:
        morris = morris_points(axes, trajectories, spec.seed)
        filling = spread("lhs", axes, more, spec.seed)
        tried = Tried(inquiry, axes)
        today = tried.today()
        tried.all_of([*morris, *filling])
        known = tried.known()
        if len(known) < FEWEST:
            raise InputError(Problem(tried.why_not(), where=reading.OVER, cure="narrow the ranges"))
        effects = elementary_effects(axes, morris, tried, trajectories, spec.seed)
        found = analyse_surrogate(
            scaled(axes, [point.values for point in known]),
            {name: mean_gain(known, name) for name in spec.strategies},
            scaled(axes, [spec.flat()])[0],
            today,
            effects,
            spec.seed,
        )
        table = frame(rows(axes, spec, found), words.COLUMNS)
        tables = {"sensitivity": table, "points": tried.table()}
        told = words.answer(spec, table, found)
        notes = [
            words.turning(spec, table, found),
            words.how(found, len(known), spec.replications, len(axes)),
            tried.lost(),
        ]
        return inquiry.concluded(told, tables, notes)


def read_axes(spec: Scenario, over: Sequence[str]) -> list[Axis]:
    """Give the inputs: those named, or the scenario's `uncertain` block; raises InputError without any."""
    chosen = list(over or spec.uncertain)
    if not chosen:
        cure = "name ranges below `uncertain` in the file, or write --over PATH=LOW:HIGH"
        raise InputError(Problem("nothing is said to be uncertain", "uncertain", reading.OVER, cure))
    axes = [reading.read_axis(text, spec) for text in chosen]
    reading.refuse_twice(axes)
    return axes


def refuse_sizes(trajectories: int, points: int) -> None:
    """Refuse designs too small to say anything, or too large to end."""
    if not 2 <= trajectories <= MOST:
        raise InputError(Problem(f"{trajectories} trajectories", where="--trajectories", cure=f"write 2 to {MOST:,}"))
    if not 0 <= points <= MOST:
        raise InputError(Problem(f"{points} points", where="--points", cure=f"write 0 to {MOST:,}"))


def refuse_few(points: int) -> None:
    """Refuse fewer points than a polynomial can be drawn through."""
    if points < FEWEST:
        cure = "write more --points, or more --trajectories"
        raise InputError(Problem(f"{points} points in all are too few; it takes {FEWEST}", where="--points", cure=cure))


def refuse_far_from_today(axes: Sequence[Axis], spec: Scenario) -> None:
    """Refuse ranges without today's value: what turns the recommendation is told from today on, each input by itself."""
    for axis in axes:
        today = float(spec.flat()[axis.path])
        if not axis.low <= today <= axis.high:
            what = f"today's value, {today:.10g}, does not lie from {axis.low:.10g} to {axis.high:.10g}"
            cure = "take a range that holds it, or change today's value: --set PATH=VALUE"
            raise InputError(Problem(what, axis.path, reading.OVER, cure))


def problem(axes: Sequence[Axis]) -> dict[str, Any]:
    """Describe the inputs as SALib wants them."""
    return {
        "num_vars": len(axes),
        "names": [axis.path for axis in axes],
        "bounds": [[axis.low, axis.high] for axis in axes],
    }


def morris_points(axes: Sequence[Axis], trajectories: int, seed: int) -> list[dict[str, float]]:
    """Give Morris's trajectories: each changes one input after the other, from a start of its own."""
    from SALib.sample import morris

    drawn = morris.sample(problem(axes), trajectories, num_levels=LEVELS, seed=seed % 2**32)
    return [{axis.path: axis.fitted(float(value)) for axis, value in zip(axes, row, strict=True)} for row in drawn]


def elementary_effects(
    axes: Sequence[Axis], planned: Sequence[Mapping[str, float]], tried: Tried, trajectories: int, seed: int
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
    result = morris.analyze(problem(axes), x, decides[rows], num_levels=LEVELS, seed=seed % 2**32)
    return {name: np.asarray(result[name], dtype=float) for name in ("mu_star", "mu_star_conf", "sigma")}


def scaled(axes: Sequence[Axis], points: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Give points as float64, (m, k), each input from -1 at its low to 1 at its high."""
    import numpy as np

    return np.array([[2 * (float(p[a.path]) - a.low) / (a.high - a.low) - 1 for a in axes] for p in points])


def rows(axes: Sequence[Axis], spec: Scenario, found: SurrogateResult) -> list[tuple[Any, ...]]:
    """Give the table's rows, what it is worth most to know first, then what moves the difference most.

    What turns it, and what it is worth to know, is empty where the polynomial foretells too little to tell.
    """
    lines, unknown = [], float("nan")
    tells = found.foretells >= words.NO_USE
    for i, axis in enumerate(axes):
        turned = axis.at((found.turns_at[i] + 1) / 2) if tells and found.turns_at[i] == found.turns_at[i] else unknown
        lines.append(
            (axis.path, axis.unit, axis.low, axis.high, float(spec.flat()[axis.path]), *(float(found.effects[n][i]) for n in
             ("mu_star", "mu_star_conf", "sigma")), *(float(v[i]) for v in (found.first, found.first_low, found.first_high,
             found.total, found.total_low, found.total_high, found.low_gain, found.high_gain)), turned, found.turns_to[i] if tells else "",
             float(found.worth_knowing[i]) if tells else unknown)
        )  # fmt: skip
    return sorted(lines, key=lambda line: (-line[-1] if tells else 0.0, -line[11]))
