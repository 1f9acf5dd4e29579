"""The tables as an Excel workbook: typed and formatted, with native charts, and a first sheet that reads by itself.

What users wrote is put into cells as text, never as a formula, a number or a link. The same results give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from loyaltysim.report import answer as answers
from loyaltysim.report.failure_words import FAILURES, warning
from loyaltysim.report.folder import Material
from loyaltysim.report.names import plain
from loyaltysim.report.results import Results
from loyaltysim.report.statistics import interval
from loyaltysim.report.workbook_charts import customers_chart, money_chart, reasons_chart
from loyaltysim.report.workbook_formats import Formats, format_for, height

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
    "thresholds": "Break-even",
    "touchpoints": "Touchpoints",
    "business": "Business",
    "pilots": "Pilots",
}
"""The run's tables, by the name of their CSV file, and the sheet that holds each."""
MOST_ROWS, HEAD_ROW, A4 = 1_048_575, 5, 9
FIRST_WIDTH, WIDTH, MERGED = 30, 17, 7
"""The first sheet's columns: how many letters wide its first is and the others, and the last that its sentences span."""


def workbook(material: Material) -> bytes:
    """Give report.xlsx for what lies in a folder."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False})  # fmt: skip
    title = plain(str(material.manifest.get("title", "")))
    book.set_properties({"title": title[:255], "author": "", "comments": "", "created": CREATED})
    formats = Formats(book)
    answer = book.add_worksheet("Answer")
    if material.results is None:
        _said(answer, material, formats)
    else:
        _first_sheet(book, answer, material, material.results, formats)
        _months(book, material.results, formats)
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


def _said(sheet: Worksheet, material: Material, formats: Formats) -> None:
    """Write title, question and answer at the top of the first sheet."""
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
    for row, (text, kind, line) in enumerate(said):
        sheet.merge_range(row, 0, row, MERGED, "", kind)
        sheet.write_string(row, 0, plain(text), kind)
        sheet.set_row(row, height(text, (FIRST_WIDTH + MERGED * WIDTH) * 15 / line, line))


def _first_sheet(book: Workbook, sheet: Worksheet, material: Material, results: Results, formats: Formats) -> None:
    """Write the answer, the table that the terminal shows with its intervals apart, and a chart of it."""
    _said(sheet, material, formats)
    heads, rows = _strategies(results)
    for column, head in enumerate(heads):
        sheet.write_string(HEAD_ROW, column, head, formats.head_of_figures if column else formats.head_wrapped)
    sheet.set_row(HEAD_ROW, max(height(head, WIDTH if column else FIRST_WIDTH) for column, head in enumerate(heads)))
    money, whole, share = formats.money(results.currency), formats.whole, formats.share
    kinds = [formats.text_wrapped, *[money] * (len(heads) - 3), whole, share]
    for number, row in enumerate(rows, HEAD_ROW + 1):
        sheet.set_row(number, height(row[0], FIRST_WIDTH))
        for column, (value, kind) in enumerate(zip(row, kinds, strict=True)):
            _write(sheet, number, column, value, kind)
    last = HEAD_ROW + len(rows)
    below = last + 2
    if len(results.strategies) > 1:
        sheet.insert_chart(below, 0, money_chart(book, results, HEAD_ROW, last))
        below += 17 + len(rows)
    failed = material.table(FAILURES)
    if failed is not None and len(failed):
        said = warning(failed, results.strategies, results.replications)
        sheet.merge_range(below, 0, below, MERGED, "", formats.text_wrapped)
        sheet.write_string(below, 0, plain(said), formats.text_wrapped)
        sheet.set_row(below, height(said, FIRST_WIDTH + MERGED * WIDTH))
        below += 2
    counts = material.manifest.get("rests_on") or {}
    if counts:
        told = ", ".join(f"{count:,} {grade}" for grade, count in counts.items())
        sheet.write_string(below, 0, f"It rests on {told} figures.", formats.soft)
    _for_paper(sheet)


def _strategies(results: Results) -> tuple[list[str], list[list[Any]]]:
    """Give the first sheet's table: heads, and a row a strategy."""
    compared = len(results.strategies) > 1
    first = plain(results.reference)
    heads = ["strategy", f"worth (NPV, {results.currency})"]
    if compared:
        for what in (f"against {first}", "without value after the horizon"):
            heads += [what, f"{what}: 95 % from", "to"]
    heads += ["customers at the end", "churn a year"]
    rows = []
    for name in results.strategies:
        figures = results.figures[name]
        row: list[Any] = [plain(name), interval(figures["npv"]).mean]
        if compared:
            spans = answers.gaps(results, name) if name != results.reference else ()
            row += [end for span in spans for end in (span.mean, span.low, span.high)] or [None] * 6
        rows.append([*row, *(interval(figures[metric]).mean for metric in ("customers", "churn_annual"))])
    return heads, rows


