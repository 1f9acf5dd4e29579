"""What pilots told and what was true, as a sentence a strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.reporting.text.names import name_heading
from loyaltysim.stats.intervals import interval

if TYPE_CHECKING:
    from loyaltysim.results.results import Results


def describe_pilots(results: Results) -> list[str]:
    """Say for each pilot what it estimated on average, of what that is made, what it teaches and how it was decided.

    The mean estimate is taken apart: estimate = true effect on all + disturbance of the arms + luck of who was drawn.
    """
    return [describe_pilot(results, name) for name in results.pilots]


def describe_pilot(results: Results, strategy: str) -> str:
    """Say what the pilot of one strategy estimated, of what that is made, what it teaches and how it was decided."""
    found = results.pilots[strategy]
    estimate, true, calm = (
        np.array([getattr(each, field) for each in found]) for field in ("estimate", "truth", "undisturbed")
    )
    held = sum(each.low <= each.truth <= each.high for each in found)
    out = sum(each.rolled_out for each in found)
    half = 100 * np.mean([(each.high - each.low) / 2 for each in found])
    errors = f" (+- one standard error over {len(found)} replications)" if len(found) > 1 else ""
    return (
        f"Pilot of {name_heading(strategy, results.strategies)}, in points of customers kept: estimate {format_points(estimate)} = true effect on all "
        f"{format_points(true)}, the arms disturbing each other {format_points(estimate - calm)}, the luck of who was in which arm "
        f"{format_points(calm - true)}{errors}. {describe_lesson(estimate - calm, true)} One pilot's interval reaches some {half:.1f} to either side; "
        f"it held the truth in {held} of {len(found)}. Rolled out in {out}."
    )


def describe_lesson(disturbance: np.ndarray, true: np.ndarray) -> str:
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
    share = f"{100 * hidden:.0f} %" if hidden < 1 else "all"
    part = f", hiding {share} of its {'harm' if effect.mean < 0 else 'good'}" if hidden > 0 else ""
    return f"Luck aside, such a pilot speaks {side} the plan{part}."


def format_points(figures: np.ndarray) -> str:
    """Write the mean of shares in points of a hundred, with its standard error where there is one."""
    error = f" +- {100 * figures.std(ddof=1) / figures.size**0.5:.1f}" if figures.size > 1 else ""
    return f"{100 * figures.mean():+.1f}{error}"
