"""The warning of runs that did not come to their end: which, why, and what is left to compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loyaltysim.reporting.text.names import quote_name, to_text

if TYPE_CHECKING:
    import pandas as pd

MOST_NUMBERS = 10


def render_failures(failed: pd.DataFrame, strategies: Sequence[str], left: int) -> str:
    """Say which runs failed, how many replications are left to compare, and the first error; empty where none failed.

    Args:
        failed: The table of `analysis.summary.build_failures`.
        strategies: Those that are compared.
        left: In how many replications they are.
    """
    if not len(failed):
        return ""
    which = []
    for name, rows in failed.groupby("strategy", sort=False):
        numbers = [f"{number}" for number in rows.replication[:MOST_NUMBERS]]
        more = f" and {len(rows) - MOST_NUMBERS} more" if len(rows) > MOST_NUMBERS else ""
        word = "replication" if len(rows) == 1 else "replications"
        gone = "" if name in strategies else " (none of its runs ended, so it is not compared)"
        which.append(f"{quote_name(str(name), strategies)} in {word} {', '.join(numbers)}{more}{gone}")
    count = f"{len(failed)} {'run' if len(failed) == 1 else 'runs'} failed and {'is' if len(failed) == 1 else 'are'} left out"
    compared = f"{left} replication{'' if left == 1 else 's'}, in which every run of all that is compared ended,"
    return (
        f"{count}: {'; '.join(which)}. What is told rests on {compared} since strategies are compared on common luck. "
        f"The error{'' if len(failed) == 1 else ', of the first'}: {to_text(str(failed.error.iloc[0]))}"
    )
