"""Who wins over two parameters, and what is lost there by keeping to today's recommendation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loyaltysim.experiments.decision import NPV, Inquiry, frame
from loyaltysim.experiments.defaults import MAP_REPLICATIONS
from loyaltysim.experiments.points import Point, simulated
from loyaltysim.stats.intervals import compare_best
from loyaltysim.stats.sequential import rank_by_mean

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.experiments.axes import Axis


def frontier(inquiry: Inquiry, plane: Sequence[Axis], names: Sequence[str]) -> pd.DataFrame:
    """Draw who wins over two parameters: a row a cell, with the lead over the runner-up and the regret where wrong."""
    (across, up), spec, lab = plane, inquiry.spec, inquiry.lab
    columns = (
        across.path, up.path, "best", "second", "lead", "ci_low", "ci_high", "decided", "recommended", "regret", "replications",
        "error",
    )  # fmt: skip
    designs: list[Mapping[str, float]] = [
        {across.path: a, up.path: b} for a in across.points() for b in up.points()
    ]  # fmt: skip
    luck = range(min(spec.replications, MAP_REPLICATIONS))
    today = next(iter(simulated(lab, spec, [{}], names, luck)))
    recommended = rank_by_mean(today.of(NPV))[0]
    rows: list[tuple[Any, ...]] = []
    for point in simulated(lab, spec, designs, names, luck):
        rows.append((*(point.values[axis.path] for axis in plane), *cell(point, recommended)))
        inquiry.stream("frontier", columns, rows)
    return frame(sorted(rows, key=lambda each: each[:2]), columns)


def cell(point: Point, recommended: str) -> tuple[Any, ...]:
    """Give who wins at a point, by how much, and what keeping to today's recommendation would lose."""
    empty = float("nan")
    if point.error:
        return ("", "", empty, empty, empty, "", recommended, empty, 0, point.error)
    worth = point.of(NPV)
    contest = compare_best(worth)
    lost = float((worth[contest.best] - worth[recommended]).mean())
    gap = contest.difference
    sure = "yes" if contest.decided else "no"
    return (contest.best, contest.second, gap.mean, gap.low, gap.high, sure, recommended, lost, gap.n, "")
