"""How a scenario is read: YAML 1.2, nested and dotted keys, own networks, overrides; alike from a file, a mapping and a Scenario."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import loyaltysim as ls
from loyaltysim.core.errors import InputError
from loyaltysim.scenario import Scenario, check_edge_list, load
from loyaltysim.scenario.loader import Source


def write(folder: Path, **files: str) -> Path:
    for stem, text in files.items():
        (folder / f"{stem}.yml").write_text(text, encoding="utf-8")
    return folder / "study.yml"


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    spec = load(write(tmp_path, study=""))
    assert (spec.months, spec.market.people, spec.desk.budget, spec.stem) == (60, 50_000, 2_000.0, "study")
    assert set(spec.provenance.values()) == {"default"}
    assert spec.sha256 == Scenario().sha256


def test_numbers_and_words_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    text = (
        "title: off\nmonths: 012\nseed: 0x1F\nmarket: {people: 5e4, customers: 5_000}\nvoice.price: 2\nwinback: off\n"
    )
    spec = load(write(tmp_path, study=text))
    assert (spec.title, spec.months, spec.seed) == ("off", 12, 31)
    assert spec.market.people == 50_000
    assert isinstance(spec.market.people, int)
    assert isinstance(spec.voice.price, float)
    assert not spec.winback.on


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "study.yml").write_bytes(b"\xef\xbb\xbfmonths: 7\r\nseed: 3\r\n")
    assert load(tmp_path / "study.yml").months == 7


def test_nested_and_dotted_are_the_same(tmp_path: Path) -> None:
    nested = load(
        write(tmp_path, study="market: {network: {kind: none, ties: 8}}\nstrategies: {a: {desk: {budget: 5}}}")
    )
    text = "market.network.kind: none\nmarket: {network.ties: 8}\nstrategies: {a: {desk.budget: 5}}"
    assert load(write(tmp_path, study=text)).sha256 == nested.sha256


def test_mechanisms_that_are_off_with_what_is_stated_to_match(tmp_path: Path) -> None:
    reasons = "stated.reasons: {died: 0.05, moved: 0.08, friends: 0.05, rival: 0, product: 0.14, indifference: 0.68}\n"
    spec = load(
        write(tmp_path, study=f"rivals: off\nvoice: false\ndesk: off\nstated.silent_share_of_lost: 1\n{reasons}")
    )
    assert [spec.mechanism(key).on for key in ("rivals", "voice", "desk", "friends")] == [False, False, False, True]
    assert load(write(tmp_path, study="calibration: off\nrivals: off\n")).calibration == "off"


def test_an_own_network_counts_by_its_content(tmp_path: Path) -> None:
    text = "advertising: off\nmarket: {people: 500, customers: 50, network: {kind: file, path: %s}}\n"
    (tmp_path / "one.txt").write_text("# ties\n0 1\n499\t3 # friends\n\n")
    (tmp_path / "two.txt").write_text("# ties\n0 1\n499\t3 # friends\n\n")
    (tmp_path / "three.txt").write_text("0 1\n")
    one, two, three = (load(write(tmp_path, study=text % f"{name}.txt")) for name in ("one", "two", "three"))
    assert Path(one.market.network.path) == (tmp_path / "one.txt").resolve()
    assert one.sha256 == two.sha256 != three.sha256
    assert check_edge_list(one.market.network.path, 500) is None
    problem = check_edge_list(one.market.network.path, 499)
    assert problem is not None
    assert problem.where.endswith("one.txt:3:1")


def test_ties_named_on_the_command_line_may_lie_anywhere(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "ties.txt").write_text("0 1\n")
    study = write(tmp_path / "home", study="market.network.kind: file\n")
    spec = load(study, [f"market.network.path={tmp_path / 'ties.txt'}"])
    assert spec.network_sha256


def test_a_scenario_pickles_small(tmp_path: Path) -> None:
    spec = load(write(tmp_path, study="strategies: {a: {}, b: {desk.budget: 5}}\n"))
    packed = pickle.dumps(spec)
    assert len(packed) < 50_000
    again = pickle.loads(packed)
    assert again == spec
    assert again.plan("b") == spec.plan("b")


def test_a_strategy_may_be_called_anything(tmp_path: Path) -> None:
    spec = load(write(tmp_path, study="strategies:\n  2027: {}\n  off: ~\n  '- <b>&': {}\n  '=1+1': {}\n"))
    assert list(spec.strategies) == ["2027", "off", "- <b>&", "=1+1"]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yml"
    path.write_text("desk.budget: 3_000\nstrategies: {a: {}, b: {desk.budget: {add: 10}}}\n")
    return path


def test_set_sets_and_adds_in_order(study: Path) -> None:
    assert load(study, ["desk.budget=5"]).desk.budget == 5
    assert load(study, ["desk.budget+=5"]).desk.budget == 3_005
    assert load(study, ["desk.budget=5", "desk.budget+=1_000", "desk.budget+=-5"]).desk.budget == 1_000
    assert load(study, ["winback.budget+=7"]).winback.budget == 7
    assert load(study, ["desk.budget=5"]).plan("b")["desk.budget"][0] == 15


def test_set_takes_words_and_text(study: Path) -> None:
    spec = load(study, ["winback=off", "market.network.kind=none", "title=Now: or never", "accounts.later_value=off"])
    assert (spec.winback.on, spec.market.network.kind, spec.title) == (False, "none", "Now: or never")
    assert spec.accounts.later_value is False
    assert spec.provenance["title"] == "--set"
    assert load(study, ["market.fickleness_beta=[0.7, 1.2]"]).market.fickleness_beta == [0.7, 1.2]


def test_the_horizon_the_luck_and_their_provenance(study: Path) -> None:
    spec = load(study, ["months=9"], months=6, replications=3, seed=0)
    assert (spec.months, spec.replications, spec.seed) == (6, 3, 0)
    assert spec.provenance["months"] == "--months"
    with pytest.raises(InputError, match=r"--months 0: months: 0 is below 1"):
        load(study, months=0)
    with pytest.raises(InputError, match=r"--seed 9223372036854775808: seed: .* is above"):
        load(study, seed=2**63)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("desk.bugdet=3", ("--set desk.bugdet=3: desk.bugdet:", "did you mean desk.budget?")),
        ("desk.budget=-3", ("--set desk.budget=-3: desk.budget: -3 is below 0",)),
        ("desk.budget+=-9000", ("--set desk.budget+=-9000: desk.budget: -6,000 is below 0",)),
        ("desk.budget=+3", ("--set desk.budget=+3:", "would set, not add", "desk.budget+=3")),
        ("desk.budget=lots", ("lots is not a number",)),
        ("desk.budget=", ("has no value",)),
        ("desk.budget", ("is not PATH=VALUE",)),
        ("=3", ("is not PATH=VALUE",)),
        ("title+=3", ("nothing can be added",)),
        ("desk.bugdet+=3", ("did you mean desk.budget?",)),
        ("desk.budget+=x", ("x is not a number",)),
        ("strategies.b.desk.budget=3", ("write it in the scenario's file",)),
        ("desk.budget=[1", ("--set desk.budget=[1: desk.budget: is not YAML",)),
        ("winback=maybe", ("maybe is no block of entries", "winback: off")),
    ],
)
def test_a_wrong_override_points_at_itself(study: Path, override: str, words: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        load(study, [override])
    for each in words:
        assert each in str(caught.value)


def test_overrides_lie_over_a_scenario_that_is_a_value(study: Path) -> None:
    spec = load(study)
    assert load(spec) is spec
    assert load(spec, ["desk.budget+=1"], months=5).sha256 == load(study, ["desk.budget=3001"], months=5).sha256
    assert load(Scenario(), seed=9).seed == 9


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
def firm(tmp_path: Path) -> Path:
    path = tmp_path / "study.yml"
    path.write_text(TEXT)
    return path


@pytest.fixture(params=FORMS)
def source(request: pytest.FixtureRequest, firm: Path) -> Source:
    return FORMS[request.param](firm)


def test_three_forms_are_one_scenario(source: Source, firm: Path) -> None:
    assert ls.load(source).sha256 == ls.load(firm).sha256
    assert ls.diff(source, firm) == "no difference"


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
