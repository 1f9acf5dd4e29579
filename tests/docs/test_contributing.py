"""The example of CONTRIBUTING.md is followed literally, in a copy of the package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
SCENARIO = """
title: a dull year
calibration: off
months: 6
replications: 2
market: {people: 2_000, customers: 400, burn_in: 6}
strategies:
  as today: {}
  %s
"""


def example(name: str) -> str:
    page = (ROOT / "CONTRIBUTING.md").read_text()
    found = re.search(rf"<!-- example: {re.escape(name)} -->\s*```\w+\n(.*?)```", page, re.DOTALL)
    assert found, f"CONTRIBUTING.md has no example {name}"
    return found[1]


SOURCE = example("mechanisms/weather.py")
LEVER = re.findall(r"^    (\w+): float = lever\(", SOURCE, re.MULTILINE)[0]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a copy of the package to which the example is added: its file, its import, its line in MONTH."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "loyaltysim", folder / "loyaltysim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "loyaltysim/mechanisms/weather.py").write_text(SOURCE)
    month = folder / "loyaltysim/mechanisms/__init__.py"
    text = month.read_text().replace("\n\nMONTH", "\nfrom loyaltysim.mechanisms.weather import Weather\n\nMONTH", 1)
    before, added = example("MONTH").splitlines(keepends=True)
    assert before in text
    month.write_text(text.replace(before, before + added, 1))
    (folder / "dull.yml").write_text(SCENARIO % f"spend on it: {{weather.{LEVER}: 500}}")
    for name in ("docs", "scenarios"):
        (folder / name).mkdir()
    return folder


def told(copy: Path, *words: str, status: int = 0) -> str:
    """Run a module of the copy and give all that it says."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        check=False,
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


def test_a_mechanism_is_added_in_one_file_and_one_line(copy: Path) -> None:
    told(copy, "loyaltysim", "run", "dull.yml", "--out", "out", "--executor", "in-process", "--quiet")
    months = pd.read_parquet(copy / "out/months.parquet")
    costs = re.findall(r"^    (cost_\w+) = metric\(", SOURCE, re.MULTILINE)
    spent = months[(months.metric == costs[0]) & (months.month > 0)].groupby("strategy", observed=True).value.mean()
    assert spent["spend on it"] > 0
    assert spent["spend on it"] != spent["as today"]
    assert json.loads((copy / "out/manifest.json").read_text())["status"] == "done"


def test_a_scenario_has_its_block_and_a_mistyped_lever_is_understood(copy: Path) -> None:
    assert f"weather.{LEVER}" in told(copy, "loyaltysim", "explain", "weather")
    told(copy, "loyaltysim", "check", "dull.yml")
    (copy / "mistyped.yml").write_text(SCENARIO % f"spend on it: {{weather.{LEVER[:-1]}: 500}}")
    assert f"did you mean weather.{LEVER}?" in told(copy, "loyaltysim", "check", "mistyped.yml", status=2)


def test_it_can_be_switched_off_and_set_from_the_command_line(copy: Path) -> None:
    run = ("loyaltysim", "run", "off.yml", "--set", "weather.dull=0.9", "--executor", "in-process", "--quiet")
    (copy / "off.yml").write_text(SCENARIO.replace("strategies:\n  as today: {}\n  %s\n", "weather: off\n"))
    told(copy, *run, "--out", "dry")
    months = pd.read_parquet(copy / "dry/months.parquet")
    assert months[months.metric == "wet_customers"].value.abs().sum() == 0


def test_what_is_made_from_the_declarations_follows(copy: Path) -> None:
    told(copy, "tools.write_baseline")
    for page in ("scenarios/baseline.yml", "scenarios/schema.json", "docs/parameters.md"):
        assert LEVER in (copy / page).read_text(encoding="utf-8")
    page = copy / "docs/odd.md"
    described = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    page.write_text(described + "<!-- generated: submodel weather -->\n<!-- end -->\n", encoding="utf-8")
    told(copy, "tools.write_odd")
    assert "| `soakings` | uint16 | months |" in page.read_text(encoding="utf-8")
    assert f"> - levers: `{LEVER}` 0 $/month" in page.read_text(encoding="utf-8")
