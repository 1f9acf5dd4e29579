"""The description of the model names what the program has: each fact's mechanism, parameters and tests; the month's order."""

from __future__ import annotations

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from loyaltysim.mechanisms import MONTH, catalog
from loyaltysim.scenario.registry import parameter_registry
from loyaltysim.scenario.strategies import pilot_declarations

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
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
    known = [*parameter_registry(), *catalog(), *FILES, *ROW_WORDS, *pilot_declarations()]
    for name in quoted(parameters):
        assert any(fnmatch(path, name) for path in known), f"there is no {name}"
    assert quoted(tests)


@pytest.fixture(scope="module")
def cases() -> list[str]:
    """Give the id of every test in the files that the rows name, as pytest collects them."""
    files = sorted({f"tests/{test.split('::')[0]}" for row in ROWS for test in quoted(row[3])})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", "-o", "addopts=", *files]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [line.removeprefix("tests/") for line in told.splitlines() if "::" in line]


def named_by(test: str, cases: list[str]) -> list[str]:
    """Give the cases that a row's entry names: `file::test`, or `file::test[F9]` for those whose id begins with F9."""
    name, _, fact = test.removesuffix("]").partition("[")
    if fact:
        return [case for case in cases if case.startswith(f"{name}[{fact} ")]
    return [case for case in cases if case == name or case.startswith(f"{name}[")]


def is_its_own(fact: str, case: str) -> bool:
    """Tell whether a case is about one fact: its id begins with it, or it stands in the test's name."""
    name, _, ident = case.partition("::")[2].partition("[")
    return ident.startswith(f"{fact} ") or fact.lower() in name.split("_")


def test_every_fact_has_a_case_of_its_own_and_every_case_that_is_named_there_is(cases: list[str]):
    wrong = {}
    for fact, _, _, tests in ROWS:
        found = {test: named_by(test, cases) for test in quoted(tests)}
        lost = [test for test, of_test in found.items() if not of_test]
        if lost or not any(is_its_own(fact, case) for of_test in found.values() for case in of_test):
            wrong[fact] = lost or "no case of its own"
    assert not wrong


def test_a_fact_whose_cases_are_gone_is_found_out(cases: list[str]):
    """Without the cases of F9 nothing in its row is its own, and what the row names is not there."""
    left = [case for case in cases if not is_its_own("F9", case)]
    assert len(left) < len(cases)
    row = next(row for row in ROWS if row[0] == "F9")
    found = {test: named_by(test, left) for test in quoted(row[3])}
    assert [] in found.values()
    assert not any(is_its_own("F9", case) for of_test in found.values() for case in of_test)


def test_the_month_is_described_in_its_order():
    steps = re.findall(r"^\| (\d+) \| \[`([a-z_]+)`\]\(#submodel-\2\) \|", PAGE, re.MULTILINE)
    assert steps == [(str(number), mechanism.key) for number, mechanism in enumerate(MONTH, start=1)]
