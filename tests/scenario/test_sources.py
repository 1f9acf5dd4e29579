"""A file, its keys as a mapping, and a Scenario are the same scenario, and overrides lie over all three alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import loyaltysim as ls
from loyaltysim.core.errors import InputError
from loyaltysim.scenario.loader import Source

KEYS: dict[str, Any] = {
    "title": "Mine",
    "desk.budget": 3_000,
    "market": {"people": 60_000, "customers": 9_000},
    "winback": "off",
    "strategies": {"as today": {}, "recovery": {"desk": {"budget": {"add": 10, "from": "2027-03"}}}},
    "uncertain": {"word_of_mouth.told_when_unhappy": {"low": 6, "high": 14}},
}
TEXT = """\
title: Mine
desk.budget: 3_000
market: {people: 60_000, customers: 9_000}
winback: off
strategies: {as today: {}, recovery: {desk: {budget: {add: 10, from: 2027-03}}}}
uncertain: {word_of_mouth.told_when_unhappy: {low: 6, high: 14}}
"""
FORMS: dict[str, Callable[[Path], Source]] = {
    "path": lambda path: path,
    "text of a path": str,
    "mapping": lambda path: KEYS,
    "Scenario": ls.load,
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yml"
    path.write_text(TEXT)
    return path


@pytest.fixture(params=FORMS)
def source(request: pytest.FixtureRequest, study: Path) -> Source:
    return FORMS[request.param](study)


def test_three_forms_are_one_scenario(source: Source, study: Path) -> None:
    assert ls.load(source).sha256 == ls.load(study).sha256
    assert ls.diff(source, study) == "no difference"


def test_overrides_lie_over_each_form_alike(source: Source) -> None:
    spec = ls.load(source, ["desk.budget+=20_000", "winback=on"], months=7, replications=3, seed=0)
    assert (spec.desk.budget, spec.winback.on) == (23_000, True)
    assert (spec.months, spec.replications, spec.seed) == (7, 3, 0)
    assert spec.provenance["desk.budget"] == "--set"
    assert spec.provenance["months"] == "--months"
    assert spec.plan("recovery")["desk.budget"] == (23_000,) * 2 + (23_010,) * 5
    assert "23,000" in ls.check(source, ["desk.budget+=20_000"])
    rows = ls.audit(source, ["word_of_mouth.told_when_unhappy=8"]).set_index("path")
    assert rows.value["word_of_mouth.told_when_unhappy"] == "8"


def test_a_wrong_override_is_told_alike(source: Source) -> None:
    with pytest.raises(InputError, match=r"--set desk\.budget\+=-9000: desk\.budget: -6,000 is below 0"):
        ls.load(source, ["desk.budget+=-9000"])


def test_a_mapping_is_taken_from_where_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parent.yml").write_text("title: Parent\ndesk.budget: 5\n")
    (tmp_path / "ties.txt").write_text("0 1\n1 2\n")
    network = {"kind": "file", "path": "ties.txt"}
    spec = ls.load({"extends": "parent.yml", "voice.budget": 3, "market": {"network": network}})
    assert (spec.title, spec.desk.budget, spec.voice.budget, spec.stem) == ("", 5, 3, "scenario")
    assert spec.provenance["voice.budget"] == "dict"
    assert spec.provenance["desk.budget"] == "parent.yml:2"
    assert spec.market.network.path == str(tmp_path / "ties.txt")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"desk.bugdet": 3}, ("dict: desk.bugdet: there is no such entry", "did you mean desk.budget?")),
        ({"desk": {"budget": -3}}, ("dict: desk.budget: -3 is below 0",)),
        ({"desk": {"budget": 1}, "desk.budget": 2}, ("dict: desk.budget: is given twice\n",)),
        ({"desk.budget": "3"}, ("dict: desk.budget: ", "is not a number")),
        ({"desk.budget": float("nan")}, ("dict: desk.budget: nan is not a finite number",)),
        ({"strategies": {"a": {"desk.budget": float("inf")}}}, ("dict: strategies.a.desk.budget: inf is not a fin",)),
        ({"strategies": {"a": {"desk.budget": {"ad": 3}}}}, ("there is no such word in a change",)),
        ({"desk.budget": object()}, ("dict: desk.budget: object is no plain data",)),
        ({"desk": {1: 3}}, ("dict: desk: a key must be a word",)),
        ({"extends": "missing.yml"}, ("dict: extends: there is no file missing.yml",)),
        ({"extends": "../outside.yml"}, ("dict: extends: ../outside.yml lies outside the folder",)),
    ],
)
def test_a_mapping_is_checked_as_a_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: dict[Any, Any], words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        ls.load(keys)
    for each in words:
        assert each in str(caught.value)


def test_a_mapping_that_holds_itself_is_refused() -> None:
    keys: dict[str, Any] = {}
    keys["desk"] = keys
    with pytest.raises(InputError, match=r"dict: is nested more than 30 levels deep"):
        ls.load(keys)
