"""What pilots told and what was true, as a table of all replications and as a sentence a strategy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loyaltysim.reporting.text.names import name_heading
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from loyaltysim.core.records import PilotRecord

COLUMNS = (
    "strategy", "replication", "tried", "others", "estimate", "ci_low", "ci_high", "true_effect", "undisturbed",
    "rolled_out",
)  # fmt: skip


def build_pilots(results: Results) -> pd.DataFrame:
    """Lay out one row a piloted strategy and replication; effects are on the share of customers kept."""
    import pandas as pd

    rows = [
        (name, number, each.tried, each.others, each.estimate, each.low, each.high, each.truth, each.undisturbed, each.rolled_out)
        for name, found in results.pilots.items()
        for number, each in enumerate(found)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def pilot_sentences(results: Results) -> list[str]:
    """Say for each pilot what it estimated on average, of what that is made, what it teaches and how it was decided."""
    return [_sentence(results, name, list(found)) for name, found in results.pilots.items()]


def _sentence(results: Results, name: str, found: list[PilotRecord]) -> str:
    """Take the mean estimate apart: estimate = true effect on all + disturbance of the arms + luck of who was drawn."""
    import numpy as np

    told, true, calm = (
        np.array([getattr(each, field) for each in found]) for field in ("estimate", "truth", "undisturbed")
    )
    held = sum(each.low <= each.truth <= each.high for each in found)
    out = sum(each.rolled_out for each in found)
    half = 100 * np.mean([(each.high - each.low) / 2 for each in found])
    each = f" (+- one standard error over {len(found)} replications)" if len(found) > 1 else ""
    return (
        f"Pilot of {name_heading(name, results.strategies)}, in points of customers kept: estimate {_points(told)} = true effect on all "
        f"{_points(true)}, the arms disturbing each other {_points(told - calm)}, the luck of who was in which arm "
        f"{_points(calm - true)}{each}. {pilot_lesson(told - calm, true)} One pilot's interval reaches some {half:.1f} to either side; "
        f"it held the truth in {held} of {len(found)}. Rolled out in {out}."
    )


def pilot_lesson(disturbance: np.ndarray, true: np.ndarray) -> str:
    """Say what the arms' disturbing each other makes of a pilot like this; float64 (replications,) each, as shares.

    It counts where its 95 % interval leaves zero out. The luck of the draw is left aside: it is another one each time.
    """
    span = interval(disturbance)
    if not span.known:
        return ""
    if span.holds_zero:
        return "Such a pilot is right but for luck: that the arms disturb each other is not to be seen."
    side = "too well of" if span.mean > 0 else "too badly of"
    effect = interval(true)
    hidden = -span.mean / effect.mean if not effect.holds_zero else 0.0
    part = f", hiding {_percent(hidden)} of its {'harm' if effect.mean < 0 else 'good'}" if hidden > 0 else ""
    return f"Luck aside, such a pilot speaks {side} the plan{part}."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share < 1 else "all"


def _points(figures: np.ndarray) -> str:
    mean = 100 * figures.mean()
    error = f" +- {100 * figures.std(ddof=1) / math.sqrt(figures.size):.1f}" if figures.size > 1 else ""
    return f"{mean:+.1f}{error}"
