"""Designs: what a study varies, at which points, and what every strategy comes to there.

A factor is a parameter or lever with its range, `PATH=LOW:HIGH:STEPS`. A design is a grid, a Latin hypercube, Sobol'
points or a file of one's own; all its points are simulated on common random numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import isfinite, prod
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.core.errors import InputError, Problem, RunError
from loyaltysim.core.lazy import np
from loyaltysim.execution.evaluator import Evaluator, Request, Response
from loyaltysim.experiments.options import MOST_POINTS
from loyaltysim.scenario.ranges import SHARES
from loyaltysim.scenario.registry import format_range, format_value, is_numeric, parameter_registry, suggest
from loyaltysim.scenario.strategies import Change

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario
    from loyaltysim.scenario.strategies import Strategy

OVER = "--over"
EXAMPLE = f"write {OVER} stated.acquisition_cost=300:900:7"
HALF, THREE_TIMES = 0.5, 3.0
"""How far around today's value one looks where nobody says from where to where."""
WIDE = 3.0
"""The ratio of a range's ends from which its points are spread by ratio."""


@dataclass(frozen=True)
class Factor:
    """One parameter or lever and the range over which it is varied, in its own unit.

    `steps` of a grid, ends included.
    """

    path: str
    low: float
    high: float
    steps: int = 5

    @property
    def unit(self) -> str:
        """The unit as it is declared."""
        return parameter_registry()[self.path].unit

    @property
    def is_geometric(self) -> bool:
        """Whether its points are spread by ratio: where the range is wide and above zero."""
        return self.low > 0.0 and self.high / self.low >= WIDE

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return parameter_registry()[self.path].type == "int"

    @property
    def count(self) -> int:
        """How many points its grid has, at most."""
        return min(self.steps, int(self.high - self.low) + 1) if self.is_whole else self.steps

    def grid_points(self) -> list[float]:
        """Return the points of its grid, lowest first; whole numbers where the value is one."""
        if self.is_whole and self.steps > self.high - self.low:
            return [float(value) for value in range(int(self.low), int(self.high) + 1)]
        space = np.geomspace if self.is_geometric else np.linspace
        values = [float(value) for value in space(self.low, self.high, self.steps)]
        values[0], values[-1] = self.low, self.high
        return list(dict.fromkeys(self.round(value) for value in values))

    def value_at(self, share: float) -> float:
        """Return the value that lies at this share (0 to 1) of the way from low to high, by distance."""
        return self.round(self.low + share * (self.high - self.low))

    def round(self, value: float) -> float:
        """Return a value as the scenario can hold it: rounded where it must be whole."""
        return float(round(value)) if self.is_whole else float(value)


def read_factor(text: str, scenario: Scenario, where: str = OVER, steps: int = 5) -> Factor:
    """Read `PATH=LOW:HIGH:STEPS`, `PATH=LOW:HIGH` or `PATH` alone (its range in `uncertain`, or around today's value).

    Args:
        text: What was written.
        scenario: What is varied from.
        where: The option's flag, for messages.
        steps: How many points its grid has where the text does not say.

    Returns:
        The factor, checked.

    Raises:
        InputError: For what cannot be varied, and for a range that is none or lies outside what is allowed.
    """
    path, sign, raw = (part.strip() for part in text.partition("="))
    check_variable(path, scenario, where)
    if not sign:
        low, high = default_range(path, scenario, where)
        return Factor(path, low, high, steps)
    low, high, *more = read_range(path, raw, where)
    if more and (more[0] < 2 or more[0] != int(more[0])):
        what = f"{format_value(more[0])} steps make no range"
        raise InputError(Problem(what, path, where, "write 2 or more: both ends are steps"))
    factor = Factor(path, low, high, int(more[0]) if more else steps)
    check_range(factor, where)
    return factor


def check_variable(path: str, scenario: Scenario, where: str) -> None:
    """Raise InputError where there is no such path, or where it cannot be varied by itself."""
    registry = parameter_registry()
    if path not in registry:
        cure = suggest(path, [known for known, row in registry.items() if is_variable(known) and row.role != "solved"])
        raise InputError(Problem("there is no such parameter or lever", path, where, cure))
    if registry[path].role == "solved" and scenario.calibration == "on":
        cure = "vary what is stated instead, as stated.churn_annual"
        raise InputError(Problem("is solved from what is stated", path, where, cure))
    if path.startswith(SHARES):
        what = "is one of several shares that add to 1, so it cannot vary alone"
        raise InputError(Problem(what, path, where, "compare scenarios instead"))
    if not is_variable(path):
        what = "cannot be varied: it is no number of the world or of management"
        raise InputError(Problem(what, path, where, EXAMPLE))


