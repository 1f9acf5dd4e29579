"""What an answer rests on is graded figure by figure, and a changed figure loses the grade of the shipped one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import loyaltysim as ls
from loyaltysim.cli import main
from loyaltysim.scenario import Scenario, load, resolved_yaml, shipped_scenario
from loyaltysim.scenario.grades import GRADES, grade_evidence, read_grade
from loyaltysim.scenario.registry import parameter_registry

OWN = """\
extends: baseline.yml
voice: {price: 0.5, goodwill: 0.002}
word_of_mouth.told_when_unhappy: 12   # measured: our own survey of 2026; 400 answers
winback: off
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "baseline.yml").write_text(
        shipped_scenario("baseline.yml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    path = tmp_path / "own.yml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_it_lists_the_worst_grade_first_and_the_stated_figures_before_the_rest(own: Path) -> None:
    found = ls.audit(own)
    places = [GRADES.index(grade) for grade in found.grade]
    assert places == sorted(places)
    of_assumption = list(dict.fromkeys(found[found.grade == "assumption"].group))
    assert of_assumption[:2] == ["stated", "uncertain"]
    assert set(found.grade) == {"folklore", "assumption", "secondary", "measured"}


def test_a_changed_figure_is_an_assumption_unless_its_line_says_more(own: Path) -> None:
    rows = ls.audit(own).set_index("path")
    assert tuple(rows.loc["voice.price", ["grade", "value", "default"]]) == ("assumption", "0.5", "1")
    assert rows.loc["voice.price", "changed"]
    told = rows.loc["word_of_mouth.told_when_unhappy"]
    assert (told.grade, told.source) == ("measured", "our own survey of 2026; 400 answers")
    assert (told.provenance, told.uncertain) == ("own.yml:3", "6 to 14")
    unchanged = rows.loc["stated.silent_share_of_lost"]
    assert (unchanged.grade, unchanged.source, unchanged.changed) == ("folklore", "F3", False)


def test_it_leaves_out_what_is_switched_off_idle_or_a_choice(own: Path) -> None:
    paths = set(ls.audit(own).path)
    assert not any(path.startswith("winback.") for path in paths)
    assert "market.fickleness_beta" not in paths
    assert "market.fickleness_shape" in paths
    assert not {"months", "seed", "title", "desk.budget", "grievance.indifference"} & paths
    wanted = {path for path, row in parameter_registry().items() if row.role == "param" and row.grade != "definition"}
    assert {path for path in wanted if not path.startswith(("winback.", "market."))} <= paths


@pytest.mark.parametrize(
    "path",
    [
        "grievance.memory", "recovery.repeat_factor", "recovery.behaviour", "surveys.intends_below", "voice.goodwill",
        "surveys.goodwill", "survey_fatigue.weariness", "survey_fatigue.memory", "survey_fatigue.refusal",
        "false_claims.most", "false_claims.scale", "false_claims.detected", "rivals.reaction", "joining.fickle_draw",
        "rivals.defence", "leaders.layers", "leaders.loss", "leaders.flattery", "touchpoints.belief", "win_loss.blames_price",
    ],
)  # fmt: skip
def test_what_changes_the_answer_is_a_row_of_it_with_a_grade(path: str) -> None:
    rows = ls.audit(shipped_scenario("baseline.yml")).set_index("path")
    assert rows.loc[path, "grade"] in GRADES
    assert rows.loc[path, "value"]


def test_without_calibration_it_rests_on_the_typed_rates_and_not_on_what_is_stated() -> None:
    typed = Scenario().replace({"calibration": "off", "rivals.base": 0.003}, source="test")
    rows = ls.audit(typed).set_index("path")
    assert rows.loc["rivals.base", "grade"] == "assumption"
    assert [path for path in rows.index if path.startswith("stated.")] == ["stated.churn_annual"]


def test_a_runs_resolved_scenario_carries_the_grades(own: Path, tmp_path: Path) -> None:
    spec = load(own)
    solved = spec.replace({path: row.default for path, row in parameter_registry().items() if row.role == "solved"})
    kept = tmp_path / "scenario.yml"
    kept.write_text(resolved_yaml(solved), encoding="utf-8")
    again = load(kept)
    assert "  # people; measured: our own survey of 2026; 400 answers; own.yml:3" in kept.read_text(encoding="utf-8")
    before, after = ({row.path: row.grade for row in ls.audit(each).itertuples()} for each in (spec, again))
    assert before == after
    assert grade_evidence(again, "rivals.base").grade == "solved"


def test_a_comment_without_a_grade_says_nothing() -> None:
    assert read_grade("measured: a study; with two parts") == ("measured", "a study; with two parts")
    assert read_grade("share; folklore: F1; baseline.yml:3") == ("folklore", "F1; baseline.yml:3")
    assert read_grade("assumptions abound") is None
    assert read_grade("how good this is") is None


def test_the_command_prints_text_csv_and_json(own: Path) -> None:
    text = CliRunner().invoke(main, ["audit", str(own)]).output
    assert text.startswith("Rests on 7 folklore, ")  # the eighth, the price of winning back, is switched off
    assert "MEASURED: a study is named" in text
    assert max(map(len, text.splitlines())) < 160
    table = CliRunner().invoke(main, ["audit", str(own), "--format", "csv"]).output.splitlines()
    assert table[0].startswith("grade,group,path,value")
    assert len(table) == len(ls.audit(own)) + 1


def test_a_run_says_what_its_answer_rests_on(own: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "run.yml", tmp_path / "out"
    small = "calibration: off\nmonths: 2\nreplications: 1\nmarket: {people: 500, customers: 100, burn_in: 0}\n"
    path.write_text(small, encoding="utf-8")
    told = CliRunner().invoke(main, ["run", str(path), "--out", str(out), "--executor", "in-process"])
    assert told.exit_code == 0, told.output
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    counted = ls.audit(path).grade.value_counts().to_dict()
    assert manifest["rests_on"] == counted
    assert f"It rests on {counted['folklore']} folklore, {counted['assumption']} assumption" in told.output
