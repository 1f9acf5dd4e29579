"""How a scenario is read: YAML 1.2, `extends`, nested and dotted keys, own networks."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import Scenario, check_edge_list, load


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


def test_extends_is_deep_by_block(tmp_path: Path) -> None:
    study = write(
        tmp_path,
        study="extends: middle.yml\nvoice: {price: 3}\nstrategies: {b: {}}\n",
        middle="title: Middle\nextends: oldest.yml\nvoice: {goodwill: 0.01}\nuncertain: {staff.know: off}\n",
        oldest="voice: {price: 2, goodwill: 0.02, silence_left: 0.7}\nstrategies: {a: {}}\nmarket.fickleness_beta: [1, 2]\n"
        "uncertain: {staff.know: {low: 0.8, high: 0.9}, voice.price: {low: 1, high: 2}}\n",
    )
    spec = load(study)
    assert (spec.voice.price, spec.voice.goodwill, spec.voice.silence_left) == (3.0, 0.01, 0.7)
    assert list(spec.strategies) == ["b"]
    assert not spec.uncertain  # off, and left by the price of study.yml
    assert spec.market.fickleness_beta == [1.0, 2.0]
    assert spec.title == ""
    told = [spec.provenance[path] for path in ("voice.price", "voice.goodwill", "voice.silence_left", "voice.budget")]
    assert told == ["study.yml:2", "middle.yml:3", "oldest.yml:1", "default"]


def test_extends_is_relative_to_the_file_that_says_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yml").write_text("extends: b.yml\n")
    (tmp_path / "deep" / "b.yml").write_text("extends: ../c.yml\n")
    (tmp_path / "c.yml").write_text("months: 5\n")
    assert load(write(tmp_path, study="extends: deep/a.yml\n")).months == 5
    with pytest.raises(InputError, match="lies outside the folder"):
        load(tmp_path / "deep" / "a.yml")


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside.yml").write_text("months: 5\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "b.yml").symlink_to(tmp_path / "outside.yml")
    with pytest.raises(InputError, match="lies outside the folder"):
        load(write(tmp_path / "home", study="extends: b.yml\n"))


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
