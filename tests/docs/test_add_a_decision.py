"""A new decision command touches four files: the example of docs/how-to/add-a-decision-command.md is followed literally."""

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
title: what nobody knows
calibration: off
months: 6
replications: 2
market: {people: 2_000, customers: 400, burn_in: 6}
strategies:
  as today: {}
  listen: {voice.budget: 300, desk.budget: 500}
uncertain:
  voice.price: {low: 0.3, high: 3}
  staff.know: {low: 0.85, high: 0.96}
"""


def example(name: str) -> str:
    page = (ROOT / "docs/how-to/add-a-decision-command.md").read_text()
    found = re.search(rf"<!-- example: {re.escape(name)} -->\s*```\w+\n(.*?)```", page, re.DOTALL)
    assert found, f"docs/how-to/add-a-decision-command.md has no example {name}"
    return found[1]


def sources(folder: Path) -> dict[str, str]:
    return {file.relative_to(folder).as_posix(): file.read_text() for file in (folder / "loyaltysim").rglob("*.py")}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a copy of the package to which the example is added, and a small scenario."""
    copied = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "loyaltysim", copied / "loyaltysim", ignore=shutil.ignore_patterns("__pycache__"))
    package = copied / "loyaltysim"
    for name in ("experiments/regret.py", "reporting/text/regret.py"):
        (package / name).write_text(example(name))
    names = (package / "__init__.py").read_text()
    head = "DECISIONS = {\n"
    assert names.count(head) == 1
    (package / "__init__.py").write_text(names.replace(head, head + example("DECISIONS")))
    api = (package / "api.py").read_text()
    place = "from loyaltysim.experiments.decision import"
    assert api.count(place) == 1
    api = api.replace(place, example("import") + place) + "\n\n" + example("api")
    (package / "api.py").write_text(api)
    (copied / "question.yml").write_text(SCENARIO)
    return copied


def loyaltysim(copy: Path, *words: str, status: int = 0) -> str:
    """Run a command of the copy and give all that it says."""
    done = subprocess.run(
        [sys.executable, "-m", "loyaltysim", *words],
        check=False,
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_four_files_are_touched(copy: Path) -> None:
    before, after = sources(ROOT), sources(copy)
    touched = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert len(touched) <= 4, touched


def test_the_help_knows_the_command_and_its_options(copy: Path) -> None:
    assert "regret       Say which strategy one would regret least." in loyaltysim(copy, "--help")
    told = " ".join(loyaltysim(copy, "regret", "question.yml", "--help").split())
    assert "least, over worlds drawn from what it calls uncertain." in told
    assert "--worlds N" in told
    assert "--replications N" in told


def test_the_command_and_the_function_answer_alike(copy: Path) -> None:
    asked = ("regret", "question.yml", "--worlds", "3", "--executor", "in-process", "--out", "out")
    told = loyaltysim(copy, *asked)
    table = pd.read_csv(copy / "out/regret.csv")
    assert sorted(table.strategy) == ["as today", "listen"]
    assert table.greatest_regret.is_monotonic_increasing
    assert table.greatest_regret.max() > 0
    assert (table.worlds == 3).all()
    assert table.best_in.sum() == 3
    manifest = json.loads((copy / "out/manifest.json").read_text())
    assert manifest["status"] == "done"
    assert manifest["answer"] in " ".join(told.split())
    assert manifest["repeat"].startswith("loyaltysim regret scenario.yml --worlds 3")
    assert "greatest" in (copy / "out/report.html").read_text()
    code = (
        "import loyaltysim as ls; print(ls.regret('question.yml', worlds=3, executor='in-process', out='again').answer)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, capture_output=True, text=True
    )  # fmt: skip
    assert done.stdout.strip() == manifest["answer"]
    table_file = copy / "again/regret.csv"
    assert table_file.read_bytes() == (copy / "out/regret.csv").read_bytes()
    (copy / "again/manifest.json").write_text(json.dumps({**manifest, "status": "interrupted"}))
    table_file.unlink()
    assert manifest["answer"] in " ".join(loyaltysim(copy, "resume", "again").split())
    assert table_file.read_bytes() == (copy / "out/regret.csv").read_bytes()


def test_wrong_input_is_told_before_anything_is_written(copy: Path) -> None:
    (copy / "sure.yml").write_text(SCENARIO.partition("uncertain:")[0])
    told = loyaltysim(copy, "regret", "sure.yml", "--out", "sure", status=2)
    assert "nothing is uncertain" in told
    assert not (copy / "sure").exists()
