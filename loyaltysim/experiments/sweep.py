"""Simulate every strategy at many points of a design, and keep what comes as it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from loyaltysim.experiments import decision
from loyaltysim.experiments.breakeven import FRONTIER, frontier_cell
from loyaltysim.experiments.decision import NPV, DecisionRun, Finding, Plan, Row, build_frame
from loyaltysim.experiments.designs import (
    KINDS,
    SWEEP_POINTS,
    Point,
    build_design,
    check_unique,
    evaluate_points,
    evaluate_today,
    read_factor,
)
from loyaltysim.experiments.options import MOST_POINTS, as_texts, most_points_option, option
from loyaltysim.stats.intervals import Interval, interval, paired
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

METRICS = ("npv", "customers", "churn_annual", "left", "joined", "clv", "discounted_cost")
"""What a sweep keeps of each run."""
FIGURES = [
    "strategy",
    "metric",
    "mean",
    "ci_low",
    "ci_high",
    "difference",
    "difference_ci_low",
    "difference_ci_high",
    "replications",
    "error",
]


@dataclass(frozen=True)
class Question(decision.Question):
    """Simulate every strategy of SCENARIO over any parameters or levers; say who is best where."""

    verb: ClassVar[str] = "sweep"
    most_replications: ClassVar[int] = 6

    over: str | Sequence[str] = option(
        (),
        "A parameter or lever, and its range; say it again for another (default: what the scenario calls uncertain).",
        metavar="PATH=LOW:HIGH:STEPS",
        several=True,
    )
    design: str | None = option(
        None,
        "grid, lhs (Latin hypercube), sobol, or a CSV file with a column a path (default: grid; lhs without --over).",
        metavar="DESIGN",
    )
    points: int | None = option(None, f"How many points, for lhs and sobol (default: {SWEEP_POINTS}).", metavar="N")
    most_points: int = most_points_option()

    def plan(self, scenario: Scenario) -> Plan:
        """Read the factors and draw the design. Raises InputError."""
        over = as_texts(self.over)
        design = self.design or ("grid" if over else "lhs")
        chosen = list(over) if over or design not in KINDS else list(scenario.uncertain)
        factors = [read_factor(text, scenario) for text in chosen]
        check_unique(factors)
        points = build_design(design, factors, self.points, scenario, self.most_points)
        shown = design if design in KINDS else str(Path(design).resolve())
        asked = {"over": chosen, "design": shown, "points": self.points} | (
            {} if self.most_points == MOST_POINTS else {"most_points": self.most_points}
        )
        return Plan(asked, lambda run: sweep_points(run, points))


@dataclass(frozen=True, eq=False)
class SweepFinding(Finding):
    """Who wins at each point of a design over `paths`."""

    paths: tuple[str, ...]


def sweep_points(run: DecisionRun, design: Sequence[Mapping[str, float]]) -> SweepFinding:
    """Simulate every strategy at every point, and write who wins as the points come.

    Args:
        run: Open; its tables are written as they come.
        design: The points, each a value by path, over the same paths.

    Returns:
        The finding, with the tables winners (a row a point) and sweep (a row a point, strategy and metric).
    """
    scenario = run.scenario
    paths, names, replications = tuple(design[0]), tuple(scenario.strategies), range(scenario.replications)
    today = evaluate_today(run.evaluator, scenario, names, replications)
    recommended = rank_by_mean(today.of(NPV))[0]
    columns = {"winners": ("point", *paths, *FRONTIER), "sweep": ("point", *paths, *FIGURES)}
    winners: dict[int, list[Row]] = {}
    figures: dict[int, list[Row]] = {}
    rows = {"winners": winners, "sweep": figures}
    for point in evaluate_points(run.evaluator, scenario, design, names, replications):
        place = (point.number + 1, *(point.values[path] for path in paths))
        winners[point.number] = [(*place, *frontier_cell(point, recommended))]
        figures[point.number] = [(*place, *row) for row in sweep_rows(point)]
        for name, known in rows.items():
            run.stream(name, columns[name], in_order(known))
    tables = {name: build_frame(in_order(known), columns[name]) for name, known in rows.items()}
    return SweepFinding(scenario, tables, paths)


def in_order(rows: Mapping[int, Sequence[Row]]) -> list[Row]:
    """Return the rows of all points in the order of the design."""
    return [row for number in sorted(rows) for row in rows[number]]


def sweep_rows(point: Point) -> list[Row]:
    """Return a point's rows: every strategy's figures, and their paired differences from the first strategy's."""
    if point.error:
        return [("", "", nan, nan, nan, nan, nan, nan, 0, point.error)]
    first = next(iter(point.figures.values()))
    rows: list[Row] = []
    for name, figures in point.figures.items():
        for metric in METRICS:
            own = interval(figures[metric])
            gap = Interval() if figures is first else paired(figures[metric], first[metric])
            rows.append((name, metric, own.mean, own.low, own.high, gap.mean, gap.low, gap.high, own.n, ""))
    return rows
