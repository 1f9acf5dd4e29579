"""`loyaltysim customer` and its Python twin: what is asked, what is refused, and what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import loyaltysim as ls
from loyaltysim import api
from loyaltysim.cli import main
from loyaltysim.core.errors import InputError
from loyaltysim.experiments.customer_history import FINDS, RULES
from loyaltysim.reporting.charts.style import png
from loyaltysim.scenario import Scenario
from loyaltysim.study import CustomerLife
from tests.support.customer_lives import BUSY, PLANS


def test_the_rules_are_those_that_the_help_names() -> None:
    assert tuple(RULES) == FINDS
    told = CliRunner().invoke(main, ["customer", "--help"]).output
    assert all(told.count(rule) >= 2 for rule in FINDS)


@pytest.mark.parametrize(
    "asked", [{"customer_id": "x"}, {"customer_id": 1.5}, {"customer_id": True}, {"replication": "x"}]
)
def test_what_is_no_number_is_refused_from_python_too(busy: Scenario, asked: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="is no whole number"):
        ls.customer(busy, **asked)


def test_months_are_tidy(found_lives: dict[str, CustomerLife]) -> None:
    table = found_lives["saved"].months
    assert list(table.strategy.unique()) == list(PLANS)
    assert (table.groupby("strategy").month.apply(list).map(len) == BUSY["months"]).all()
    as_today = found_lives["saved"].lives[0]
    assert table[table.strategy == "as today"].met.sum() == sum(month.met for month in as_today.months)


@pytest.fixture
def file(tmp_path: Path, busy: Scenario) -> Path:
    path = tmp_path / "mine.yml"
    path.write_text(_yaml(busy))
    return path


def _yaml(scenario: Scenario) -> str:
    from loyaltysim.scenario import resolved_yaml

    return resolved_yaml(scenario)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--id", "400"], "name a person from 0 to 399"),
        (["--id", "-1"], "name a person from 0 to 399"),
        (["--find", "savd"], "did you mean saved?"),
        (["--id", "3", "--find", "saved"], "both choose a person"),
        (["--find", "saved", "--strategy", "as today"], "name a strategy that could save someone"),
        (["--strategy", "lisen"], "did you mean listen?"),
        (["--months", "1", "--find", "regained"], "try more --months"),
        (
            ["--months", "1", "--find", "saved", "--strategy", "as today", "--strategy", "advertise"],
            "try other --months",
        ),
        (["--replication", "-1"], "write 0 or more"),
    ],
)
def test_wrong_input_is_exit_2_with_the_cure(file: Path, options: list[str], told: str) -> None:
    out = file.parent / "kept"
    done = CliRunner().invoke(main, ["customer", str(file), *options, "--out", str(out)])
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert not out.exists()


def test_the_command_keeps_story_table_and_strip(file: Path, found_lives: dict[str, CustomerLife]) -> None:
    out = file.parent / "kept"
    done = CliRunner().invoke(main, ["customer", str(file), "--find", "saved", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {
        "story.txt",
        "months.csv",
        "strip.png",
        "strip.svg",
        "scenario.yml",
    }
    assert (out / "story.txt").read_text() == found_lives["saved"].story + "\n"
    assert done.output.startswith((out / "story.txt").read_text())
    assert (out / "strip.png").read_bytes() == png(found_lives["saved"].strip())


def test_the_function_is_public() -> None:
    assert ls.customer is api.customer
