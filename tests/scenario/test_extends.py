"""A scenario that rests on another: by block, relative to the file that says so, and inside its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import load


def write(folder: Path, **files: str) -> Path:
    for stem, text in files.items():
        (folder / f"{stem}.yml").write_text(text, encoding="utf-8")
    return folder / "study.yml"


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


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yml"
    path.write_text("desk.budget: 3_000\nstrategies: {a: {}, b: {desk.budget: {add: 10}}}\n")
    return path
