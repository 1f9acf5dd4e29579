"""Touchpoints from the user's own CSV file: they are read as rows, and what is wrong is told by file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import load, resolved_yaml
from loyaltysim.scenario.scenario import Scenario

HEAD = "name,stage,kind,importance,failure\n"
GOOD = HEAD + "counter,shopping,people,3,0.5\n" + '"chairs, tables",site,brand,1,\n'


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.yml").write_text("touchpoints:\n  table: mine.csv\n")
    return tmp_path


def told(folder: Path, text: str) -> str:
    (folder / "mine.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        load("study.yml")
    return str(caught.value)


def test_a_file_gives_its_rows_and_empty_cells_their_defaults(beside: Path) -> None:
    (beside / "mine.csv").write_text(GOOD)
    spec = load("study.yml")
    rows = spec.touchpoints.table
    assert [(row.name, row.kind, row.importance, row.failure) for row in rows] == [
        ("counter", "people", 3.0, 0.5),
        ("chairs, tables", "brand", 1.0, 1.0),
    ]
    assert spec.provenance["touchpoints.table"] == "study.yml:2"


def test_a_spreadsheet_s_mark_and_line_ends_do_no_harm(beside: Path) -> None:
    (beside / "mine.csv").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert len(load("study.yml").touchpoints.table) == 2


def test_the_run_s_own_scenario_holds_the_rows_and_the_hash_knows_them(beside: Path) -> None:
    (beside / "mine.csv").write_text(GOOD)
    spec = load("study.yml")
    (beside / "again.yml").write_text(resolved_yaml(spec))
    (beside / "mine.csv").write_text(GOOD.replace("0.5", "0.6"))
    assert load("again.yml").flat() == spec.flat()
    assert load("study.yml").sha256 != spec.sha256


def test_the_word_usual_and_the_command_line_name_a_table_too(beside: Path) -> None:
    (beside / "mine.csv").write_text(GOOD)
    (beside / "plain.yml").write_text("touchpoints: {table: usual}\n")
    assert load("plain.yml").touchpoints.table == Scenario().touchpoints.table
    assert len(load("plain.yml", ["touchpoints.table=mine.csv"]).touchpoints.table) == 2
    assert len(Scenario().replace({"touchpoints.table": "mine.csv"}, "test").touchpoints.table) == 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (HEAD + "counter,shoping,people,3,1\n", ["mine.csv:2:9:", "shoping is not one of search", "did you mean shopping?"]),
        (HEAD + "counter,shopping,people,much,1\n", ["mine.csv:2:25:", "much is not a number"]),
        (HEAD + '"a, b",site,people,1,-2\n', ["mine.csv:2:22:", "-2 is below 0"]),
        (HEAD + "a,site,people,1,nan\n", ["mine.csv:2:17:", "nan is not a number"]),
        (HEAD + "a,site,people,1\n", ["mine.csv:2:15:", "4 cells, but the first line names 5 columns"]),
        (HEAD + "a,site,people,1,1\na,site,brand,1,1\n", ["mine.csv:3:1:", "two touchpoints are called a"]),
        (HEAD + ",site,people,1,1\n", ["mine.csv:2:1:", "touchpoints.table[1].name: is missing"]),
        ("name,stage,kind,falure\n", ["mine.csv:1:17:", "there is no column falure", "did you mean failure?"]),
        ("name,stage,stage,kind\n", ["mine.csv:1:12:", "the column stage stands here again"]),
        ("name,stage\n", ["mine.csv:1:1:", "names no column kind"]),
        ("name;stage;kind\n", ["mine.csv:1:1:", "kept apart by semicolons"]),
        (HEAD, ["mine.csv:1:1:", "holds no row"]),
        ("", ["mine.csv:1:1:", "names no column name, stage, kind"]),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_told_with_its_place_and_cure(beside: Path, text: str, parts: list[str]) -> None:
    message = told(beside, text)
    assert all(part in message for part in parts), message


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("usul", ["study.yml:2:10: touchpoints.table:", "usul is neither a list of rows nor a file", "write usual"]),
        ("none.csv", ["study.yml:2:10:", "there is no such file"]),
        ("../mine.csv", ["study.yml:2:10:", "lies outside the folder"]),
    ],
)
def test_a_name_that_leads_to_no_table_is_told_where_it_stands(beside: Path, name: str, parts: list[str]) -> None:
    (beside / "study.yml").write_text(f"touchpoints:\n  table: {name}\n")
    with pytest.raises(InputError) as caught:
        load("study.yml")
    assert all(part in str(caught.value) for part in parts), str(caught.value)


def test_a_file_that_is_not_text_is_told_with_its_line(beside: Path) -> None:
    (beside / "mine.csv").write_bytes(HEAD.encode() + b"caf\xe9,site,people,1,1\n")
    with pytest.raises(InputError, match=r"mine\.csv:2:1: touchpoints\.table: is not UTF-8 text"):
        load("study.yml")
