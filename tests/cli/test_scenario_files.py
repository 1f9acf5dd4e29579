"""The scenarios that come with the package, as files: short, with a question and a lesson, listed, and told by their run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from loyaltysim.cli import main
from loyaltysim.scenario import load, shipped_scenario
from tests.support.lessons import LIBRARY, ROOT

MOST_LINES = 25


@pytest.mark.parametrize("name", LIBRARY)
def test_a_scenario_is_a_short_file_with_a_question_and_a_lesson(name: str) -> None:
    scenario = load(shipped_scenario(name))
    assert scenario.question
    assert scenario.lesson
    assert "extends: baseline.yml" in shipped_scenario(name).read_text(encoding="utf-8")
    assert len(shipped_scenario(name).read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", LIBRARY)
def test_the_page_of_scenarios_lists_it(name: str) -> None:
    assert f"[{name}](../scenarios/{name})" in (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_a_run_ends_with_the_lesson_of_its_own_file(tmp_path: Path) -> None:
    oldest, study = tmp_path / "oldest.yml", tmp_path / "study.yml"
    oldest.write_text(
        "calibration: off\nmonths: 2\nreplications: 1\nmarket: {people: 500, customers: 100, burn_in: 2}\nlesson: Stale.\n"
    )
    study.write_text("extends: oldest.yml\nlesson: >-\n  Two lines\n  of text.\n")
    places = {path: ["run", str(path), "--out", str(tmp_path / path.stem)] for path in (oldest, study)}
    told = {path: CliRunner().invoke(main, words).stdout for path, words in places.items()}
    assert "Lesson of the file as it is written: Stale." in told[oldest]
    assert "Lesson of the file as it is written: Two lines of text." in told[study]
    assert "Stale" not in told[study]
