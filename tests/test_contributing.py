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

ROOT = Path(__file__).parents[1]
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
    found = re.search(rf"<!-- example: {re.escape(name)} -->\s*```python\n(.*?)```", page, re.DOTALL)
    assert found, f"CONTRIBUTING.md has no example {name}"
    return found[1]


def test_a_mechanism_is_added_in_one_file_and_one_line(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "loyaltysim", tmp_path / "loyaltysim", ignore=shutil.ignore_patterns("__pycache__"))
    source = example("mechanisms/weather.py")
    (tmp_path / "loyaltysim/mechanisms/weather.py").write_text(source)
    month = tmp_path / "loyaltysim/mechanisms/__init__.py"
    text = month.read_text().replace("\n\nMONTH", "\nfrom loyaltysim.mechanisms.weather import Weather\n\nMONTH", 1)
    month.write_text(text.replace("    Service,\n", "    Service,\n    Weather,\n", 1))
    lever = re.search(r"^    (\w+): float = lever\(", source, re.MULTILINE)
    assert lever
    (tmp_path / "dull.yml").write_text(SCENARIO % f"spend on it: {{weather.{lever[1]}: 500}}")
    command = [
        sys.executable,
        "-m",
        "loyaltysim",
        "run",
        "dull.yml",
        "--out",
        "out",
        "--executor",
        "in-process",
        "--quiet",
    ]
    done = subprocess.run(
        command,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    months = pd.read_parquet(tmp_path / "out/months.parquet")
    costs = re.findall(r"^    (cost_\w+) = metric\(", source, re.MULTILINE)
    spent = months[(months.metric == costs[0]) & (months.month > 0)].groupby("strategy", observed=True).value.mean()
    assert spent["spend on it"] > 0
    assert spent["spend on it"] != spent["as today"]
    assert json.loads((tmp_path / "out/manifest.json").read_text())["status"] == "done"
    explained = subprocess.run(
        [sys.executable, "-m", "loyaltysim", "explain", "weather"],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert f"weather.{lever[1]}" in explained.stdout
    described = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs/odd.md"
    page.write_text(described + "<!-- generated: submodel weather -->\n<!-- end -->\n", encoding="utf-8")
    made = subprocess.run(
        [sys.executable, "-m", "loyaltysim.scenario.odd_page"],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    assert "| `soakings` | uint16 | months |" in page.read_text(encoding="utf-8")
    assert f"> - levers: `{lever[1]}` 0 $/month" in page.read_text(encoding="utf-8")
