"""The points of a sweep: a grid, a Latin hypercube, Sobol' points, or a file of one's own designs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import isfinite, prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.execution.evaluator import Evaluator, Request
from loyaltysim.experiments.factors import Factor, apply_point, check_value, check_variable
from loyaltysim.experiments.options import option
from loyaltysim.scenario.registry import format_value, parameter_registry

if TYPE_CHECKING:
    import numpy as np

    from loyaltysim.scenario import Scenario

SWEEP_POINTS = 16
"""How many points a Latin hypercube and Sobol's points have, unless told."""
MOST_POINTS = 1_000
"""How many points a design may have before whoever wants more must say so."""
KINDS = ("grid", "lhs", "sobol")
NO_MORE = 100_000
"""Points beyond which no design is simulated, whoever insists."""
WHERE = "--design"
Designs = list[dict[str, float]]


def build_design(
    kind: str, axes: Sequence[Factor], points: int | None, spec: Scenario, most: int = MOST_POINTS
) -> Designs:  # fmt: skip
    """Give a design's points, each a value by path; `kind` is grid, lhs, sobol or a CSV file's path.

    Raises InputError for a design that is none, for axes that are missing or not wanted, and for more than `most` points.
    """
    check_max_points(most)
    if kind not in KINDS:
        return _own(Path(kind), axes, points, spec, most)
    if not axes:
        cure = "write --over PATH=LOW:HIGH, or give the scenario an `uncertain` block"
        raise InputError(Problem("nothing is said to be varied", where="--over", cure=cure))
    if kind == "grid" and points is not None:
        cure = "write the steps behind each range, PATH=LOW:HIGH:STEPS, or take --design lhs"
        raise InputError(Problem("a grid's points follow from its steps", where="--points", cure=cure))
    count = SWEEP_POINTS if points is None else points
    if not 2 <= count <= NO_MORE:
        raise InputError(Problem(f"{format_value(count)} points", where="--points", cure=f"write 2 to {NO_MORE:,}"))
    if kind == "grid":
        check_size(prod(axis.count for axis in axes), spec, most, "--over", "take fewer steps, or --design lhs")
        return grid_design(axes)
    check_size(count, spec, most, "--points", "write fewer")
    return sample_design(kind, axes, count, spec.seed)


def check_max_points(most: int) -> None:
    """Refuse what is no largest number of points. Raises InputError."""
    if not 1 <= most <= NO_MORE:
        raise InputError(Problem(f"{format_value(most)} points", where="--most-points", cure=f"write 1 to {NO_MORE:,}"))


def max_points_option() -> Any:
    """Declare the option of the largest number of points."""
    return option(MOST_POINTS, f"Refuse a design of more points (default: {MOST_POINTS:,}).", metavar="N")


def non_default_max_points(most: int) -> dict[str, int]:
    """Give the option of the largest number of points, if it was given."""
    return {} if most == MOST_POINTS else {"most_points": most}


def check_size(count: int, spec: Scenario, most: int, where: str, cure: str) -> None:
    """Refuse more points than `most`, and say how many runs they would be. Raises InputError."""
    if count <= most:
        return
    names, luck = len(spec.strategies), spec.replications
    what = f"{count:,} points are {count * names * luck:,} runs (strategies: {names}, replications of each: {luck})"
    insist = f"; or insist on them: --most-points {count}" if count <= NO_MORE else f"; {NO_MORE:,} points at most"
    raise InputError(Problem(what, where=where, cure=cure + insist))


def _own(path: Path, axes: Sequence[Factor], points: int | None, spec: Scenario, most: int) -> Designs:
    found = read_design_file(path, spec, axes)
    if points is not None:
        cure = "leave --points out, or the lines that are not wanted"
        raise InputError(Problem("a file of designs says itself how many there are", where="--points", cure=cure))
    check_size(len(found), spec, most, WHERE, "write fewer lines")
    return found


def grid_design(axes: Sequence[Factor]) -> Designs:
    """Give every combination of the axes' points."""
    paths = [axis.path for axis in axes]
    return [dict(zip(paths, values, strict=True)) for values in product(*(axis.points() for axis in axes))]


def sample_design(kind: str, axes: Sequence[Factor], count: int, seed: int) -> Designs:
    """Give so many points that fill the space of the axes: a Latin hypercube, or scrambled Sobol' points."""
    from scipy.stats import qmc

    if kind == "lhs":
        shares = qmc.LatinHypercube(len(axes), rng=seed).random(count)
    else:
        shares = qmc.Sobol(len(axes), rng=seed).random_base2(max(1, (count - 1).bit_length()))[:count]
    return [{axis.path: axis.at(float(share)) for axis, share in zip(axes, row, strict=True)} for row in shares]


