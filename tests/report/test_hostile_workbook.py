"""report.xlsx with names that a spreadsheet could read as references or commands, and with long ones."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import replace
from zipfile import ZipFile

import openpyxl
import pytest

from loyaltysim.experiments.study import Study
from loyaltysim.report.folder import Material, material
from loyaltysim.report.workbook import workbook
from tests.report.studies import LONG, widened

REFERENCES = ["Act now!A1 plan", "=cmd|' /C calc'!A0", "Sheet!$B$2"]


def made(study: Study, names: list[str], currency: str = "$") -> bytes:
    found = material(study.folder)
    results = replace(widened(study.results, names), currency=currency)
    manifest = dict(found.manifest) | {"answer": f"{names[0]} is best. " * 2, "currency": currency}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return workbook(Material(manifest, results, found.path))


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
