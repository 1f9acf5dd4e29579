"""Runs that did not come to their end: which, why, and what is left to compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from loyaltysim.reporting.text.names import quote_name, to_text

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.results.results import RunFailure

FAILURES = "failures"
"""The table's name in a folder, without `.csv`."""
COLUMNS = ("strategy", "replication", "error")
MOST_NUMBERS = 10


def failures_table(failures: Iterable[RunFailure]) -> pd.DataFrame:
    """Give a row a run that failed, strategies in the order in which they come, replications in theirs."""
    import pandas as pd

    rows = [(each.strategy, each.replication, each.error) for each in failures]
    names = list(dict.fromkeys(name for name, *_ in rows))
    rows.sort(key=lambda row: (names.index(row[0]), row[1]))
    return pd.DataFrame.from_records(rows, columns=list(COLUMNS))


def failures_warning(failed: pd.DataFrame, strategies: Sequence[str], left: int) -> str:
    """Say which runs failed, how many replications are left to compare, and the first error; empty where none failed.

    `strategies`: those that are compared; `left`: in how many replications.
    """
    if not len(failed):
        return ""
    told = "; ".join(_one(str(name), rows, strategies) for name, rows in failed.groupby("strategy", sort=False))
    count = f"{len(failed)} {'run' if len(failed) == 1 else 'runs'} failed and {'is' if len(failed) == 1 else 'are'} left out"
    compared = f"{left} replication{'' if left == 1 else 's'}, in which every run of all that is compared ended,"
    return (
        f"{count}: {told}. What is told rests on {compared} since strategies are compared on common luck. "
        f"The error{'' if len(failed) == 1 else ', of the first'}: {to_text(str(failed.error.iloc[0]))}"
    )


def _one(name: str, rows: pd.DataFrame, strategies: Sequence[str]) -> str:
    numbers = [f"{number}" for number in rows.replication[:MOST_NUMBERS]]
    more = f" and {len(rows) - MOST_NUMBERS} more" if len(rows) > MOST_NUMBERS else ""
    word = "replication" if len(rows) == 1 else "replications"
    gone = "" if name in strategies else " (none of its runs ended, so it is not compared)"
    return f"{quote_name(name, strategies)} in {word} {', '.join(numbers)}{more}{gone}"
