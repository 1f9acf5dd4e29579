"""The points of a sweep: a grid, a Latin hypercube, Sobol' points, or a file of one's own designs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import product
from math import isfinite, prod
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments.axes import Axis, check_value, refuse_fixed
from loyaltysim.experiments.defaults import MOST_POINTS, SWEEP_POINTS
from loyaltysim.scenario.registry import format_value

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

KINDS = ("grid", "lhs", "sobol")
NO_MORE = 100_000
"""Points beyond which no design is simulated, whoever insists."""
WHERE = "--design"
Designs = list[dict[str, float]]


def designs(
    kind: str, axes: Sequence[Axis], points: int | None, spec: Scenario, most: int = MOST_POINTS
) -> Designs:  # fmt: skip
    """Give a design's points, each a value by path; `kind` is grid, lhs, sobol or a CSV file's path.

    Raises InputError for a design that is none, for axes that are missing or not wanted, and for more than `most` points.
    """
    refuse_odd_most(most)
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
        refuse_many(prod(axis.count for axis in axes), spec, most, "--over", "take fewer steps, or --design lhs")
        return grid(axes)
    refuse_many(count, spec, most, "--points", "write fewer")
    return spread(kind, axes, count, spec.seed)


def refuse_odd_most(most: int) -> None:
    """Refuse what is no largest number of points. Raises InputError."""
    if not 1 <= most <= NO_MORE:
        raise InputError(Problem(f"{format_value(most)} points", where="--most-points", cure=f"write 1 to {NO_MORE:,}"))


def insisted(most: int) -> dict[str, int]:
    """Give the option of the largest number of points, if it was given."""
    return {} if most == MOST_POINTS else {"most_points": most}


def refuse_many(count: int, spec: Scenario, most: int, where: str, cure: str) -> None:
    """Refuse more points than `most`, and say how many runs they would be. Raises InputError."""
    if count <= most:
        return
    names, luck = len(spec.strategies), spec.replications
    what = f"{count:,} points are {count * names * luck:,} runs (strategies: {names}, replications of each: {luck})"
    insist = f"; or insist on them: --most-points {count}" if count <= NO_MORE else f"; {NO_MORE:,} points at most"
    raise InputError(Problem(what, where=where, cure=cure + insist))


def _own(path: Path, axes: Sequence[Axis], points: int | None, spec: Scenario, most: int) -> Designs:
    found = from_file(path, spec, axes)
    if points is not None:
        cure = "leave --points out, or the lines that are not wanted"
        raise InputError(Problem("a file of designs says itself how many there are", where="--points", cure=cure))
    refuse_many(len(found), spec, most, WHERE, "write fewer lines")
    return found


def grid(axes: Sequence[Axis]) -> Designs:
    """Give every combination of the axes' points."""
    paths = [axis.path for axis in axes]
    return [dict(zip(paths, values, strict=True)) for values in product(*(axis.points() for axis in axes))]


def spread(kind: str, axes: Sequence[Axis], count: int, seed: int) -> Designs:
    """Give so many points that fill the space of the axes: a Latin hypercube, or scrambled Sobol' points."""
    from scipy.stats import qmc

    if kind == "lhs":
        shares = qmc.LatinHypercube(len(axes), rng=seed).random(count)
    else:
        shares = qmc.Sobol(len(axes), rng=seed).random_base2(max(1, (count - 1).bit_length()))[:count]
    return [{axis.path: axis.at(float(share)) for axis, share in zip(axes, row, strict=True)} for row in shares]


def from_file(path: Path, spec: Scenario, axes: Sequence[Axis] = ()) -> Designs:
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
        refuse_fixed(head, spec, f"{path}:1:{column}")
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
