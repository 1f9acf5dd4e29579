"""The tables as an Excel workbook: typed and formatted, with native charts, and a first sheet that reads by itself.

What users wrote is put into cells as text, never as a formula, a number or a link. The same results give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from loyaltysim.report.text import answer as answers
from loyaltysim.report.text.failures import FAILURES, failures_warning
from loyaltysim.report.text.names import to_text
from loyaltysim.report.workbook_charts import money_chart, money_height, reasons_chart
from loyaltysim.report.workbook_formats import Formats, for_paper, format_for, height
from loyaltysim.report.workbook_months import months
from loyaltysim.results.reader import ReportSource
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import interval

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A date that is always the same, so that the same results give the same bytes."""
SHEETS = {
    "summary": "Summary",
    "money": "Money",
    "departures": "Departures",
    "complaints": "Complaints",
    "touchpoints": "Touchpoints",
    "business": "Business",
    "pilots": "Pilots",
}
"""The run's tables, by the name of their CSV file, and the sheet that holds each."""
MOST_ROWS, HEAD_ROW = 1_048_575, 5
PAGE, LETTER, ROW_POINTS = (740.0, 487.0), 5.4, 15.0
"""Points of an A4 page on its side within the usual margins, across and down; of a letter's width; of a row's height."""
WIDEST = 64
"""Letters across at which a table's text wraps."""
FIRST_WIDTH, WIDTH, MERGED = 30, 17, 7
"""The first sheet's columns: how many letters wide its first is and the others, and the last that its sentences span."""


def workbook(material: ReportSource) -> bytes:
    """Give report.xlsx for what lies in a folder."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False})  # fmt: skip
    title = to_text(str(material.manifest.get("title", "")))
    book.set_properties({"title": title[:255], "author": "", "comments": "", "created": CREATED})
    formats = Formats(book)
    answer = book.add_worksheet("Answer")
    if material.results is None:
        _said(answer, material, formats)
    else:
        _first_sheet(book, answer, material, material.results, formats)
        months(book, material.results, formats)
    order = list(SHEETS)
    for name in sorted(material.names, key=lambda name: (order.index(name) if name in order else len(order), name)):
        table = material.table(name)
        if table is not None and len(table) <= MOST_ROWS and len(table.columns):
            _table(book, SHEETS.get(name, _sheet_name(name)), table, material, formats)
    _made(book, material, formats)
    answer.activate()
    book.close()
    return file.getvalue()


def _sheet_name(name: str) -> str:
    """Make a sheet's name of a file's: at most 31 letters, none that Excel refuses."""
    clean = "".join(" " if letter in "[]:*?/\\_-'" else letter for letter in name).strip()
    return (clean[:1].upper() + clean[1:])[:31] or "Table"


def _said(sheet: Worksheet, material: ReportSource, formats: Formats) -> float:
    """Write title, question and answer at the top of the first sheet, and give their height in points."""
    manifest = material.manifest
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, FIRST_WIDTH)
    sheet.set_column(1, 12, WIDTH)
    lines = [line for line in str(manifest.get("answer", "")).split("\n") if line] or [""]
    said = (
        (str(manifest.get("title", "")), formats.soft_wrapped, 15.0),
        (" ".join(str(manifest.get("question", "")).split()), formats.soft_wrapped, 15.0),
        (lines[0], formats.answer, 22.0),
        (" ".join(lines[1:]), formats.text_wrapped, 15.0),
    )
    used = ROW_POINTS
    for row, (text, kind, line) in enumerate(said):
        sheet.merge_range(row, 0, row, MERGED, "", kind)
        sheet.write_string(row, 0, to_text(text), kind)
        points = height(text, (FIRST_WIDTH + MERGED * WIDTH) * 15 / line, line)
        sheet.set_row(row, points)
        used += points
    return used


def _first_sheet(book: Workbook, sheet: Worksheet, material: ReportSource, results: Results, formats: Formats) -> None:
    """Write the answer, the table that the terminal shows with its intervals apart, and a chart of it."""
    used = _said(sheet, material, formats)
    heads, rows = _strategies(results)
    for column, head in enumerate(heads):
        sheet.write_string(HEAD_ROW, column, head, formats.head_of_figures if column else formats.head_wrapped)
    heights = [max(height(head, WIDTH if column else FIRST_WIDTH) for column, head in enumerate(heads))]
    heights += [height(row[0], FIRST_WIDTH) for row in rows]
    for number, points in enumerate(heights, HEAD_ROW):
        sheet.set_row(number, points)
    money, whole, share = formats.money(results.currency), formats.whole, formats.share
    kinds = [formats.text_wrapped, *[money] * (len(heads) - 3), whole, share]
    for number, row in enumerate(rows, HEAD_ROW + 1):
        for column, (value, kind) in enumerate(zip(row, kinds, strict=True)):
            _write(sheet, number, column, value, kind)
    last = HEAD_ROW + len(rows)
    below = last + 2
    for_paper(sheet)
    if len(results.strategies) > 1:
        sheet.insert_chart(below, 0, money_chart(book, results, HEAD_ROW, last))
        chart_ends = used + sum(heights) + 2 * ROW_POINTS + money_height(len(rows)) * 0.75
        if chart_ends > _page_height(len(heads)):
            sheet.set_h_pagebreaks([below - 1])  # else a page's end might divide the chart
        below += 17 + len(rows)
    failed = material.table(FAILURES)
    if failed is not None and len(failed):
        said = failures_warning(failed, results.strategies, results.replications)
        sheet.merge_range(below, 0, below, MERGED, "", formats.text_wrapped)
        sheet.write_string(below, 0, to_text(said), formats.text_wrapped)
        sheet.set_row(below, height(said, FIRST_WIDTH + MERGED * WIDTH))
        below += 2
    counts = material.manifest.get("rests_on") or {}
    if counts:
        told = ", ".join(f"{count:,} {grade}" for grade, count in counts.items())
        sheet.write_string(below, 0, f"It rests on {told} figures.", formats.soft)


def _strategies(results: Results) -> tuple[list[str], list[list[Any]]]:
    """Give the first sheet's table: heads, and a row a strategy."""
    compared = len(results.strategies) > 1
    first = to_text(results.reference)
    heads = ["strategy", f"worth (NPV, {results.currency})"]
    if compared:
        for what in (f"against {first}", "without value after the horizon"):
            heads += [what, f"{what}: 95 % from", "to"]
    heads += ["customers at the end", "churn a year"]
    rows = []
    for name in results.strategies:
        figures = results.figures[name]
        row: list[Any] = [to_text(name), interval(figures["npv"]).mean]
        if compared:
            spans = answers.gaps(results, name) if name != results.reference else ()
            row += [end for span in spans for end in (span.mean, span.low, span.high)] or [None] * 6
        rows.append([*row, *(interval(figures[metric]).mean for metric in ("customers", "churn_annual"))])
    return heads, rows


