"""The table of pilots: what each told and what was true, in every replication."""

from __future__ import annotations

import pandas as pd

from loyaltysim.results.results import Results

PILOTS = ("strategy", "replication", "tried", "others", "estimate", "ci_low", "ci_high", "true_effect", "undisturbed", "rolled_out")  # fmt: skip


def build_pilots(results: Results) -> pd.DataFrame:
    """Return one row a piloted strategy and replication; effects are on the share of customers kept."""
    rows = [
        (name, number, each.tried, each.others, each.estimate, each.low, each.high, each.truth, each.undisturbed, each.rolled_out)
        for name, found in results.pilots.items()
        for number, each in enumerate(found)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(PILOTS))
