"""What pilots told and what was true, as a table of all replications and as a sentence a strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.report.names import head
from loyaltysim.report.results import Results
from loyaltysim.report.statistics import Interval, interval, paired

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.core.record import PilotRecord

COLUMNS = (
    "strategy", "replication", "tried", "others", "estimate", "ci_low", "ci_high", "true_effect", "undisturbed",
    "rolled_out",
)  # fmt: skip


def pilots(results: Results) -> pd.DataFrame:
    """Lay out one row a piloted strategy and replication; effects are on the share of customers kept."""
    import pandas as pd

    rows = [
        (name, number, each.tried, each.others, each.estimate, each.low, each.high, each.truth, each.undisturbed, each.rolled_out)
        for name, found in results.pilots.items()
        for number, each in enumerate(found)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sentences(results: Results) -> list[str]:
    """Say for each pilot what it told on average, what was true, how far the arms disturbed each other, how it was decided."""
    return [_sentence(results, name, list(found)) for name, found in results.pilots.items()]


def _sentence(results: Results, name: str, found: list[PilotRecord]) -> str:
    import numpy as np

    told, true, calm = (
        np.array([getattr(each, field) for each in found]) for field in ("estimate", "truth", "undisturbed")
    )
    held = sum(each.low <= each.truth <= each.high for each in found)
    out = sum(each.rolled_out for each in found)
    half = 100 * np.mean([(each.high - each.low) / 2 for each in found])
    return (
        f"Pilot of {head(name, results.strategies)}: estimated {_points(interval(told))} points of customers kept (one pilot: "
        f"+- {half:.1f}), true on all {_points(interval(true))}; the arms disturbed each other by "
        f"{_points(paired(told, calm))}. Rolled out in {out} of {len(found)}; the interval held the truth in {held}."
    )


def _points(span: Interval) -> str:
    ends = f" ({100 * span.low:+.1f} to {100 * span.high:+.1f})" if span.known else ""
    return f"{100 * span.mean:+.1f}{ends}"
