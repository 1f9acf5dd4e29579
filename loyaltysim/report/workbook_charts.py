"""The workbook's native charts: worth against the first strategy, customers over time, why customers leave.

What users wrote reaches a chart through the cells that hold it: a chart's own words may be read as a reference to cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from loyaltysim.core.codes import REASONS
from loyaltysim.report.drawing import COLOURS
from loyaltysim.report.figure_reasons import LOOKS
from loyaltysim.report.text.numbers import format_horizon
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.workbook import Workbook

FAINT = {"color": "#E6E6E6", "width": 0.75}
FONT = {"name": "Calibri", "size": 10, "color": "#565D64"}
CUSTOMERS_ROWS, HIGHEST = 21, 800
"""Rows of cells that the chart of customers covers; pixels of the highest chart that a page holds."""
DASHES = ("solid", "dash", "dash_dot", "round_dot")


def _chart(book: Workbook, kind: dict[str, Any], title: str, across: str, up: str) -> Chart:
    chart: Chart = book.add_chart(kind)
    chart.set_title({"name": title, "overlay": False, "name_font": {"name": "Calibri", "size": 13, "bold": True}})
    chart.set_x_axis({"name": across, "num_font": FONT, "name_font": FONT, "major_gridlines": {"visible": False}})
    chart.set_y_axis(
        {"name": up, "num_font": FONT, "name_font": FONT, "major_gridlines": {"visible": True, "line": FAINT}}
    )
    return chart


def money_height(strategies: int) -> int:
    """Give the height in pixels of the chart of worth."""
    return min(230 + 26 * strategies, HIGHEST)


def money_chart(book: Workbook, results: Results, head: int, last: int) -> Chart:
    """Draw worth against the first strategy, with and without the value after the horizon, from the first sheet.

    The title says which bar is which: some programs list such a chart's legend from the bottom up, others from the top.
    """
    title = (
        f"Worth against the first strategy over {format_horizon(results.months)}: "
        "blue, above, with the value after the horizon; orange, below, without it"
    )
    chart = _chart(book, {"type": "bar"}, title, "", "")
    kinds = ((2, "with the value after the horizon", "#0072B2"), (5, "without the value after the horizon", "#E69F00"))
    for column, name, colour in kinds:
        chart.add_series(
            {
                "name": name,
                "categories": ["Answer", head + 2, 0, last, 0],
                "values": ["Answer", head + 2, column, last, column],
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    chart.set_x_axis({"name": ["Answer", head, 1], "num_format": "#,##0", "num_font": FONT, "name_font": FONT, "major_gridlines": {"visible": True, "line": FAINT}})  # fmt: skip
    chart.set_y_axis(
        {"reverse": True, "crossing": "max", "label_position": "low", "num_font": FONT, "line": {"none": True}}
    )
    chart.set_legend({"none": True})
    chart.set_size({"width": 980, "height": money_height(len(results.strategies))})
    return chart


def customers_chart(book: Workbook, results: Results, sheet: str, names: Sequence[tuple[int, int]]) -> Chart:
    """Draw customers month by month, one line a strategy; `names`: the cells, row and column, that name them in the legend."""
    chart = _chart(
        book, {"type": "scatter", "subtype": "straight"}, "Customers at the end of the month", "month", "customers"
    )
    for position in range(len(results.strategies)):
        chart.add_series(
            {
                "name": [sheet, *names[position]],
                "categories": [sheet, 1, 0, results.months + 1, 0],
                "values": [sheet, 1, position + 1, results.months + 1, position + 1],
                "line": {
                    "color": COLOURS[position % len(COLOURS)],
                    "width": 2,
                    "dash_type": DASHES[position % len(DASHES)],
                },
            }
        )
    chart.set_x_axis({"name": "month", "min": 0, "max": results.months, "num_font": FONT, "name_font": FONT, "major_gridlines": {"visible": False}})  # fmt: skip
    chart.set_y_axis({"name": "customers", "num_format": "#,##0", "num_font": FONT, "name_font": FONT, "major_gridlines": {"visible": True, "line": FAINT}})  # fmt: skip
    chart.set_legend({"position": "right", "font": FONT})
    chart.set_size({"width": 860, "height": CUSTOMERS_ROWS * 20})
    return chart


def reasons_chart(book: Workbook, results: Results, sheet: str) -> Chart:
    """Draw how many left under each strategy and why, from the sheet of departures (six rows a strategy)."""
    chart = _chart(
        book,
        {"type": "bar", "subtype": "stacked"},
        f"Customers who left in {format_horizon(results.months)}, by reason",
        "customers",
        "",
    )
    rows = {name: 1 + number * len(REASONS) for number, name in enumerate(results.strategies)}
    for reason, (colour, _, label) in LOOKS.items():
        at = [first + REASONS.index(reason) for first in rows.values()]
        cells = "(" + ",".join(f"'{sheet}'!$C${row + 1}" for row in at) + ")"
        names = "(" + ",".join(f"'{sheet}'!$A${row + 1}" for row in at) + ")"
        chart.add_series(
            {"name": label, "categories": f"={names}", "values": f"={cells}", "fill": {"color": colour}, "gap": 50}
        )
    chart.set_x_axis({"num_format": "#,##0", "num_font": FONT, "major_gridlines": {"visible": True, "line": FAINT}})
    chart.set_y_axis({"reverse": True, "crossing": "max", "num_font": FONT, "line": {"none": True}})
    chart.set_legend({"position": "top", "font": FONT})
    chart.set_size({"width": 760, "height": 200 + 30 * len(results.strategies)})
    return chart
