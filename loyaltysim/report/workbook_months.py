"""The workbook's sheet of customers month by month: whole names above the columns, short ones in the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.report.labels import all_shortened
from loyaltysim.report.text.names import to_text
from loyaltysim.report.workbook_charts import CUSTOMERS_ROWS, customers_chart
from loyaltysim.report.workbook_formats import Formats, for_paper, height
from loyaltysim.results.results import Results

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NARROW, WIDE, HEAD_LINES, IN_CHART = 14, 30, 5, 36
"""Letters across the narrowest and the widest column, about how many lines a long head takes, and letters of a name in the chart."""


def months(book: Workbook, results: Results, formats: Formats) -> None:
    """Write customers month by month, mean over replications, one column a strategy, and draw them."""
    sheet = book.add_worksheet("Customers")
    sheet.write_string(0, 0, "month", formats.head_of_figures)
    names = [to_text(name) for name in results.strategies]
    width = min(max(NARROW, max(map(len, names)) // HEAD_LINES), WIDE)
    sheet.set_column(0, 0, NARROW)
    sheet.set_column(1, len(names), width)
    sheet.set_row(0, max(height(name, width) for name in names))
    for column, name in enumerate(results.strategies, 1):
        sheet.write_string(0, column, to_text(name), formats.head_of_figures)
        for month, value in enumerate(results.path(name, "customers").mean(axis=0)):
            sheet.write_number(month + 1, column, float(value), formats.whole)
    for month in range(results.months + 1):
        sheet.write_number(month + 1, 0, month, formats.whole)
    for_paper(sheet)
    sheet.freeze_panes(1, 1)
    right = len(results.strategies) + 2
    heads = _names_in_chart(sheet, results, right, formats)
    sheet.insert_chart(1, right, customers_chart(book, results, "Customers", heads))


def _names_in_chart(sheet: Worksheet, results: Results, column: int, formats: Formats) -> list[tuple[int, int]]:
    """Give the cells with a short name of each strategy: its head, or else one of a key below the chart, beside the whole name."""
    names = [to_text(name) for name in results.strategies]
    short = all_shortened(names, IN_CHART)
    if short == names:
        return [(0, place) for place in range(1, len(names) + 1)]
    first = CUSTOMERS_ROWS + 2
    sheet.set_column(column, column, IN_CHART + 2)
    sheet.write_string(first, column, "in the chart", formats.head)
    sheet.write_string(first, column + 1, "strategy", formats.head)
    for row, (brief, whole) in enumerate(zip(short, names, strict=True), first + 1):
        sheet.write_string(row, column, brief, formats.text)
        sheet.write_string(row, column + 1, whole, formats.text)
    return [(first + place, column) for place in range(1, len(names) + 1)]
