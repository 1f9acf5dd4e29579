"""report.xlsx: typed cells, native charts, the same numbers as everywhere; users' words as text, hostile and long ones too."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import warnings
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from rich.console import Console

from loyaltysim.cli.run import show_table
from loyaltysim.reporting.page.build import render_page
from loyaltysim.reporting.text import answer
from loyaltysim.reporting.text.formats import format_fixed
from loyaltysim.reporting.workbook import HEAD_ROW, workbook
from loyaltysim.results.reader import ReportSource, read_source
from loyaltysim.study import Study
from tests.support.studies import HOSTILE, LONG, widened

SHEETS = [
    "Answer", "Customers", "Summary", "Money", "Departures", "Complaints", "Touchpoints", "Business", "Audit", "Metrics",
    "How it was made",
]  # fmt: skip


@pytest.fixture(scope="module")
def book(folder: Path) -> Any:
    return openpyxl.load_workbook(folder / "report.xlsx")


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return [tuple(cell for cell in row) for row in sheet.iter_rows(values_only=True)]


def test_the_first_sheet_reads_by_itself(book: Any, study: Study) -> None:
    assert [name for name in book.sheetnames if name in SHEETS] == [name for name in SHEETS if name in book.sheetnames]
    assert set(SHEETS) - set(book.sheetnames) <= {"Business"}
    first = [str(value) for row in rows(book["Answer"]) for value in row if value is not None]
    assert first[0] == study.results.title
    assert study.answer.split("\n")[0] in first
    assert set(study.results.strategies) <= set(first)
    assert len(book["Answer"]._charts) == len(book["Customers"]._charts) == len(book["Departures"]._charts) == 1


def test_cells_have_the_type_of_what_they_hold(book: Any) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), (sheet.title, cell.coordinate)
                assert cell.data_type == "s" or cell.value is None or isinstance(cell.value, int | float)
    money = book["Money"]
    assert money["C2"].number_format == '#,##0 "$"'
    assert book["Departures"]["D2"].number_format == "0.0%"
    assert money.freeze_panes == "B2"
    assert money.auto_filter.ref


def test_users_words_are_text_and_never_a_formula(book: Any, folder: Path) -> None:
    names = {row[0] for row in rows(book["Summary"])}
    assert HOSTILE in names
    assert "<b>Recovery</b> or =acquisition?" in [row[0] for row in rows(book["Answer"])]
    with ZipFile(folder / "report.xlsx") as parts:
        sheets = "".join(parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets"))
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets


def test_the_tables_are_those_of_the_csv_files(book: Any, folder: Path) -> None:
    for name in ("summary", "money", "departures", "complaints", "touchpoints"):
        table = pd.read_csv(folder / f"{name}.csv")
        sheet = rows(book[name.capitalize()])
        assert [str(head) for head in sheet[0]][: len(table.columns)] == [head.replace("_", " ") for head in table]
        assert len(sheet) == len(table) + 1
        for ours, theirs in zip(sheet[1:], table.itertuples(index=False), strict=True):
            for cell, value in zip(ours, theirs, strict=False):
                if isinstance(value, str):
                    assert cell == value.removeprefix("'")
                else:
                    assert (cell is None and value != value) or cell == pytest.approx(value, rel=1e-15)  # noqa: PLR0124


def test_the_same_folder_gives_the_same_bytes(folder: Path) -> None:
    assert workbook(read_source(folder)) == (folder / "report.xlsx").read_bytes()


def page_rows(page: str, section: str) -> dict[str, list[tuple[float | None, str]]]:
    """Give the first table of a section: each strategy's figures, exact and as they are shown."""
    table = page.partition(f'<section id="{section}"')[2].partition("</table>")[0]
    found = {}
    for row in re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", table, re.DOTALL):
        name = unescape(row.partition("</th>")[0])
        cells = re.findall(r'<td(?: data-value="([^"]*)"| class="text")?>(.*?)</td>', row, re.DOTALL)
        found[name] = [(float(exact) if exact else None, re.sub(r"<span.*", "", shown)) for exact, shown in cells]
    return found


