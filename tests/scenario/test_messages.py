"""A mistake is answered with its place, its field, what is wrong and what would be right; nothing else is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from loyaltysim.cli import main
from loyaltysim.core.errors import InputError
from loyaltysim.scenario import check
from tests.support.bad_scenarios import MORE, TEN_KINDS, Bad
from tests.support.bad_values import UNFIT

ROOT = Path(__file__).parents[2]


def lay_out(bad: Bad, folder: Path) -> Path:
    for name, text in bad.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder / bad.checked


@pytest.mark.parametrize("bad", TEN_KINDS, ids=lambda bad: bad.name)
def test_the_command_line_answers_with_place_field_and_cure(bad: Bad, tmp_path: Path) -> None:
    path = lay_out(bad, tmp_path)
    there = sorted(tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "loyaltysim", "check", path.name],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for words in bad.says:
        assert words in done.stderr
    assert sorted(tmp_path.rglob("*")) == there


@pytest.mark.parametrize("bad", [*TEN_KINDS, *MORE, *UNFIT], ids=lambda bad: bad.name)
def test_the_library_says_the_same(bad: Bad, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        check(lay_out(bad, tmp_path))
    for words in bad.says:
        assert words in str(caught.value)
    assert "pydantic" not in str(caught.value).lower()
    assert all(problem.cure or not problem.field for problem in caught.value.problems)


def test_every_problem_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "study.yml"
    path.write_text("months: 0\nvoice: {pirce: 1, price: -1}\nstart: soon\nstrategies: {a: {desk.bugdet: 1}}\n")
    with pytest.raises(InputError) as caught:
        check(path)
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["months", "voice.pirce", "voice.price", "strategies.a.desk.bugdet"]


def test_a_file_that_is_too_large_or_no_text(tmp_path: Path) -> None:
    for data, words in ((b"#" * 1_000_001, "larger than 1 MB"), (b"title: \xff\n", "study.yml:1:1: is not UTF-8")):
        (tmp_path / "study.yml").write_bytes(data)
        with pytest.raises(InputError, match=words):
            check(tmp_path / "study.yml")


def test_a_misspelt_file_name_is_guessed(tmp_path: Path) -> None:
    (tmp_path / "study.yml").write_text("months: 3\n")
    with pytest.raises(InputError, match=r"did you mean study.yml\?"):
        check(tmp_path / "stduy.yml")


def test_run_refuses_them_likewise_and_writes_nothing(tmp_path: Path) -> None:
    for bad in (bad for bad in UNFIT if "channels" in bad.name or "pilot" in bad.name):
        path = lay_out(bad, tmp_path)
        done = CliRunner().invoke(main, ["run", str(path), "--out", str(tmp_path / "out")])
        assert done.exit_code == 2, bad.name
        assert bad.says[-1] in done.stderr
        assert sorted(tmp_path.iterdir()) == [path]
