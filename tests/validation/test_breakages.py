"""The known answers notice when a rule of the engine is broken: in a private copy, by the check meant for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import loyaltysim
from tests.validation.breakages import BREAKAGES, Breakage

NOTICED = 3
RUN = f"""
import importlib, sys
import loyaltysim
assert loyaltysim.__file__.startswith(sys.argv[1])
given = getattr(importlib.import_module('loyaltysim.validation.' + sys.argv[2]), sys.argv[3])()
checks = getattr(given, 'checks', None) or (given[0] if isinstance(given, tuple) else given)
failed = [check.what for check in checks if not check.passed]
print(*failed, sep='\\n')
sys.exit({NOTICED} if failed else 0)
"""


def checked(home: Path, check: str) -> subprocess.CompletedProcess[str]:
    """Run one check on the package in a folder, with kernels compiled there."""
    surroundings = {**os.environ, "PYTHONPATH": str(home), "NUMBA_CACHE_DIR": str(home / "kernels")}
    arguments = [sys.executable, "-c", RUN, str(home), *check.split(":")]
    return subprocess.run(arguments, env=surroundings, cwd=home, capture_output=True, text=True, check=False)


def copied(home: Path) -> Path:
    """Copy the package into a folder."""
    target = home / "loyaltysim"
    shutil.copytree(Path(loyaltysim.__file__).parent, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.rule)
def test_a_breakage_names_one_line_of_the_engine(breakage: Breakage) -> None:
    source = (Path(loyaltysim.__file__).parent / breakage.file).read_text(encoding="utf-8")
    assert source.count(breakage.line) == 1
    assert breakage.broken not in source


@pytest.mark.evidence
@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.rule)
def test_a_broken_rule_is_noticed(breakage: Breakage, tmp_path: Path) -> None:
    file = copied(tmp_path) / breakage.file
    file.write_text(file.read_text(encoding="utf-8").replace(breakage.line, breakage.broken), encoding="utf-8")
    outcome = checked(tmp_path, breakage.check)
    assert outcome.returncode == NOTICED, outcome.stdout + outcome.stderr


@pytest.mark.evidence
@pytest.mark.parametrize("check", sorted({breakage.check for breakage in BREAKAGES}))
def test_an_unbroken_copy_passes(check: str, tmp_path: Path) -> None:
    copied(tmp_path)
    outcome = checked(tmp_path, check)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
