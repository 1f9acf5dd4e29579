"""report.xlsx with names that a spreadsheet could read as references or commands, and with long ones."""

from __future__ import annotations

import io
import json
import re
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest

from loyaltysim.report.workbook import FIRST_WIDTH, WIDTH, workbook
from loyaltysim.results.reader import ReportSource, read_source
from loyaltysim.study import Study
from tests.report.studies import LONG, widened

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


def test_long_names_and_a_long_answer_have_room_on_the_first_sheet(study: Study) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(made(study, [LONG.format(number) for number in range(3)])))["Answer"]
    letters = sum(sheet.column_dimensions[letter].width for letter in "ABCDEFGH")
    assert sheet.row_dimensions[3].height >= 20 * len(sheet["A3"].value) / letters
    for row in (7, 8, 9):
        assert sheet[f"A{row}"].alignment.wrap_text
        assert sheet.row_dimensions[row].height >= 15 * len(sheet[f"A{row}"].value) / sheet.column_dimensions["A"].width
    assert sheet.row_dimensions[6].height >= 15 * len(sheet["C6"].value) / sheet.column_dimensions["C"].width


def sheets_of(study: Study, names: list[str]) -> tuple[Any, list[str]]:
    data = made(study, names)
    with ZipFile(io.BytesIO(data)) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    return openpyxl.load_workbook(io.BytesIO(data)), charts


@pytest.mark.parametrize("names", [VARIANTS, [LONG.format(number) for number in range(12)]], ids=["middle", "end"])
def test_long_names_are_whole_above_the_months_and_short_but_apart_in_the_legend(
    study: Study, names: list[str]
) -> None:
    book, charts = sheets_of(study, names)
    sheet = book["Customers"]
    for column, name in enumerate(names, 2):
        cell = sheet.cell(1, column)
        assert cell.value == name
        assert cell.alignment.wrap_text
        wide = sheet.column_dimensions[cell.column_letter].width or sheet.column_dimensions["B"].width
        assert sheet.row_dimensions[1].height >= 15 * len(name) / wide
    [chart] = [each for each in charts if "Customers at the end of the month" in each]
    asked = re.findall(r"<c:tx><c:strRef><c:f>Customers!\$([A-Z]+)\$(\d+)</c:f>", chart)
    short = [str(sheet[f"{column}{row}"].value) for column, row in asked]
    assert len(set(short)) == len(names)
    assert max(map(len, short)) <= 36
    whole = [sheet.cell(int(row), sheet[f"{column}{row}"].column + 1).value for column, row in asked]
    assert whole == names  # the key below the chart
    for name, brief in zip(names, short, strict=True):
        assert all(part.strip() in name for part in brief.split("…"))


def test_short_names_are_named_by_the_heads_alone(study: Study) -> None:
    book, charts = sheets_of(study, ["as today", "recovery", "5 $ and שירות"])
    [chart] = [each for each in charts if "Customers at the end of the month" in each]
    assert re.findall(r"<c:tx><c:strRef><c:f>(.*?)</c:f>", chart) == [f"Customers!${column}$1" for column in "BCD"]
    cells = [cell for row in book["Customers"].iter_rows(values_only=True) for cell in row]
    assert "in the chart" not in cells


def test_a_table_s_long_texts_have_room(study: Study, tmp_path: Path) -> None:
    table = pd.DataFrame({"strategy": VARIANTS, "metric": ["npv", "npv", "npv"], "mean": [1.0, 2.0, 3.0]})
    shutil.copytree(study.folder, tmp_path / "copy")
    table.to_csv(tmp_path / "copy/summary.csv", index=False)
    manifest = json.loads((tmp_path / "copy/manifest.json").read_text())
    (tmp_path / "copy/manifest.json").write_text(json.dumps(manifest | {"files": {}}))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(read_source(tmp_path / "copy"))))["Summary"]
    for row, name in enumerate(VARIANTS, 2):
        assert sheet.cell(row, 1).value == name
        assert sheet.cell(row, 1).alignment.wrap_text
        assert sheet.row_dimensions[row].height >= 15 * len(name) / sheet.column_dimensions["A"].width
        assert not sheet.cell(row, 2).alignment.wrap_text


@pytest.mark.parametrize(("strategies", "apart"), [(3, False), (12, True), (40, True)])
def test_on_paper_the_first_sheet_s_chart_is_in_one_piece(study: Study, strategies: int, apart: bool) -> None:
    names = ["as today", *(LONG.format(number) if apart else f"plan {number}" for number in range(1, strategies))]
    sheet = openpyxl.load_workbook(io.BytesIO(made(study, names)))["Answer"]
    [chart] = sheet._charts
    breaks = [each.id for each in sheet.row_breaks.brk]
    assert breaks == ([chart.anchor._from.row - 1] if apart else [])
    begins, ends = chart.anchor._from.row, chart.anchor.to.row
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((None, 0), (1, 0))
    wide = FIRST_WIDTH + 9 * WIDTH  # letters, of which one is at least 5.2 points wide
    assert 15 * (ends - begins) <= 5.2 * wide * 487 / 740  # an A4 page's height when the width is fitted
