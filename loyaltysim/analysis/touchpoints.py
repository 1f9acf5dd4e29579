"""The table of touchpoints: what each was like under each strategy, in which of four fields it lies, and its rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from loyaltysim.core.records import Audit
from loyaltysim.results.out_of_core import audit_figure
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import share_interval

URGENT, ACTION, KEEP, ICING = "urgent", "needs action", "keep", "icing"
"""The four fields: important and weak, unimportant and weak, important and strong, unimportant and strong (F19)."""
FIGURES = ("indifference", "failure", "urgency", "believed", "gap", "fix_cost", "ease", "mended", "spent")
COLUMNS = [
    "strategy", "touchpoint", "stage", "kind", "importance", "performance", "ci_low", "ci_high", *FIGURES,
    "field", "priority", "rank",
]  # fmt: skip


@dataclass(frozen=True)
class Quadrants:
    """The lines between the four fields: mean importance, and the reference's mean performance by importance."""

    importance: float
    performance: float

    def field(self, importance: float, performance: float) -> str:
        """Name the field in which a touchpoint lies; one on a line is important, and strong."""
        if performance < self.performance:
            return URGENT if importance >= self.importance else ACTION
        return KEEP if importance >= self.importance else ICING


def compute_mean_figures(audits: Sequence[Audit]) -> dict[str, np.ndarray]:
    """Return each figure's mean over replications, one value a touchpoint."""
    return {name: np.mean(audit_figure(audits, name), axis=0) for name in audits[0].figures}


def compute_quadrants(results: Results) -> Quadrants:
    """Place the lines between the fields; they are the same for all strategies, so that a mended touchpoint can cross them."""
    figures = compute_mean_figures(results.audits[results.reference])
    weight = figures["importance"]
    return Quadrants(1 / len(weight), float(weight @ figures["performance"]))


def rank_touchpoints(priority: np.ndarray) -> np.ndarray:
    """Rank by priority, 1 for the highest; of equals the earlier row first."""
    found = np.empty(len(priority), int)
    found[np.argsort(-priority, kind="stable")] = np.arange(1, len(priority) + 1)
    return found


def build_touchpoints(results: Results) -> pd.DataFrame:
    """Return the touchpoints of every strategy in the table's order; no rows if they were not scored."""
    if not results.audits:
        return pd.DataFrame.from_records([], columns=COLUMNS)
    quadrants, rows = compute_quadrants(results), []
    for strategy in results.strategies:
        audits = results.audits[strategy]
        figures, first = compute_mean_figures(audits), audits[0]
        performances = audit_figure(audits, "performance")
        rank = rank_touchpoints(figures["priority"])
        for row, name in enumerate(first.names):
            importance, performance = float(figures["importance"][row]), float(figures["performance"][row])
            span = share_interval(performances[:, row])
            rows.append(
                (
                    strategy, name, first.stages[row], first.kinds[row], importance, performance, span.low, span.high,
                    *(float(figures[key][row]) for key in FIGURES),
                    quadrants.field(importance, performance), float(figures["priority"][row]), int(rank[row]),
                )
            )  # fmt: skip
    return pd.DataFrame.from_records(rows, columns=COLUMNS)
