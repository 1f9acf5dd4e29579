"""Each known answer holds, by the code that `loyaltysim validate` runs; and what the command writes and refuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from loyaltysim.cli import main
from loyaltysim.core.errors import InputError
from loyaltysim.validation import KNOWN, k5_lifetime_value, k6_spending
from loyaltysim.validation.checks import (
    KnownAnswer,
    check_near,
)
from loyaltysim.validation.runner import HEADER, validate


@pytest.mark.markets
@pytest.mark.parametrize("name", KNOWN)
def test_a_known_answer_holds_and_is_written_down(name: str, tmp_path: Path) -> None:
    verdict = validate([name], out=tmp_path)
    assert [row for row in verdict.rows if row[-1] != "passed"] == []
    with (tmp_path / "validation.csv").open(newline="") as file:
        written = list(csv.reader(file))
    assert tuple(written[0]) == HEADER
    assert [tuple(row) for row in written[1:]] == verdict.rows
    assert all(all(row) for row in written)
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.once
def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="K1, K2"):
        validate(["K9"], out=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
def test_the_command_exits_with_1_and_says_so_if_a_check_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = KnownAnswer("K5", "wrong", "nobody", [check_near("two", 2.0, 3.0, 0.5, "a reason")], [])
    monkeypatch.setattr(k5_lifetime_value, "answer", lambda: wrong)
    monkeypatch.setattr("loyaltysim.validation.runner.draw", lambda known: b"picture")
    outcome = CliRunner().invoke(main, ["validate", "k5", "--out", str(tmp_path)])
    assert outcome.exit_code == 1
    assert "FAILED" in outcome.output
    assert "0 of 1 checks passed" in outcome.output
    assert "FAILED" in (tmp_path / "validation.csv").read_text()


@pytest.mark.once
@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nowhere", "taken"])
def test_a_folder_that_cannot_be_written_is_refused_before_the_first_simulation(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "taken" / "K5.png").mkdir(parents=True)
    monkeypatch.setattr(k5_lifetime_value, "answer", lambda: pytest.fail("simulated"))
    outcome = CliRunner().invoke(main, ["validate", "K5", "--out", str(tmp_path / place)])
    assert outcome.exit_code == 2
    assert outcome.output.startswith(f"--out: {tmp_path / place}")
    assert "name a folder that can be written to" in outcome.output


@pytest.mark.once
def test_the_rows_of_other_known_answers_stay_in_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyaltysim.validation.runner.draw", lambda known: b"picture")
    for number, name, module in (
        (2.0, "K6", k6_spending),
        (3.0, "K5", k5_lifetime_value),
        (4.0, "K5", k5_lifetime_value),
    ):
        known = KnownAnswer(name, "x", "y", [check_near("z", number, number, 0.1, "w")], [])
        monkeypatch.setattr(module, "answer", lambda known=known: known)
        validate([name], out=tmp_path)
    rows = [line.split(",") for line in (tmp_path / "validation.csv").read_text().splitlines()[1:]]
    assert [(row[0], row[4]) for row in rows] == [("K5", "4"), ("K6", "2")]
