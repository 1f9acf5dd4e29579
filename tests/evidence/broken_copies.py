"""Running one known answer on a private copy of the package, whole or with one rule broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import loyaltysim
from tests.support.breakages import Breakage

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


def broken(home: Path, breakage: Breakage) -> None:
    """Copy the package into a folder and break its rule there."""
    file = copied(home) / breakage.file
    file.write_text(file.read_text(encoding="utf-8").replace(breakage.line, breakage.broken), encoding="utf-8")
