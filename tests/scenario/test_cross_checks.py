"""What can be reckoned is refused when a scenario is read, and the cure that is offered cures."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import check, load, resolved_yaml


def written(folder: Path, text: str) -> Path:
    path = folder / "study.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("customers", [1, 40, 400, 1_999])
def test_each_of_the_offered_cures_is_enough(customers: int, tmp_path: Path) -> None:
    text = f"market: {{people: 2_000, customers: {customers}}}\n"
    with pytest.raises(InputError) as caught:
        load(written(tmp_path, text))
    offered = re.search(
        r"budget to ([\d.,]+) or less, or raise stated.acquisition_cost to ([\d.,]+) or", str(caught.value)
    )
    assert offered
    budget, cost = (figure.replace(",", "") for figure in offered.groups())
    for cure in (f"advertising.budget: {budget}", f"stated.acquisition_cost: {cost}"):
        assert load(written(tmp_path, f"{text}{cure}\n")).market.customers == customers


def test_what_was_given_last_is_pointed_at(tmp_path: Path) -> None:
    path = written(tmp_path, "market: {people: 2_000, customers: 400}\nadvertising.budget: 3_000\n")
    assert load(path).advertising.budget == 3_000
    with pytest.raises(InputError, match=r"^--set advertising.budget=30000: stated.acquisition_cost: 30,000 \$ of"):
        load(path, ["advertising.budget=30000"])
    with pytest.raises(InputError, match=r"^--set stated.churn_annual=0.01: "):
        load(path, ["stated.churn_annual=0.01"])


@pytest.mark.parametrize(
    "text",
    [
        "calibration: off\nmarket: {people: 2_000, customers: 400}",
        "market: {people: 2_000, customers: 400}\nadvertising: off",
        "market: {people: 2_000, customers: 400}\njoining: off",
        "stated.churn_annual: 0\njoining: off",
        "stated.churn_annual: 0\nadvertising.budget: 0\njoining: {praise: 0}",
        "calibration: off\nstated.silent_share_of_lost: 0",
        "calibration: off\nstated.outcomes: {ignored: 0, logged: 0, resolved: 1, resolved_fast: 0}",
    ],
)
def test_sound_as_far_as_arithmetic_can_tell(text: str, tmp_path: Path) -> None:
    assert "sound" in check(written(tmp_path, text))


def test_a_range_of_an_older_file_gives_way_to_a_later_value(tmp_path: Path) -> None:
    (tmp_path / "old.yml").write_text("uncertain: {voice.price: {low: 1, high: 2}, staff.know: {low: 0.8, high: 0.99}}")
    path = written(tmp_path, "extends: old.yml\nvoice.price: 5\n")
    assert list(load(path).uncertain) == ["staff.know"]
    assert "voice.price given up: 5 lies outside 1 to 2 (old.yml:1)" in check(path)
    assert list(load(path, ["voice.price=2"]).uncertain) == ["voice.price", "staff.know"]
    far = load(path, ["staff.know=0.5"])
    assert not far.uncertain
    again = written(tmp_path, resolved_yaml(far))
    assert load(again).sha256 == far.sha256


def test_a_pipe_is_not_taken_for_a_missing_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.yml")
    with pytest.raises(InputError, match=r"study.yml:1:10: extends: fifo.yml is no plain file"):
        load(written(tmp_path, "extends: fifo.yml\n"))


def test_ties_outside_the_folder_are_the_only_complaint(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(written(tmp_path, "market: {network: {kind: file, path: ../../t}}\n"))
    assert [problem.field for problem in caught.value.problems] == ["market.network.path"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("[" * 5_000, "1:301"), ("x: 1\na: " + "[" * 300_000, "2:304"), ("- " * 5_000, "1:"), ("? " * 3_000, "1:")],
)
def test_a_deep_file_is_answered_at_once_with_its_place(text: str, place: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    began = time.process_time()
    with pytest.raises(InputError, match=f"study.yml:{place}[0-9]*: is nested more than 30 levels deep"):
        load(path)
    assert time.process_time() - began < 0.8


def test_calibration_is_said_to_be_switched_off_by_the_run(tmp_path: Path) -> None:
    spec = load(written(tmp_path, "title: A study\ncalibration: on\n")).replace({"voice.unprompted": 0.2})
    line = next(line for line in resolved_yaml(spec).splitlines() if line.startswith("calibration: off"))
    assert "solved by this run" in line
    assert "study.yml" not in line