def _write(sheet: Worksheet, row: int, column: int, value: Any, kind: Any) -> None:
    """Write one cell by the type of its value; nothing for what is absent."""
    if isinstance(value, str):
        sheet.write_string(row, column, to_text(value)[:32_767], kind)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, kind)
    elif value is None or not isfinite(value):
        sheet.write_blank(row, column, None, kind)
    else:
        sheet.write_number(row, column, float(value), kind)


def _table(book: Workbook, name: str, table: pd.DataFrame, material: ReportSource, formats: Formats) -> None:
    """Write one CSV file's table with a filter on each column and its head held in view."""
    sheet = book.add_worksheet(name)
    columns = [str(column) for column in table.columns]
    for number, head in enumerate(columns):
        words = any(isinstance(value, str) for value in table[head])
        sheet.write_string(0, number, head.replace("_", " "), formats.head if words else formats.head_of_figures)
    currency = str(material.manifest.get("currency", "$"))
    widths = [len(column) for column in columns]
    for number, row in enumerate(table.itertuples(index=False, name=None), 1):
        cells = [_unquoted(value) for value in row]
        widths = [
            max(width, len(value) if isinstance(value, str) else 12) for width, value in zip(widths, cells, strict=True)
        ]
        long = [value for value in cells if isinstance(value, str) and len(value) > WIDEST - 2]
        if long:
            sheet.set_row(number, max(height(value, WIDEST) for value in long))
        for column, value in enumerate(cells):
            kind = formats.text_wrapped if value in long else format_for(formats, columns, cells, column, currency)
            _write(sheet, number, column, value, kind)
    for number, width in enumerate(widths):
        sheet.set_column(number, number, min(width + 2, WIDEST))
    for_paper(sheet)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table), 1), len(columns) - 1)
    if name == SHEETS["departures"] and material.results is not None:
        sheet.insert_chart(1, len(columns) + 1, reasons_chart(book, material.results, name))


def _page_height(columns: int) -> float:
    """Give the points of the first sheet's rows that a page holds when its columns are fitted to the page's width."""
    return LETTER * (FIRST_WIDTH + (max(columns, MERGED + 1) - 1) * WIDTH) * PAGE[1] / PAGE[0]


def _unquoted(value: Any) -> Any:
    """Take away the quote that keeps spreadsheets from reading a CSV file's text as a formula: here it is text anyway."""
    if isinstance(value, str) and value[:1] == "'" and value[1:2] in ("=", "+", "-", "@", "\t", "\r"):
        return value[1:]
    return value


def _made(book: Workbook, material: ReportSource, formats: Formats) -> None:
    """Write how it was made."""
    sheet = book.add_worksheet("How it was made")
    manifest = material.manifest
    facts: Sequence[tuple[str, Any]] = [
        *((name.replace("_", " "), manifest.get(name)) for name in ("seed", "replications", "months", "start", "discount_rate", "scenario_sha256")),
        *dict(manifest.get("versions", {})).items(),
        ("to repeat it, in this folder", str(manifest.get("repeat", "loyaltysim run scenario.yml"))),
        ("what it rests on", "loyaltysim audit scenario.yml"),
    ]  # fmt: skip
    for_paper(sheet)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 70)
    for row, (name, value) in enumerate(facts):
        sheet.write_string(row, 0, name, formats.text)
        _write(sheet, row, 1, value, formats.text)
