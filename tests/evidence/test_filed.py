"""What is filed under docs/evidence is complete, passed, and names a commit of this history."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from benchmarks.docking import ABSOLUTE, RELATIVE
from benchmarks.docking_settings import SETTINGS
from tests.evidence import filing
from tests.evidence.filing import EXPECTED, FOLDER, Finding, filed, has_history, known_in_history, rendered
from tests.evidence.luck_tests import SMALLEST_P, fingerprint, p_values
from tests.support.breakages import BREAKAGES

pytestmark = pytest.mark.once

PLAIN = Finding(
    "luck", "A title", "a line", True, {"seed": 1}, {"figure": 2}, note="# A note\n", pictures={"a.png": b"x"}
)


def test_all_expected_evidence_is_filed_and_nothing_else() -> None:
    assert sorted(filed()) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_evidence_passed_and_names_a_commit_of_this_history(name: str) -> None:
    record = filed()[name]
    assert record["name"] == name
    assert record["passed"] is True
    assert filing.COMMIT.fullmatch(record["commit"])
    assert known_in_history(record["commit"]), (
        f"renew it: pytest -m evidence ({record['commit']} is not in the history)"
    )
    assert date(2026, 1, 1) < date.fromisoformat(record["date"])
    assert re.fullmatch(r"3\.1[1-9]\.\d+", record["python"])
    assert set(filing.PACKAGES) <= set(record["versions"])
    assert record["seeds"]
    assert record["figures"]


@pytest.mark.parametrize("name", EXPECTED)
def test_pictures_and_notes_that_evidence_names_are_there(name: str) -> None:
    record = filed()[name]
    for file in [*record["pictures"], record["note"]]:
        assert not file or (FOLDER / file).stat().st_size > 1000, file


def test_the_page_shows_what_is_filed() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == rendered()


def test_the_evidence_on_luck_is_of_the_luck_that_is_used() -> None:
    figures = filed()["luck"]["figures"]
    assert figures["fingerprint"] == fingerprint(), "luck has changed since: renew it with pytest -m evidence"
    values = p_values(figures["sequences"]) | p_values(figures["pairs"])
    assert len(values) == figures["count"]
    assert min(values.values()) == figures["smallest"] > SMALLEST_P


def test_the_filed_slope_is_within_its_tolerance() -> None:
    figures = filed()["convergence"]["figures"]
    for slope in ("slope", "slope_to_100000"):
        assert figures[slope] == pytest.approx(-0.5, abs=0.05)
    assert set(figures["sizes"]) >= {"1000", "10000", "100000", "1000000"}
    assert all(figures["sizes"][people]["replications"] >= 200 for people in ("1000", "10000", "100000"))


def test_the_filed_docking_found_every_figure_equivalent_at_three_settings() -> None:
    figures = filed()["docking"]["figures"]
    assert sorted(figures["settings"]) == sorted(SETTINGS)
    assert figures["replications"] >= 100
    for rows in figures["settings"].values():
        assert {row["figure"] for row in rows} == {*RELATIVE, *ABSOLUTE}
        assert all(-row["tolerance"] <= row["low"] <= row["high"] <= row["tolerance"] for row in rows)


def test_the_filed_breakages_are_those_of_the_list_and_each_was_noticed() -> None:
    figures = filed()["breakages"]["figures"]
    assert set(figures["breakages"]) == {breakage.rule for breakage in BREAKAGES}
    assert len(BREAKAGES) >= 10
    assert all(breakage["failed"] for breakage in figures["breakages"].values())
    assert all(figures["unbroken"].values())


def test_a_finding_is_filed_with_its_files_and_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "FOLDER", tmp_path)
    filing.file(PLAIN, "0" * 40, 12.34)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "a.png", "luck.json", "luck.md"]
    assert filed()["luck"]["figures"] == {"figure": 2}
    (line,) = [line for line in rendered().splitlines() if line.startswith("| A title")]
    assert "| a line | holds |" in line
    assert "`000000000000`" in line
    assert "| 12 s |" in line
    filing.file(Finding("worse", "Another", "a line", False, {"seed": 1}, {}), "0" * 40, 1.0)
    assert "**fails**" in (tmp_path / "README.md").read_text()


def test_an_unknown_commit_is_known_as_one() -> None:
    assert not known_in_history("not a commit")
    assert known_in_history("0" * 40) is not has_history()
