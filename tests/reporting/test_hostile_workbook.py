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

from loyaltysim.reporting.workbook import workbook
from loyaltysim.results.reader import ReportSource, read_source
from loyaltysim.study import Study
from tests.support.studies import LONG, widened

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
