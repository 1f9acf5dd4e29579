"""Where prices turn a run's recommendation is told alike in page, workbook, file, terminal and Python."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from pathlib import Path

import openpyxl
import pytest

from loyaltysim.commands.run import show
from loyaltysim.experiments.study import Study
from loyaltysim.report import threshold_words as words
from loyaltysim.report.folder import Material, material
from loyaltysim.report.page.build import page
from loyaltysim.report.thresholds import thresholds


def test_page_workbook_csv_terminal_and_python_say_the_same(
    study: Study, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open(folder / "thresholds.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    found = thresholds(study.results)
    assert found
    assert (
        [float(row["breakeven"]) for row in rows]
        == [each.at.mean for each in found]
        == list(study.thresholds.breakeven)
    )
    text = (folder / "report.html").read_text()
    section = text.partition('<section id="basis"')[2].partition("</section>")[0]
    first = section.partition("</table>")[0]
    exact = re.findall(r'<td data-value="([^"]*)">', first)
    expected = [each for row in rows for each in (row["times_today"], row["breakeven"]) if each]
    assert [float(each) for each in exact] == [float(each) for each in expected]
    sheet = openpyxl.load_workbook(io.BytesIO((folder / "report.xlsx").read_bytes()))["Break-even"]
    cells = list(sheet.iter_rows(min_row=2, values_only=True))
    heads = [cell.value for cell in sheet[1]]
    assert [row[heads.index("breakeven")] for row in cells] == [
        pytest.approx(each.at.mean, rel=1e-15) for each in found
    ]
    times = heads.index("times today")
    assert {row[times].number_format for row in sheet.iter_rows(min_row=2)} == {"#,##0.0000"}
    show(study, Path("scenario.yml"), quiet=False)
    terminal = " ".join(capsys.readouterr().out.split())
    told = words.said(study.results)
    assert told in terminal
    assert told in unescape(re.sub(r"<[^>]*>", "", section)).replace("\u00a0", " ")
    assert words.value(study.results, found[0]).split(" ")[0] in told
    for each in found:
        assert words.value(study.results, each) in unescape(first) or each.unit == "times today's"


def test_the_page_says_that_it_is_arithmetic_and_names_what_simulates(study: Study) -> None:
    found = material(study.folder)
    text = unescape(page(Material(found.manifest, study.results, found.path)).decode())
    section = text.partition('<section id="basis"')[2].partition("</section>")[0]
    assert "arithmetic on this run's luck" in section
    named = re.findall(r"<code>loyaltysim breakeven scenario.yml --over (\S+)</code>", section)
    with open(study.folder / "audit.csv", newline="") as file:
        assert named == [
            next(row["path"] for row in csv.DictReader(file) if not row["path"].startswith("stated.reasons"))
        ]
    assert (study.folder / "figures" / "thresholds.png").exists()
