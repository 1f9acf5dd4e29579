"""How a strategy says that it is tried first: what is read, what is refused, and that it reads back the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import Scenario, check, explain, load, resolved_yaml, schema
from loyaltysim.scenario.strategies import Pilot, pilot_declarations

ROOT = Path(__file__).parents[2]
SOUND = "{share: 0.2, months: 12}"


def written(folder: Path, pilot: str, change: str = "voice.budget: {add: 100}", more: str = "") -> Path:
    path = folder / "study.yml"
    path.write_text(f"{more}\nstrategies:\n  as today: {{}}\n  asking:\n    {change}\n    pilot: {pilot}\n")
    return path


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    spec = load(written(tmp_path, SOUND))
    assert spec.strategies["asking"].pilot == Pilot(share=0.2, months=12)
    assert spec.strategies["asking"].pilot.roll_out_if == "surely better"
    assert spec.strategies["asking"].pilot.desk == "shared"
    assert spec.strategies["as today"].pilot is None
    assert list(spec.plan("asking")) == ["voice.budget"]


def test_a_pilot_reads_back_as_it_was_and_counts_in_the_hash(tmp_path: Path) -> None:
    spec = load(written(tmp_path, "{share: 0.5, months: 6, roll_out_if: not surely worse, at_least: -0.01, desk: own}"))
    (tmp_path / "again.yml").write_text(resolved_yaml(spec))
    again = load(tmp_path / "again.yml")
    assert again.strategies == spec.strategies
    assert again.sha256 == spec.sha256 != load(written(tmp_path, SOUND)).sha256
    assert spec.replace({"months": 24}, "test").strategies == spec.strategies


def test_check_says_what_will_be_tried(tmp_path: Path) -> None:
    text = check(written(tmp_path, "{share: 0.2, months: 12, at_least: 0.01, desk: own}"))
    assert (
        "tried on 20 % of the customers for 12 months, each arm with a desk of its own, then rolled out if surely better by 0.01"
        in text
    )


@pytest.mark.parametrize(
    ("pilot", "said"),
    [
        ("12", "is no pilot"),
        ("{months: 12}", "does not say its share"),
        ("{share: 0.2}", "does not say its months"),
        ("{share: 0, months: 12}", "a number from 0.01 to 0.99"),
        ("{share: 0.2, months: 1.5}", "a whole number from 1 to 1,200"),
        ("{share: 0.2, months: yes}", "a whole number from 1 to 1,200"),
        ("{share: 0.2, months: 12, shares: 1}", "did you mean share"),
        ("{share: 0.2, months: 12, roll_out_if: nice}", "write one of surely better, better, not surely worse"),
        ("{share: 0.2, months: 12, desk: big}", "write one of shared, own"),
        ("{share: 0.2, months: 61}", "longer than the horizon"),
    ],
)
def test_what_is_wrong_is_said_with_its_cure(tmp_path: Path, pilot: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load(written(tmp_path, pilot))


@pytest.mark.parametrize("lever", ["advertising.budget", "winback.budget"])
def test_what_acts_on_prospects_cannot_be_piloted(tmp_path: Path, lever: str) -> None:
    with pytest.raises(InputError, match="belong to no arm of a pilot") as refused:
        load(written(tmp_path, SOUND, change=f"{lever}: {{add: 100}}"))
    assert "study.yml:6" in str(refused.value)
    assert "in a market of its own" in str(refused.value)


def test_the_schema_knows_pilots() -> None:
    strategy = schema()["properties"]["strategies"]["additionalProperties"]["properties"]
    words = strategy["pilot"]["properties"]
    assert set(words) == set(Pilot.model_fields)
    assert (words["share"]["minimum"], words["share"]["maximum"]) == (0.01, 0.99)
    assert words["desk"]["enum"] == ["shared", "own"]
    assert strategy["pilot"]["required"] == ["share", "months"]


@pytest.mark.parametrize("word", Pilot.model_fields)
def test_explain_and_the_pages_know_every_word(word: str) -> None:
    row = pilot_declarations()[f"pilot.{word}"]
    text = explain(f"pilot.{word}")
    assert row.doc in text
    assert "a word of a strategy's pilot" in text
    assert f"pilot.{word}" in explain("pilot")
    assert f"| `pilot.{word}` | {row.doc} |" in (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert f"| `{word}` |" in (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_explain_says_what_a_word_may_be() -> None:
    assert "0.01 to 0.99" in explain("pilot.share")
    assert "default" not in explain("pilot.share")
    assert "shared or own" in explain("pilot.desk")
    with pytest.raises(InputError, match=r"did you mean pilot.months\?"):
        explain("pilot.mnths")


def test_a_scenario_as_a_value_may_hold_one() -> None:
    plan = {"as today": {}, "asking": {"voice.budget": 100, "pilot": {"share": 0.1, "months": 3}}}
    assert Scenario().replace({"strategies": plan}, "test").strategies["asking"].pilot == Pilot(share=0.1, months=3)
