"""The tables as an Excel workbook: typed and formatted, with native charts, and a first sheet that reads by itself.

What users wrote is put into cells as text, never as a formula, a number or a link, and reaches a chart through the
cells that hold it: a chart's own words may be read as a reference to cells. The same results give the same bytes.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, cast

from xlsxwriter import Workbook

from loyaltysim.analysis.recommendation import compare_with_reference
from loyaltysim.analysis.summary import FAILURES
from loyaltysim.core.codes import REASONS
from loyaltysim.reporting.charts.customers import LOOKS
from loyaltysim.reporting.charts.style import COLOURS
from loyaltysim.reporting.text.answer import render_failures
from loyaltysim.reporting.text.formats import format_horizon, to_text
from loyaltysim.results.reader import ReportSource
from loyaltysim.results.results import Results
from loyaltysim.stats.intervals import interval

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter.chart import Chart
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

CREATED = datetime(2000, 1, 1)  # Excel knows no time zones
"""A date that is always the same, so that the same results give the same bytes."""
SHEETS = ("summary", "money", "departures", "complaints", "touchpoints", "business", "pilots")
"""The run's tables by the name of their CSV file, whose sheets come first."""
MOST_ROWS, HEAD_ROW, MERGED, LETTERS, A4 = 1_048_575, 5, 7, 120, 9
"""Excel's rows below a head; the first sheet's row of heads, its last column that sentences span and the letters that
fit into a line of these; Excel's number of the paper."""
WIDE, NARROW = 450, 130
"""Pixels from which on a cell of a table is wrapped, and one of the first sheet or of the months."""
ROWS_ON_A_PAGE = 8
"""With more strategies than that, the chart below their table begins a page of its own."""
SHARES = {"share", "stay_rate", "told_share", "importance", "performance", "urgency", "believed"}
COUNTS = {"count", "told_count", "grievances", "stayed", "never_complained", "replication", "rank", "month"}
COUNTS |= {"tried", "others"}
MONEY_UNITS, NOT_MONEY = ("$", "$/month", "$/customer", "$/$"), ("payback_months", "return_on_spend")
SOFT = "#565D64"
FONT = {"name": "Calibri", "size": 10, "color": SOFT}
GRID = {"visible": True, "line": {"color": "#E6E6E6", "width": 0.75}}
AXIS = {"num_font": FONT, "name_font": FONT, "major_gridlines": GRID}
FIGURES = AXIS | {"num_format": "#,##0"}
STRATEGIES = {"reverse": True, "crossing": "max", "num_font": FONT, "line": {"none": True}}
"""An axis of a chart: any, that of figures, and that of bars with the first strategy at the top."""
FACTS = ("seed", "replications", "months", "start", "discount_rate", "scenario_sha256")
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
QUOTED = tuple(f"'{sign}" for sign in "=+-@\t\r")
"""How a text begins in a CSV file that a spreadsheet might else read as a formula: in a workbook it is text anyway."""
DASHES = ("solid", "dash", "dash_dot", "round_dot")
Formats = Mapping[str, "Format"]
Value = str | float | bool | None


def workbook(material: ReportSource) -> bytes:
    """Return report.xlsx for what lies in a folder."""
    file, manifest, results = io.BytesIO(), material.manifest, material.results
    book, title = Workbook(file, OPTIONS), to_text(str(manifest.get("title", "")))[:255]
    book.set_properties({"title": title, "author": "", "comments": "", "created": CREATED})
    currency = str(manifest.get("currency", "$")) if results is None else results.currency
    formats = formats_of(book, currency)
    first = add_sheet(book, "Answer")
    if results is not None:
        write_strategies(book, first, material, results, formats)
        write_months(book, results, formats)
    write_answer(first, manifest, formats)
    for name in [*(each for each in SHEETS if each in material.names), *sorted({*material.names} - {*SHEETS})]:
        table = material.table(name)
        if table is not None and len(table) <= MOST_ROWS and len(table.columns):
            write_table(book, sheet_name(name), table, currency, formats, results)
    facts: list[tuple[str, Value]] = [
        *((name.replace("_", " "), cast("Value", manifest.get(name))) for name in FACTS),
        *dict(manifest.get("versions", {})).items(),
        ("to repeat it, in this folder", str(manifest.get("repeat", "loyaltysim run scenario.yml"))),
        ("what it rests on", "loyaltysim audit scenario.yml"),
    ]
    made = add_sheet(book, "How it was made")
    for row, fact in enumerate(facts):
        write_row(made, row, fact, [formats["text"]] * 2)
    made.autofit(WIDE)
    first.activate()
    book.close()
    return file.getvalue()


