"""The table of won and lost business by reason: the true figures beside those that sales tells (F34)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from loyaltysim.core.codes import REASONS, RELATIONSHIP, WINS
from loyaltysim.report.tables import share
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import interval, share_interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

COLUMNS = ["strategy", "business", "reason", "count", "share", "ci_low", "ci_high", "told_count", "told_share"]


def business(results: Results) -> pd.DataFrame:
    """Give customers won and lost by reason, truly and as sales tells it; no rows if nobody was asked."""
    import pandas as pd

    asked = f"told_won_{RELATIONSHIP}" in results.catalog
    rows = list(_rows(results)) if asked else []
    return pd.DataFrame.from_records(rows if any(row[-2] for row in rows) else [], columns=COLUMNS)


def _rows(results: Results) -> Iterator[tuple[Any, ...]]:
    import numpy as np

    for strategy in results.strategies:
        figures = results.figures[strategy]
        nobody = np.zeros_like(figures["left"])
        lost = {reason: figures[f"left_{reason}"] for reason in REASONS}
        won = {way: figures[name] for way, name in WINS.items()} | {RELATIONSHIP: nobody}
        for side, true in (("won", won), ("lost", lost)):
            told = {reason: figures[f"told_{side}_{reason}"] for reason in true}
            yield from _side(strategy, side, true, told)


def _side(
    strategy: str, side: str, true: dict[str, np.ndarray], told: dict[str, np.ndarray]
) -> Iterator[tuple[Any, ...]]:
    import numpy as np

    total, said = (np.sum(list(counts.values()), axis=0) for counts in (true, told))
    for reason, count in true.items():
        span = share_interval(share(count, total))
        of_told = interval(share(told[reason], said)).mean
        yield (
            strategy, side, reason, interval(count).mean, span.mean, span.low, span.high,
            interval(told[reason]).mean, of_told,
        )  # fmt: skip
