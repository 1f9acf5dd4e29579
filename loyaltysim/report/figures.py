"""The pictures of a run, one question each."""

from __future__ import annotations

from loyaltysim.report.drawing import png
from loyaltysim.report.figure_customers import customers
from loyaltysim.report.figure_money import money
from loyaltysim.report.results import Results

__all__ = ["customers", "draw", "money"]


def draw(results: Results) -> dict[str, bytes]:
    """Draw every picture of a run: PNG bytes by file name."""
    return {"customers.png": png(customers(results)), "money.png": png(money(results))}