def formats_of(book: Workbook, currency: str) -> Formats:
    """Return the workbook's formats by name; money has the currency behind it, as text of the format."""
    head = {"bold": True, "font_color": SOFT, "bottom": 1, "bottom_color": "#B9C0C6"}
    unit = currency.replace('"', "").replace("\\", "")
    looks: dict[str, dict[str, object]] = {
        "money": {"num_format": f'#,##0 "{unit}"'},
        "whole": {"num_format": "#,##0"},
        "share": {"num_format": "0.0%"},
        "plain": {"num_format": "#,##0.0000"},
        "text": {"num_format": "@", "text_wrap": True},
        "soft": {"font_color": SOFT, "text_wrap": True},
        "answer": {"font_size": 16, "bold": True, "font_color": "#0067A3", "text_wrap": True, "valign": "vcenter"},
        "head": head,
        "head_of_figures": head | {"text_wrap": True, "valign": "bottom", "align": "right"},
    }
    base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    return {name: book.add_format(base | look) for name, look in looks.items()}


def add_sheet(book: Workbook, name: str) -> Worksheet:
    """Add a sheet that is printed across A4, as many pages long as it needs."""
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    return sheet


def sheet_name(name: str) -> str:
    """Return the name of a file's sheet: at most 31 letters, none that Excel refuses."""
    clean = "".join(" " if letter in "[]:*?/\\_-'" else letter for letter in name).strip()
    return (clean[:1].upper() + clean[1:])[:31] or "Table"


def write_row(sheet: Worksheet, row: int, values: Sequence[Value], kinds: Sequence[Format]) -> None:
    """Write each cell of a row by the type of its value; nothing for what is absent."""
    for column, (value, kind) in enumerate(zip(values, kinds, strict=True)):
        if isinstance(value, str):
            sheet.write_string(row, column, to_text(value)[:32_767], kind)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, kind)
        elif value is None or not isfinite(value):
            sheet.write_blank(row, column, None, kind)
        else:
            sheet.write_number(row, column, float(value), kind)


def write_sentence(
    sheet: Worksheet, row: int, text: str, kind: Format, letters: int = LETTERS, points: int = 15
) -> None:
    """Write a text across the first sheet's columns; `letters` fit into a line, which is so many points high.

    Excel fits the height of a row to its wrapped cells, but not to merged ones.
    """
    sheet.merge_range(row, 0, row, MERGED, "", kind)
    sheet.write_string(row, 0, to_text(text), kind)
    sheet.set_row(row, min(points * max(len(textwrap.wrap(text, letters)), 1), 409))


