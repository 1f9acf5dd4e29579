"""A scenario written out in full loads as the same scenario, and a new one is sound and overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import Scenario, load, new, resolved_yaml
from loyaltysim.scenario.yaml_format import write_flow

STRATEGIES = {
    "as today": {},
    "dated": {
        "desk.budget": [{"add": 1.5, "from": "2027-02", "to": "2027-09", "ramp": 3}, {"times": 2}],
        "desk.causes": 0.1,
    },
}


def reloaded(spec: Scenario, folder: Path) -> Scenario:
    path = folder / "scenario.yml"
    path.write_text(resolved_yaml(spec), encoding="utf-8")
    return load(path)


def test_an_unsolved_scenario_comes_back(tmp_path: Path) -> None:
    changes = {"strategies": STRATEGIES, "uncertain": {"voice.price": {"low": 0.5, "high": 2}}, "winback.on": False}
    spec = Scenario().replace({**changes, "market.fickleness_beta": [1.0, 2.5], "title": "A: b # c"}, "test")
    again = reloaded(spec, tmp_path)
    assert again.sha256 == spec.sha256
    assert again.title == spec.title
    assert not again.is_solved
    assert again.flat() == spec.flat()


def test_a_solved_scenario_comes_back_solved(tmp_path: Path) -> None:
    solved = (
        Scenario()
        .replace({"strategies": STRATEGIES}, "test")
        .replace({"voice.unprompted": 0.123456789012345678, "desk.answer_scale": 1e-5, "rivals.base": 1 / 3})
    )
    text = resolved_yaml(solved)
    assert "calibration: off" in text
    assert "take the lines marked `solved` out" in text
    assert any(
        line.strip().startswith("unprompted: 0.12345678901234568") and "solved" in line for line in text.splitlines()
    )
    again = reloaded(solved, tmp_path)
    assert again.sha256 == solved.sha256
    assert {name: again.plan(name) for name in again.strategies} == {
        name: solved.plan(name) for name in solved.strategies
    }
    assert again.is_solved


def test_each_value_says_its_unit_and_where_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "study.yml"
    path.write_text("voice:\n  price: 2\n")
    lines = [line.strip() for line in resolved_yaml(load(path, ["desk.budget=5"])).splitlines()]
    assert "price: 2.0  # $/ask; assumption: this scenario's own figure; study.yml:2" in lines
    assert "budget: 5.0  # $/month; --set" in lines


def test_an_own_network_can_be_written_as_its_copy(tmp_path: Path) -> None:
    (tmp_path / "ties.txt").write_text("0 1\n")
    (tmp_path / "study.yml").write_text("market.network: {kind: file, path: ties.txt}\n")
    spec = load(tmp_path / "study.yml")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "copy.txt").write_text("0 1\n")
    (tmp_path / "run" / "scenario.yml").write_text(resolved_yaml(spec, "copy.txt"))
    assert load(tmp_path / "run" / "scenario.yml").sha256 == spec.sha256


@given(names=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4, unique_by=str.strip))
def test_any_name_survives(tmp_path_factory: object, names: list[str]) -> None:
    named = [name for name in names if (name.strip() and name.isascii()) or name.isprintable()]
    named = [name for name in named if name.strip()] or ["x"]
    spec = Scenario().replace({"strategies": {name: {} for name in named}, "title": named[0].strip()}, "test")
    data = YAML(typ="safe", pure=True).load(resolved_yaml(spec))
    assert list(data["strategies"]) == list(spec.strategies)
    assert data["title"] == named[0].strip()


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**15), 10**15)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_plain_data_survives_one_line_of_yaml(data: object) -> None:
    assert YAML(typ="safe", pure=True).load(write_flow(data)) == data


def test_new_starts_a_sound_scenario_and_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "my-firm.yml"
    assert "baseline.yml" in new(path)
    spec = load(path)
    assert spec.title == "My firm"
    assert len(spec.strategies) > 1
    assert (tmp_path / "schema.json").is_file()
    (tmp_path / "baseline.yml").write_text("months: 3\n")
    with pytest.raises(InputError, match="is there already"):
        new(path)
    new(tmp_path / "second.yml", title="Who: me?")
    assert load(tmp_path / "second.yml").title == "Who: me?"
    assert (tmp_path / "baseline.yml").read_text() == "months: 3\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "baseline.yml",
        "my-firm.yml",
        "schema.json",
        "second.yml",
    ]


def test_new_refuses_what_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        new(tmp_path / "nowhere" / "x.yml")
    with pytest.raises(InputError, match="comes with loyaltysim"):
        new(tmp_path / "baseline.yml")