def read_design_file(path: Path, spec: Scenario, axes: Sequence[Factor] = ()) -> Designs:
    """Read one's own designs from a CSV file: a column a path, a row a point; raises InputError with the place."""
    if axes:
        raise InputError(Problem("a file of designs says itself what varies", where="--over", cure="leave --over out"))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        cure = f"write {', '.join(KINDS)}, or the path of a CSV file"
        raise InputError(Problem(f"{path}: {error.strerror or error}", where=WHERE, cure=cure)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            Problem("is not a CSV file in UTF-8", where=str(path), cure="save it as CSV, UTF-8")
        ) from error
    rows = [[cell.strip() for cell in row] for row in rows]
    if len(rows) < 2 or not any(rows[0]):
        raise InputError(
            Problem("holds no designs", where=str(path), cure="write paths in the first line, a point a line")
        )
    heads = rows[0]
    for column, head in enumerate(heads, 1):
        check_variable(head, spec, f"{path}:1:{column}")
        if heads.count(head) > 1:
            raise InputError(Problem("is named twice", head, f"{path}:1:{column}", "name each path once"))
    return [_point(path, line, heads, row) for line, row in enumerate(rows[1:], 2) if any(row)]


def _point(path: Path, line: int, heads: Sequence[str], row: Sequence[str]) -> dict[str, float]:
    if len(row) != len(heads):
        what = f"has {len(row)} values, but {len(heads)} columns are named"
        raise InputError(Problem(what, where=f"{path}:{line}", cure="give each column one value"))
    point = {}
    for column, (head, cell) in enumerate(zip(heads, row, strict=True), 1):
        where = f"{path}:{line}:{column}"
        try:
            value = float(cell.replace("_", ""))
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            raise InputError(
                Problem(f"{format_value(cell)} is not a number", head, where, "write a plain number, as 20000")
            )
        check_value(head, value, where)
        point[head] = value
    return point


# Points of a design, simulated on common luck: each a set of values, with every strategy's figures or the reason why not.

MOST_TOGETHER = 24
"""Strategies in one question, so that a task stays about a second long and several workers have one."""
APART = " @ "


@dataclass(frozen=True, eq=False)
class Point:
    """One point of a design: its values by path, and `figures[strategy][metric]`, float64, (n,); or what went wrong."""

    number: int
    values: Mapping[str, float]
    figures: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    error: str = ""

    def of(self, metric: str) -> dict[str, np.ndarray]:
        """Give one figure of every strategy: float64, (n,) each."""
        return {name: figures[metric] for name, figures in self.figures.items()}


def evaluate_points(
    evaluator: Evaluator,
    spec: Scenario,
    designs: Sequence[Mapping[str, float]],
    strategies: Sequence[str],
    replications: Sequence[int],
) -> Iterator[Point]:
    """Simulate strategies at each point of a design, and give the points as they are done, in whatever order.

    `spec` is solved. Points that differ by levers only share one world, solved once and born once a replication. A point
    whose values do not fit together, or whose world cannot be as it is stated, is given with its error.
    """
    refused: list[Point] = []
    for answer in evaluator.evaluate(_asks(spec, designs, strategies, tuple(replications), refused)):
        yield from _taken_apart(answer, designs, strategies)
        yield from refused
        refused.clear()
    yield from refused


def _asks(
    spec: Scenario,
    designs: Sequence[Mapping[str, float]],
    strategies: Sequence[str],
    replications: tuple[int, ...],
    refused: list[Point],
) -> Iterator[Request]:
    for numbers in _worlds(designs, max(1, MOST_TOGETHER // len(strategies))):
        together: dict[str, Any] = {}
        for number in numbers:
            try:
                changed = apply_point(spec, designs[number])
            except InputError as error:
                refused.append(Point(number, designs[number], error=_brief(error)))
                continue
            base = changed
            together |= {f"{name}{APART}{number}": changed.strategies[name] for name in strategies}
        if together:
            asked = base.model_copy(update={"strategies": together})
            yield Request(asked, tuple(together), replications)


def _worlds(designs: Sequence[Mapping[str, float]], most: int) -> Iterable[list[int]]:
    """Group the points' numbers by the facts of their world, in order, at most so many together."""
    groups: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for number, values in enumerate(designs):
        facts = tuple((path, value) for path, value in values.items() if parameter_registry()[path].role != "lever")
        groups.setdefault(facts, []).append(number)
    for numbers in groups.values():
        yield from (numbers[start : start + most] for start in range(0, len(numbers), most))


def _taken_apart(answer: Any, designs: Sequence[Mapping[str, float]], strategies: Sequence[str]) -> Iterator[Point]:
    numbers = dict.fromkeys(int(name.rpartition(APART)[2]) for name in answer.request.strategies)
    for number in numbers:
        figures = {} if answer.error else {name: answer.figures[f"{name}{APART}{number}"] for name in strategies}
        yield Point(number, designs[number], figures, _first_line(answer.error))


def _brief(error: InputError) -> str:
    return _first_line(str(error))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