def is_variable(path: str) -> bool:
    """Tell whether a known path is a number of the world or of management that can vary by itself."""
    row = parameter_registry()[path]
    return is_numeric(path) and row.source != "choice of the study" and not path.startswith(SHARES)


def default_range(path: str, scenario: Scenario, where: str) -> tuple[float, float]:
    """Return the range of `uncertain`, or half to three times today's value, within what is allowed.

    Raises InputError.
    """
    if path in scenario.uncertain:
        return scenario.uncertain[path].low, scenario.uncertain[path].high
    today, row = float(scenario.flat()[path]), parameter_registry()[path]
    if today == 0.0:
        what = "is 0 today, so there is no telling how far to go"
        raise InputError(Problem(what, path, where, f"write {where} {path}=LOW:HIGH"))
    ends = sorted((HALF * today, THREE_TIMES * today))
    low = max(ends[0], row.low) if row.low is not None else ends[0]
    high = min(ends[1], row.high) if row.high is not None else ends[1]
    return low, high


def read_range(path: str, raw: str, where: str) -> list[float]:
    """Read `LOW:HIGH` or `LOW:HIGH:STEPS`: two or three numbers. Raises InputError."""
    try:
        numbers = [float(part.strip().replace("_", "")) for part in raw.split(":")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or not all(isfinite(number) for number in numbers):
        cure = f"write {where} {path}=LOW:HIGH or {path}=LOW:HIGH:STEPS"
        raise InputError(Problem(f"{format_value(raw)} is no range", path, where, cure))
    return numbers


def check_range(factor: Factor, where: str) -> None:
    """Raise InputError where low is not below high, or an end is not allowed."""
    path, low, high = factor.path, factor.low, factor.high
    if not low < high:
        swapped = f"write {where} {path}={high:.15g}:{low:.15g}"
        cure = swapped if high < low else "write two ends that differ, the lower first"
        what = f"low {format_value(low)} is not below high {format_value(high)}"
        raise InputError(Problem(what, path, where, cure))
    for end in (low, high):
        check_value(path, end, where)
    if factor.is_whole and (low != int(low) or high != int(high)):
        raise InputError(Problem("takes whole numbers only", path, where, "write whole numbers for low and high"))


def check_value(path: str, value: float, where: str) -> None:
    """Raise InputError where a value is outside what is allowed."""
    row = parameter_registry()[path]
    if (row.low is not None and value < row.low) or (row.high is not None and value > row.high):
        what = f"{format_value(value)} is not allowed ({row.unit}: {row.doc})"
        raise InputError(Problem(what, path, where, f"allowed is {format_range(row)}"))


def check_unique(factors: Sequence[Factor], where: str = OVER) -> None:
    """Raise InputError where a path is varied twice."""
    paths = [factor.path for factor in factors]
    for path in paths:
        if paths.count(path) > 1:
            raise InputError(Problem("is named twice", path, where, "name each path once"))


def apply_point(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return the scenario with other values at some paths.

    A fact of the world is replaced, so that the base rates are solved anew. A lever is set by every strategy from month
    1 on, before the strategy's own changes: today's market, and what was solved from it, stay as they are.

    Args:
        scenario: What is changed, solved or not.
        values: The point: a value by path.

    Returns:
        The scenario at that point, not solved where a fact was replaced.

    Raises:
        InputError: Where the values do not fit together.
    """
    registry = parameter_registry()
    facts = {
        path: round(value) if registry[path].type == "int" else float(value)
        for path, value in values.items()
        if registry[path].role != "lever"
    }
    levers = {path: value for path, value in values.items() if registry[path].role == "lever"}
    changed = scenario.replace(facts, source="varied") if facts else scenario
    if not levers:
        return changed
    strategies = {}
    for name, strategy in changed.strategies.items():
        own = strategy.changes
        set_first = {
            path: (Change(verb="value", amount=float(value)), *own.get(path, ())) for path, value in levers.items()
        }
        strategies[name] = strategy.model_copy(update={"changes": {**own, **set_first}}).to_plain()
    return changed.replace({"strategies": strategies}, source="varied")


Design = list[dict[str, float]]
"""The points of a design, each a value by path."""
KINDS = ("grid", "lhs", "sobol")
SWEEP_POINTS = 16
"""How many points a Latin hypercube and Sobol's points have, unless told."""
LARGEST_DESIGN = 100_000
"""Points beyond which no design is simulated, whoever insists."""
WHERE = "--design"


def build_design(
    kind: str, factors: Sequence[Factor], points: int | None, scenario: Scenario, most: int = MOST_POINTS
) -> Design:
    """Return a design's points, each a value by path.

    Args:
        kind: `grid`, `lhs`, `sobol`, or the path of a CSV file.
        factors: What is varied; none for a file, which says so itself.
        points: How many, for `lhs` and `sobol`; None for the usual number.
        scenario: What is varied from; its seed draws the points.
        most: How many points there may be.

    Returns:
        The points in the order in which they are numbered.

    Raises:
        InputError: For a design that is none, for factors that are missing or not wanted, and for more than `most`
            points.
    """
    check_max_points(most)
    if kind not in KINDS:
        design = read_design_file(Path(kind), scenario, factors)
        if points is not None:
            cure = "leave --points out, or the lines that are not wanted"
            raise InputError(Problem("a file of designs says itself how many there are", where="--points", cure=cure))
        check_size(len(design), scenario, most, WHERE, "write fewer lines")
        return design
    if not factors:
        cure = "write --over PATH=LOW:HIGH, or give the scenario an `uncertain` block"
        raise InputError(Problem("nothing is said to be varied", where="--over", cure=cure))
    if kind == "grid" and points is not None:
        cure = "write the steps behind each range, PATH=LOW:HIGH:STEPS, or take --design lhs"
        raise InputError(Problem("a grid's points follow from its steps", where="--points", cure=cure))
    count = SWEEP_POINTS if points is None else points
    if not 2 <= count <= LARGEST_DESIGN:
        cure = f"write 2 to {LARGEST_DESIGN:,}"
        raise InputError(Problem(f"{format_value(count)} points", where="--points", cure=cure))
    if kind == "grid":
        size = prod(factor.count for factor in factors)
        check_size(size, scenario, most, "--over", "take fewer steps, or --design lhs")
        return grid_design(factors)
    check_size(count, scenario, most, "--points", "write fewer")
    return sample_design(kind, factors, count, scenario.seed)


def check_max_points(most: int) -> None:
    """Refuse what is no largest number of points. Raises InputError."""
    if not 1 <= most <= LARGEST_DESIGN:
        cure = f"write 1 to {LARGEST_DESIGN:,}"
        raise InputError(Problem(f"{format_value(most)} points", where="--most-points", cure=cure))


def check_size(count: int, scenario: Scenario, most: int, where: str, cure: str) -> None:
    """Refuse more points than `most`, and say how many runs they would be. Raises InputError."""
    if count <= most:
        return
    strategies, replications = len(scenario.strategies), scenario.replications
    runs = count * strategies * replications
    what = f"{count:,} points are {runs:,} runs (strategies: {strategies}, replications of each: {replications})"
    insist = (
        f"; or insist on them: --most-points {count}"
        if count <= LARGEST_DESIGN
        else f"; {LARGEST_DESIGN:,} points at most"
    )
    raise InputError(Problem(what, where=where, cure=cure + insist))


def grid_design(factors: Sequence[Factor]) -> Design:
    """Return every combination of the factors' points, the last factor changing fastest."""
    paths = [factor.path for factor in factors]
    return [dict(zip(paths, values, strict=True)) for values in product(*(factor.grid_points() for factor in factors))]


def sample_design(kind: str, factors: Sequence[Factor], count: int, seed: int) -> Design:
    """Return `count` points that fill the factors' space: a Latin hypercube (`lhs`), or scrambled Sobol' points
    (`sobol`)."""
    from scipy.stats import qmc

    if kind == "lhs":
        shares = qmc.LatinHypercube(len(factors), rng=seed).random(count)
    else:
        shares = qmc.Sobol(len(factors), rng=seed).random_base2(max(1, (count - 1).bit_length()))[:count]
    return [
        {factor.path: factor.value_at(float(share)) for factor, share in zip(factors, row, strict=True)}
        for row in shares
    ]


def read_design_file(path: Path, scenario: Scenario, factors: Sequence[Factor] = ()) -> Design:
    """Read one's own design from a CSV file: a column a path, a row a point.

    Args:
        path: Where it lies.
        scenario: What is varied from.
        factors: Those named beside the file, where there may be none.

    Returns:
        The points in the file's order.

    Raises:
        InputError: With line and column, for what is no design of this scenario.
    """
    if factors:
        raise InputError(Problem("a file of designs says itself what varies", where="--over", cure="leave --over out"))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        cure = f"write {', '.join(KINDS)}, or the path of a CSV file"
        raise InputError(Problem(f"{path}: {error.strerror or error}", where=WHERE, cure=cure)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        cure = "save it as CSV, UTF-8"
        raise InputError(Problem("is not a CSV file in UTF-8", where=str(path), cure=cure)) from error
    rows = [[cell.strip() for cell in row] for row in rows]
    if len(rows) < 2 or not any(rows[0]):
        cure = "write paths in the first line, a point a line"
        raise InputError(Problem("holds no designs", where=str(path), cure=cure))
    heads = rows[0]
    for column, head in enumerate(heads, 1):
        check_variable(head, scenario, f"{path}:1:{column}")
        if heads.count(head) > 1:
            raise InputError(Problem("is named twice", head, f"{path}:1:{column}", "name each path once"))
    return [read_point(f"{path}:{line}", heads, row) for line, row in enumerate(rows[1:], 2) if any(row)]


def read_point(where: str, heads: Sequence[str], row: Sequence[str]) -> dict[str, float]:
    """Read a line of a file of designs; `where` is the file and the line. Raises InputError."""
    if len(row) != len(heads):
        what = f"has {len(row)} values, but {len(heads)} columns are named"
        raise InputError(Problem(what, where=where, cure="give each column one value"))
    point = {}
    for column, (head, cell) in enumerate(zip(heads, row, strict=True), 1):
        place = f"{where}:{column}"
        try:
            value = float(cell.replace("_", ""))
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            what = f"{format_value(cell)} is not a number"
            raise InputError(Problem(what, head, place, "write a plain number, as 20000"))
        check_value(head, value, place)
        point[head] = value
    return point


BATCH_SIZE = 24
"""Strategies in one request, so that a task stays about a second long and several workers have one."""
SEPARATOR = " @ "
"""Stands between a strategy's name and the number of its point where points share a request."""


@dataclass(frozen=True, eq=False)
class Point:
    """One point of a design: its values by path, and `figures[strategy][metric]`, float64, (n,); or what went wrong."""

    number: int
    values: Mapping[str, float]
    figures: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    error: str = ""

    def of(self, metric: str) -> dict[str, np.ndarray]:
        """Return one figure of every strategy: float64, (n,) each."""
        return {name: figures[metric] for name, figures in self.figures.items()}


def evaluate_today(
    evaluator: Evaluator, scenario: Scenario, names: Sequence[str], replications: Sequence[int]
) -> Point:
    """Simulate a scenario as it is, which other points are compared with. Raises RunError where that fails."""
    [today] = evaluate_points(evaluator, scenario, [{}], names, replications)
    if today.error:
        raise RunError(f"today's market could not be simulated: {today.error}")
    return today


def evaluate_points(
    evaluator: Evaluator,
    scenario: Scenario,
    design: Sequence[Mapping[str, float]],
    strategies: Sequence[str],
    replications: Sequence[int],
) -> Iterator[Point]:
    """Simulate strategies at each point of a design.

    Points that differ by levers only share one world, solved once and born once a replication.

    Args:
        evaluator: Open.
        scenario: Solved.
        design: The points' values by path; an empty one is the scenario as it is.
        strategies: Which of the scenario's.
        replications: Their numbers, the same at each point.

    Yields:
        The points as they are done, in whatever order. One whose values do not fit together, or whose world cannot be
        as it is stated, has an error and no figures.
    """
    refused: list[Point] = []
    requests = make_requests(scenario, design, strategies, tuple(replications), refused)
    for response in evaluator.evaluate(requests):
        yield from split_response(response, design, strategies)
        yield from refused
        refused.clear()
    yield from refused


def make_requests(
    scenario: Scenario,
    design: Sequence[Mapping[str, float]],
    strategies: Sequence[str],
    replications: tuple[int, ...],
    refused: list[Point],
) -> Iterator[Request]:
    """Make requests of points that share a world; a point whose values do not fit together goes to `refused`."""
    for numbers in group_by_world(design, max(1, BATCH_SIZE // len(strategies))):
        together: dict[str, Strategy] = {}
        for number in numbers:
            try:
                changed = apply_point(scenario, design[number])
            except InputError as error:
                refused.append(Point(number, design[number], error=first_line(str(error))))
                continue
            base = changed
            together |= {f"{name}{SEPARATOR}{number}": changed.strategies[name] for name in strategies}
        if together:
            yield Request(base.model_copy(update={"strategies": together}), tuple(together), replications)


def group_by_world(design: Sequence[Mapping[str, float]], most: int) -> Iterator[list[int]]:
    """Group the points' numbers by the facts of their world, in order, at most so many together."""
    groups: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for number, values in enumerate(design):
        facts = tuple((path, value) for path, value in values.items() if parameter_registry()[path].role != "lever")
        groups.setdefault(facts, []).append(number)
    for numbers in groups.values():
        yield from (numbers[start : start + most] for start in range(0, len(numbers), most))


def split_response(
    response: Response, design: Sequence[Mapping[str, float]], strategies: Sequence[str]
) -> Iterator[Point]:
    """Split what a request gave into its points."""
    numbers = dict.fromkeys(int(name.rpartition(SEPARATOR)[2]) for name in response.request.strategies)
    for number in numbers:
        figures = (
            {} if response.error else {name: response.figures[f"{name}{SEPARATOR}{number}"] for name in strategies}
        )
        yield Point(number, design[number], figures, first_line(response.error))


def first_line(text: str) -> str:
    """Return the first line of an error, as a table's cell holds it."""
    return text.partition("\n")[0]
