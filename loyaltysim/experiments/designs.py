"""Which points of the factors' space are simulated: a grid, a Latin hypercube, Sobol' points, or a file of one's own."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import product
from math import isfinite, prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.experiments.factors import Factor, check_value, check_variable
from loyaltysim.experiments.options import option
from loyaltysim.scenario.registry import format_value

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

Design = list[dict[str, float]]
"""The points of a design, each a value by path."""
KINDS = ("grid", "lhs", "sobol")
SWEEP_POINTS = 16
"""How many points a Latin hypercube and Sobol's points have, unless told."""
MOST_POINTS = 1_000
"""How many points a design may have before whoever wants more must say so."""
LARGEST_DESIGN = 100_000
"""Points beyond which no design is simulated, whoever insists."""
WHERE = "--design"


def max_points_option() -> Any:
    """Declare the option of the largest number of points, a field of a question."""
    return option(MOST_POINTS, f"Refuse a design of more points (default: {MOST_POINTS:,}).", metavar="N")


def non_default_max_points(most: int) -> dict[str, int]:
    """Return the option of the largest number of points as the manifest keeps it; empty if it was not given."""
    return {} if most == MOST_POINTS else {"most_points": most}


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
        InputError: For a design that is none, for factors that are missing or not wanted, and for more than `most` points.
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
    """Return `count` points that fill the factors' space: a Latin hypercube (`lhs`), or scrambled Sobol' points (`sobol`)."""
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