def test_report_workbook_csv_and_terminal_say_the_same_numbers(
    book: Any, folder: Path, study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    with open(folder / "summary.csv", newline="") as file:
        summary = {(row["strategy"].removeprefix("'"), row["metric"]): row for row in csv.DictReader(file)}
    shown_on_page = page_rows((folder / "report.html").read_text(), "answer")
    sheet = {row[0]: row[1:] for row in rows(book["Answer"])[HEAD_ROW + 1 :] if row[0] in study.results.strategies}
    show_table(study)
    terminal = capsys.readouterr().out
    assert list(shown_on_page) == list(sheet) == list(study.results.strategies)
    for name in study.results.strategies:
        worth, bare, customers, churn = (
            summary[name, metric] for metric in ("npv", "npv_without_later_value", "customers", "churn_annual")
        )
        in_csv = [worth["mean"], worth["difference"], bare["difference"], customers["mean"], churn["mean"]]
        exact = [float(each) if each else None for each in in_csv]
        on_page = [value for value, _ in shown_on_page[name]]
        in_book = [sheet[name][place] for place in (0, 1, 4, 7, 8)]
        assert on_page == exact
        assert in_book == [None if each is None else pytest.approx(each, rel=1e-15) for each in exact]
        for _, shown in shown_on_page[name]:
            assert shown in terminal, (name, shown)


def test_a_half_is_rounded_alike_everywhere(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    figures = {
        name: each
        | {"customers": np.full_like(each["customers"], 10702.5), "churn_annual": np.full_like(each["npv"], 0.1445)}
        for name, each in study.results.figures.items()
    }
    results, found = replace(study.results, figures=figures), read_source(study.folder)
    found = ReportSource(found.manifest, results, found.path)
    Console(width=200).print(answer.render_table(results))
    terminal = capsys.readouterr().out
    for section, place in (("answer", 3), ("customers", 0)):
        assert page_rows(render_page(found).decode(), section)["as today"][place] == (10702.5, "10,703")
    assert terminal.count("10,703") == 3
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(found)))["Answer"]
    cell = sheet.cell(HEAD_ROW + 2, 9)
    assert (cell.value, cell.number_format) == (10702.5, "#,##0")  # shown as 10,703: spreadsheets round halves away


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [(10702.5, 0, "10,703"), (-0.5, 0, "-1"), (-0.4, 0, "0"), (100 * 0.145, 0, "15"), (2.675, 2, "2.68"), (1e15, 0, "1,000,000,000,000,000")],
)  # fmt: skip
def test_halves_are_rounded_away_from_zero_as_spreadsheets_do(value: float, places: int, shown: str) -> None:
    assert format_fixed(value, places) == shown


