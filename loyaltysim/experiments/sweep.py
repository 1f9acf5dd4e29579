"""Simulate every strategy at many points of a design, and keep what comes as it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loyaltysim.experiments import factors as reading
from loyaltysim.experiments.breakeven import frontier_cell
from loyaltysim.experiments.defaults import MOST_POINTS, SWEEP_REPLICATIONS
from loyaltysim.experiments.designs import KINDS, Point, build_design, evaluate_points, non_default_max_points
from loyaltysim.experiments.options import (
    NPV,
    Decision,
    StudyOptions,
    as_texts,
    build_frame,
    calibrate_scenario,
    open_decision,
    prepare_scenario,
    show_study_options,
)
from loyaltysim.reporting.text import sweep as words
from loyaltysim.stats.intervals import Interval, interval, paired
from loyaltysim.stats.sequential import rank_by_mean

METRICS = ("npv", "customers", "churn_annual", "left", "joined", "clv", "discounted_cost")
"""What a sweep keeps of each run."""
FIGURES = (
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
)
WINNERS = ("best", "second", "lead", "ci_low", "ci_high", "decided", "recommended", "regret", "replications", "error")


@show_study_options
def sweep(
    scenario: Any,
    *,
    over: str | Sequence[str] = (),
    design: str | None = None,
    points: int | None = None,
    most_points: int = MOST_POINTS,
    **asked: Any,
) -> Decision:
    """Simulate the strategies of a scenario (a file's path or a Scenario) over any parameters or levers.

    `over`: texts `PATH=LOW:HIGH:STEPS`, by default the `uncertain` block; `design`: grid (the default where `over` is
    given), lhs (where not), sobol, or a CSV file with a column a path; `points`: how many for lhs and sobol; `most_points`: beyond how many it is refused. Tables: `sweep` (a row a point, strategy and metric) and
    `winners` (a row a point). Raises InputError and RunError.
    """
    usual, over = StudyOptions(**asked), as_texts(over)
    spec = prepare_scenario(scenario, usual, SWEEP_REPLICATIONS)
    design = design or ("grid" if over else "lhs")
    chosen = list(over) if over or design not in KINDS else list(spec.uncertain)
    axes = [reading.read_factor(text, spec) for text in chosen]
    reading.check_unique(axes)
    planned = build_design(design, axes, points, spec, most_points)
    spec = calibrate_scenario(spec, usual)
    shown = design if design in KINDS else str(Path(design).resolve())
    options = {"over": chosen, "design": shown, "points": points} | non_default_max_points(most_points)
    with open_decision("sweep", spec, usual, options) as inquiry:
        paths, names = tuple(planned[0]), tuple(spec.strategies)
        luck = range(spec.replications)
        recommended = rank_by_mean(next(iter(evaluate_points(inquiry.lab, spec, [{}], names, luck))).of(NPV))[0]
        figures: dict[int, list[tuple[Any, ...]]] = {}
        winners: dict[int, tuple[Any, ...]] = {}
        for point in evaluate_points(inquiry.lab, spec, planned, names, luck):
            head = (point.number + 1, *(point.values[path] for path in paths))
            figures[point.number] = [(*head, *row) for row in sweep_rows(point)]
            winners[point.number] = (*head, *frontier_cell(point, recommended))
            inquiry.stream("winners", ("point", *paths, *WINNERS), _in_order(winners))
            inquiry.stream("sweep", ("point", *paths, *FIGURES), [row for each in _in_order(figures) for row in each])
        tables = {
            "winners": build_frame(_in_order(winners), ("point", *paths, *WINNERS)),
            "sweep": build_frame([row for each in _in_order(figures) for row in each], ("point", *paths, *FIGURES)),
        }
        told = words.render_answer(spec, tables["winners"], paths)
        return inquiry.concluded(told, tables, words.describe_impossible(tables["winners"], paths))


def _in_order(rows: Mapping[int, Any]) -> list[Any]:
    return [rows[number] for number in sorted(rows)]


def sweep_rows(point: Point) -> list[tuple[Any, ...]]:
    """Give a point's rows: every strategy's figures, and their paired differences from the first strategy's."""
    empty = float("nan")
    if point.error:
        return [("", "", empty, empty, empty, empty, empty, empty, 0, point.error)]
    first = next(iter(point.figures.values()))
    found = []
    for name, figures in point.figures.items():
        for metric in METRICS:
            own = interval(figures[metric])
            gap = Interval() if figures is first else paired(figures[metric], first[metric])
            found.append((name, metric, own.mean, own.low, own.high, gap.mean, gap.low, gap.high, own.n, ""))
    return found
