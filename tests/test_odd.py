"""The description of the model names what the program has: each fact's mechanism, parameters and tests; the month's order."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from loyaltysim.mechanisms import CATALOG, MONTH
from loyaltysim.scenario.book import book
from loyaltysim.scenario.policies import pilot_words

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if re.match(r"\| F\d+ \|", line)]
FILES = {"touchpoints.csv", "business.csv"}
ROW_WORDS = {"visible", "fix_cost", "believed", "urgency"}
"""Columns of tables: of two that are parameters, and of touchpoints.csv."""


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_fact_has_one_row():
    assert [row[0] for row in ROWS] == [f"F{number}" for number in range(1, 38)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_fact_names_mechanisms_parameters_and_tests_that_there_are(row: list[str]):
    _, mechanisms, parameters, tests = row
    named = [word for word in re.findall(r"[a-z_]+", mechanisms) if word in {mechanism.key for mechanism in MONTH}]
    assert named
    assert quoted(parameters)
    known = [*book(), *CATALOG, *FILES, *ROW_WORDS, *pilot_words()]
    for name in quoted(parameters):
        assert any(fnmatch(path, name) for path in known), f"there is no {name}"
    assert quoted(tests)
    for test in quoted(tests):
        file, name = test.split("::")
        assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), test


def test_the_month_is_described_in_its_order():
    steps = re.findall(r"^\| (\d+) \| `?([a-z_]+)`? \|", PAGE, re.MULTILINE)
    assert steps == [(str(number), mechanism.key) for number, mechanism in enumerate(MONTH, start=1)]
