"""The pictures of a run, one question each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from loyaltysim.report.drawing import png
from loyaltysim.report.figure_customers import customers
from loyaltysim.report.figure_funnel import funnel
from loyaltysim.report.figure_money import money
from loyaltysim.report.figure_next_dollar import next_dollar
from loyaltysim.report.figure_reasons import reasons
from loyaltysim.report.figure_talk import talk
from loyaltysim.report.figure_touchpoints import touchpoints
from loyaltysim.report.figure_waterfall import waterfall
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "customers",
    "draw",
    "funnel",
    "money",
    "next_dollar",
    "reasons",
    "talk",
    "touchpoints",
    "waterfall",
]

ALWAYS: tuple[Callable[[Results], Figure], ...] = (customers, money, waterfall, reasons, funnel)


def draw(results: Results, drawn: Callable[..., Figure] | None = None) -> dict[str, bytes]:
    """Draw every picture of a run: PNG bytes by file name. `drawn`: gives a question's figure, where some are at hand."""
    chosen = [*ALWAYS]
    chosen += [talk] if "messages_bad" in results.catalog else []
    chosen += [touchpoints] if results.audits else []
    chosen += [next_dollar] if len(results.strategies) > 1 else []
    return {f"{question.__name__}.png": png(drawn(question) if drawn else question(results)) for question in chosen}
