"""The pictures of a run, one question each."""

from __future__ import annotations

from loyaltysim.report.drawing import png
from loyaltysim.report.figure_customers import customers
from loyaltysim.report.figure_money import money
from loyaltysim.report.figure_touchpoints import touchpoints
from loyaltysim.report.results import Results

__all__ = ["customers", "draw", "money", "touchpoints"]


def draw(results: Results) -> dict[str, bytes]:
    """Draw every picture of a run: PNG bytes by file name."""
    drawn = {"customers.png": png(customers(results)), "money.png": png(money(results))}
    return drawn | ({"touchpoints.png": png(touchpoints(results))} if results.audits else {})