def _write(sheet: Worksheet, row: int, column: int, value: Any, kind: Any) -> None:
    """Write one cell by the type of its value; nothing for what is absent."""
    if isinstance(value, str):
        sheet.write_string(row, column, plain(value)[:32_767], kind)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, kind)
    elif value is None or not isfinite(value):
        sheet.write_blank(row, column, None, kind)
    else:
        sheet.write_number(row, column, float(value), kind)


def _table(book: Workbook, name: str, table: pd.DataFrame, material: Material, formats: Formats) -> None:
    """Write one CSV file's table with a filter on each column and its head held in view."""
    sheet = book.add_worksheet(name)
    columns = [str(column) for column in table.columns]
    for number, head in enumerate(columns):
        words = any(isinstance(value, str) for value in table[head])
        sheet.write_string(0, number, head.replace("_", " "), formats.head if words else formats.head_of_figures)
    currency = str(material.manifest.get("currency", "$"))
    for number, row in enumerate(table.itertuples(index=False, name=None), 1):
        cells = [_unquoted(value) for value in row]
        for column, value in enumerate(cells):
            _write(sheet, number, column, value, format_for(formats, columns, cells, column, currency))
    widths = [max([len(column), *(len(str(value)) if isinstance(value, str) else 12 for value in table[column].head(200))]) for column in table.columns]  # fmt: skip
    for number, width in enumerate(widths):
        sheet.set_column(number, number, min(width + 2, 48))
    _for_paper(sheet)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table), 1), len(columns) - 1)
    if name == SHEETS["departures"] and material.results is not None:
        sheet.insert_chart(1, len(columns) + 1, reasons_chart(book, material.results, name))


def _for_paper(sheet: Worksheet) -> None:
    """Print a sheet across A4, as many pages long as it needs."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def _unquoted(value: Any) -> Any:
    """Take away the quote that keeps spreadsheets from reading a CSV file's text as a formula: here it is text anyway."""
    if isinstance(value, str) and value[:1] == "'" and value[1:2] in ("=", "+", "-", "@", "\t", "\r"):
        return value[1:]
    return value


def _months(book: Workbook, results: Results, formats: Formats) -> None:
    """Write customers month by month, mean over replications, one column a strategy, and draw them."""
    sheet = book.add_worksheet("Customers")
    sheet.write_string(0, 0, "month", formats.head_of_figures)
    sheet.set_column(0, len(results.strategies), 14)
    for column, name in enumerate(results.strategies, 1):
        sheet.write_string(0, column, plain(name), formats.head_of_figures)
        for month, value in enumerate(results.path(name, "customers").mean(axis=0)):
            sheet.write_number(month + 1, column, float(value), formats.whole)
    for month in range(results.months + 1):
        sheet.write_number(month + 1, 0, month, formats.whole)
    _for_paper(sheet)
    sheet.freeze_panes(1, 1)
    sheet.insert_chart(1, len(results.strategies) + 2, customers_chart(book, results, "Customers"))


def _made(book: Workbook, material: Material, formats: Formats) -> None:
    """Write how it was made."""
    sheet = book.add_worksheet("How it was made")
    manifest = material.manifest
    facts: Sequence[tuple[str, Any]] = [
        *((name.replace("_", " "), manifest.get(name)) for name in ("seed", "replications", "months", "start", "discount_rate", "scenario_sha256")),
        *dict(manifest.get("versions", {})).items(),
        ("to repeat it, in this folder", str(manifest.get("repeat", "loyaltysim run scenario.yml"))),
        ("what it rests on", "loyaltysim audit scenario.yml"),
    ]  # fmt: skip
    _for_paper(sheet)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 70)
    for row, (name, value) in enumerate(facts):
        sheet.write_string(row, 0, name, formats.text)
        _write(sheet, row, 1, value, formats.text)