def test_money_on_the_page_is_money_in_the_csv_file(folder: Path, study: Study) -> None:
    money = pd.read_csv(folder / "money.csv")
    money["strategy"] = money.strategy.str.removeprefix("'")
    text = (folder / "report.html").read_text()
    for name, cells in page_rows(text, "next-dollar").items():
        row = money[money.strategy == name].set_index("item")["mean"]
        assert cells[2][0] == pytest.approx(row.return_on_spend, rel=1e-15, nan_ok=True) or cells[2][0] is None
    for name, cells in page_rows(text, "money").items():
        assert cells[3][0] == money[(money.strategy == name) & (money.item == "npv")]["mean"].iloc[0]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_and_converts_it(folder: Path, tmp_path: Path) -> None:
    command = [
        "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "csv", "--outdir",
        str(tmp_path), str(folder / "report.xlsx"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stdout + done.stderr
    converted = (tmp_path / "report.csv").read_text()
    assert "as today" in converted
    assert "<script>alert('x')</script>" in converted


def test_the_command_s_help_names_the_verb() -> None:
    from loyaltysim.cli import main

    assert "report" in CliRunner().invoke(main, ["--help"]).stdout


def test_the_chart_of_money_says_which_bar_is_which_without_a_legend(folder: Path) -> None:
    with zipfile.ZipFile(folder / "report.xlsx") as parts:
        charts = [
            parts.read(name).decode()
            for name in sorted(parts.namelist())
            if re.fullmatch(r"xl/charts/chart\d+\.xml", name)
        ]
    money = [chart for chart in charts if "Worth against the first strategy" in chart]
    assert len(money) == 1
    assert "<c:legend>" not in money[0]
    assert "blue, above, with the value after the horizon; orange, below, without it" in money[0]
    assert all("<c:legend>" in chart for chart in charts if chart not in money)


VARIANTS = [
    f"quarter one plan for the complaint desk, variant {each}, with training of everyone in the north" for each in "ABC"
]
REFERENCES = ["Act now!A1 plan", "=cmd|' /C calc'!A0", "Sheet!$B$2"]


def made(study: Study, names: list[str], currency: str = "$") -> bytes:
    found = read_source(study.folder)
    results = replace(widened(study.results, names), currency=currency)
    manifest = dict(found.manifest) | {"answer": f"{names[0]} is best. " * 2, "currency": currency}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return workbook(ReportSource(manifest, results, found.path))


@pytest.mark.parametrize("first", REFERENCES)
def test_a_name_is_never_a_reference_in_a_chart(study: Study, first: str) -> None:
    with ZipFile(io.BytesIO(made(study, [first, "other"], "Rate!A1"))) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/")]
    asked = {each for chart in charts for each in re.findall(r"<c:f>(.*?)</c:f>", chart)}
    assert charts
    assert all(re.match(r"\(?'?(Answer|Customers|Departures)'?!\$", each) for each in asked), asked
    assert all("<c:t>" not in each and first not in "".join(re.findall("<a:t>(.*?)</a:t>", each)) for each in charts)


def test_long_names_wrap_and_a_long_answer_has_lines_enough(study: Study) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(made(study, [LONG.format(number) for number in range(3)])))["Answer"]
    assert sheet.row_dimensions[3].height >= 44
    assert all(sheet[cell].alignment.wrap_text for cell in ("A3", "A7", "A8", "A9", "C6"))
    assert all(sheet.row_dimensions[row].height is None for row in (6, 7, 8, 9))  # Excel fits it to the wrapped cells


def sheets_of(study: Study, names: list[str]) -> tuple[Any, list[str]]:
    data = made(study, names)
    with ZipFile(io.BytesIO(data)) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    return openpyxl.load_workbook(io.BytesIO(data)), charts


@pytest.mark.parametrize("names", [VARIANTS, [LONG.format(number) for number in range(12)], ["as today", "recovery", "5 $ and שירות"]])  # fmt: skip
def test_the_heads_above_the_months_name_the_lines_of_the_chart(study: Study, names: list[str]) -> None:
    book, charts = sheets_of(study, names)
    [chart] = [each for each in charts if "Customers at the end of the month" in each]
    asked = re.findall(r"<c:tx><c:strRef><c:f>Customers!\$([A-Z]+)\$(\d+)</c:f>", chart)
    cells = [book["Customers"][f"{column}{row}"] for column, row in asked]
    assert [cell.value for cell in cells] == names
    assert all(cell.alignment.wrap_text for cell in cells)


def test_a_table_s_long_texts_wrap(study: Study, tmp_path: Path) -> None:
    table = pd.DataFrame({"strategy": VARIANTS, "metric": ["npv", "npv", "npv"], "mean": [1.0, 2.0, 3.0]})
    shutil.copytree(study.folder, tmp_path / "copy")
    table.to_csv(tmp_path / "copy/summary.csv", index=False)
    manifest = json.loads((tmp_path / "copy/manifest.json").read_text())
    (tmp_path / "copy/manifest.json").write_text(json.dumps(manifest | {"files": {}}))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(read_source(tmp_path / "copy"))))["Summary"]
    for row, name in enumerate(VARIANTS, 2):
        assert sheet.cell(row, 1).value == name
        assert sheet.cell(row, 1).alignment.wrap_text


@pytest.mark.parametrize(("strategies", "apart"), [(3, False), (12, True), (40, True)])
def test_on_paper_the_first_sheet_s_chart_is_in_one_piece(study: Study, strategies: int, apart: bool) -> None:
    names = ["as today", *(LONG.format(number) if apart else f"plan {number}" for number in range(1, strategies))]
    sheet = openpyxl.load_workbook(io.BytesIO(made(study, names)))["Answer"]
    [chart] = sheet._charts
    breaks = [each.id for each in sheet.row_breaks.brk]
    assert breaks == ([chart.anchor._from.row - 1] if apart else [])
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((None, 0), (1, 0))