def write_answer(sheet: Worksheet, manifest: Mapping[str, object], formats: Formats) -> None:
    """Write title, question and answer at the top of the first sheet."""
    sheet.hide_gridlines(2)
    first, *more = [line for line in str(manifest.get("answer", "")).split("\n") if line] or [""]
    write_sentence(sheet, 0, str(manifest.get("title", "")), formats["soft"])
    write_sentence(sheet, 1, " ".join(str(manifest.get("question", "")).split()), formats["soft"])
    write_sentence(sheet, 2, first, formats["answer"], LETTERS // 2, 22)
    write_sentence(sheet, 3, " ".join(more), formats["text"])


def write_strategies(
    book: Workbook, sheet: Worksheet, material: ReportSource, results: Results, formats: Formats
) -> None:
    """Write the table that the terminal shows with its intervals apart, and a chart of it."""
    names, first = results.strategies, to_text(results.reference)
    pair = [f"against {first}", "without value after the horizon"] if len(names) > 1 else []
    spans = [head for what in pair for head in (what, f"{what}: 95 % from", "to")]
    heads = ["strategy", f"worth (NPV, {results.currency})", *spans, "customers at the end", "churn a year"]
    write_row(sheet, HEAD_ROW, heads, [formats["head"], *[formats["head_of_figures"]] * (len(heads) - 1)])
    kinds = [formats[kind] for kind in ("text", "money", *["money"] * len(spans), "whole", "share")]
    for row, name in enumerate(names, HEAD_ROW + 1):
        figures = results.figures[name]
        gaps = compare_with_reference(results, name) if name != results.reference else ()
        ends: list[Value] = [end for span in gaps for end in (span.mean, span.low, span.high)]
        ends = ends or [None] * len(spans)
        worth, customers, churn = (interval(figures[metric]).mean for metric in ("npv", "customers", "churn_annual"))
        write_row(sheet, row, [name, worth, *ends, customers, churn], kinds)
    sheet.autofit(NARROW)
    sheet.set_column(0, 0, 30)
    below = HEAD_ROW + len(names) + 2
    if len(names) > 1:
        sheet.insert_chart(below, 0, money_chart(book, results, HEAD_ROW + len(names)))
        if len(names) > ROWS_ON_A_PAGE:
            sheet.set_h_pagebreaks([below - 1])  # else a page's end might divide the chart
        below += 17 + len(names)
    failed = material.table(FAILURES)
    if failed is not None and len(failed):
        write_sentence(sheet, below, render_failures(failed, names, results.replications), formats["text"])
        below += 2
    counts = material.manifest.get("rests_on") or {}
    if counts:
        told = ", ".join(f"{count:,} {grade}" for grade, count in counts.items())
        write_sentence(sheet, below, f"It rests on {told} figures.", formats["soft"])


def write_months(book: Workbook, results: Results, formats: Formats) -> None:
    """Write customers month by month, mean over replications, one column a strategy, and draw them."""
    sheet, names = add_sheet(book, "Customers"), results.strategies
    write_row(sheet, 0, ["month", *names], [formats["head_of_figures"]] * (len(names) + 1))
    for month, row in enumerate(zip(*(results.path(name, "customers").mean(axis=0) for name in names), strict=True)):
        write_row(sheet, month + 1, [month, *row], [formats["whole"]] * (len(names) + 1))
    sheet.autofit(NARROW)
    sheet.freeze_panes(1, 1)
    sheet.insert_chart(1, len(names) + 2, customers_chart(book, results))


def write_table(
    book: Workbook, name: str, table: pd.DataFrame, currency: str, formats: Formats, results: Results | None
) -> None:
    """Write one CSV file's table with a filter on each column and its head held in view."""
    sheet, columns = add_sheet(book, name), [str(column) for column in table.columns]
    words = [any(isinstance(value, str) for value in table[column]) for column in table.columns]
    heads = [column.replace("_", " ") for column in columns]
    write_row(sheet, 0, heads, [formats["head" if word else "head_of_figures"] for word in words])
    for number, row in enumerate(table.itertuples(index=False, name=None), 1):
        cells = [value[1:] if isinstance(value, str) and value.startswith(QUOTED) else value for value in row]
        about = dict(zip(columns, cells, strict=True))
        write_row(sheet, number, cells, [formats[format_name(column, about, currency)] for column in columns])
    sheet.autofilter(0, 0, max(len(table), 1), len(columns) - 1)
    sheet.autofit(WIDE)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    if name == "Departures" and results is not None:
        sheet.insert_chart(1, len(columns) + 1, reasons_chart(book, results, name))


def format_name(column: str, about: Mapping[str, Value], currency: str) -> str:
    """Return the format of a cell: by its column, and by the unit or item of its row; `about`: the row by column."""
    unit = str(about.get("unit", "")).replace(currency, "$")
    if isinstance(about[column], str):
        return "text"
    if "item" in about:
        return "plain" if about["item"] in NOT_MONEY else "money"
    if unit:
        return "money" if unit in MONEY_UNITS else "share" if "share" in unit or unit == "chance" else "plain"
    if column in SHARES or (column in ("ci_low", "ci_high") and {"share", "stay_rate", "performance"} & about.keys()):
        return "share"
    return "whole" if column in COUNTS else "plain"


def add_chart(book: Workbook, kind: dict[str, str], title: str, width: int, height: int) -> Chart:
    """Return a chart with its title, of so many pixels."""
    chart: Chart = book.add_chart(kind)
    chart.set_title({"name": title, "overlay": False, "name_font": {"name": "Calibri", "size": 13, "bold": True}})
    chart.set_size({"width": width, "height": height})
    return chart


def money_chart(book: Workbook, results: Results, last: int) -> Chart:
    """Return the chart of worth against the first strategy, from the first sheet down to its row `last`.

    The title says which bar is which: some programs list such a chart's legend from the bottom up, others from the top.
    """
    kinds = ((2, "with the value after the horizon", "#0072B2"), (5, "without the value after the horizon", "#E69F00"))
    which = "blue, above, with the value after the horizon; orange, below, without it"
    title = f"Worth against the first strategy over {format_horizon(results.months)}: {which}"
    chart = add_chart(book, {"type": "bar"}, title, 980, min(230 + 26 * len(results.strategies), 800))
    for column, name, colour in kinds:
        labels, values = (["Answer", HEAD_ROW + 2, place, last, place] for place in (0, column))
        chart.add_series({"name": name, "categories": labels, "values": values, "fill": {"color": colour}, "gap": 60})
    chart.set_x_axis(FIGURES | {"name": ["Answer", HEAD_ROW, 1]})
    chart.set_y_axis(STRATEGIES | {"label_position": "low"})
    chart.set_legend({"none": True})
    return chart


def customers_chart(book: Workbook, results: Results) -> Chart:
    """Return the chart of customers month by month, one line a strategy, named by the heads of its sheet."""
    count, end = len(results.strategies), results.months + 1
    kind, title = {"type": "scatter", "subtype": "straight"}, "Customers at the end of the month"
    chart = add_chart(book, kind, title, 860, 420 + 20 * count)
    for place in range(count):
        months, values = (["Customers", 1, column, end, column] for column in (0, place + 1))
        line = {"color": COLOURS[place % len(COLOURS)], "width": 2, "dash_type": DASHES[place % len(DASHES)]}
        chart.add_series({"name": ["Customers", 0, place + 1], "categories": months, "values": values, "line": line})
    chart.set_x_axis(AXIS | {"name": "month", "min": 0, "max": results.months, "major_gridlines": {"visible": False}})
    chart.set_y_axis(FIGURES | {"name": "customers"})
    chart.set_legend({"position": "bottom", "font": FONT})
    return chart


def reasons_chart(book: Workbook, results: Results, sheet: str) -> Chart:
    """Return the chart of how many left under each strategy and why, from the sheet of departures."""
    title, count = f"Customers who left in {format_horizon(results.months)}, by reason", len(results.strategies)
    chart = add_chart(book, {"type": "bar", "subtype": "stacked"}, title, 760, 200 + 30 * count)
    for reason, (colour, _, label) in LOOKS.items():
        rows = [2 + strategy * len(REASONS) + REASONS.index(reason) for strategy in range(count)]
        names, values = ("=(" + ",".join(f"'{sheet}'!${column}${row}" for row in rows) + ")" for column in "AC")
        chart.add_series({"name": label, "categories": names, "values": values, "fill": {"color": colour}, "gap": 50})
    chart.set_x_axis(FIGURES)
    chart.set_y_axis(STRATEGIES)
    chart.set_legend({"position": "top", "font": FONT})
    return chart
