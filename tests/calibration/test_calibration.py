"""The rates that come with the package are those that the search finds with the sources beside them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from loyaltysim.calibration import SHIPPED, content_key, read_shipped_rates, solved_rates
from loyaltysim.calibration.solver import find_rates
from loyaltysim.scenario import load, shipped_scenario

pytestmark = pytest.mark.once

PACKAGE = Path(__file__).parents[2] / "loyaltysim"
CURE = "run python -m tools.write_shipped_rates"


@pytest.mark.parametrize("name", ["baseline.yml", "recovery-or-acquisition.yml"])
def test_the_shipped_question_need_not_search(name: str) -> None:
    assert read_shipped_rates(content_key(load(shipped_scenario(name)))), CURE


def test_the_shipped_rates_are_what_the_search_finds() -> None:
    # Another processor's last bits may let one person in ten thousand decide otherwise, and so move a rate by as little.
    assert json.loads(SHIPPED.read_text())["rates"] == pytest.approx(
        find_rates(load(shipped_scenario("baseline.yml"))), rel=1e-3
    )


def test_another_world_is_searched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOYALTYSIM_CACHE", str(tmp_path))
    own = load(shipped_scenario("baseline.yml"), ["market.people=49999"])
    assert read_shipped_rates(content_key(own)) is None
    found = solved_rates(own)
    assert found != json.loads(SHIPPED.read_text())["rates"]
    assert [json.loads(file.read_text()) for file in tmp_path.glob("*.json")] == [found]


def test_changed_sources_do_not_take_the_shipped_rates(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "loyaltysim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PACKAGE.parent / "scenarios", tmp_path / "scenarios")
    asked = "from loyaltysim.calibration import *; from loyaltysim.scenario import load, shipped_scenario; "
    asked += "print(read_shipped_rates(content_key(load(shipped_scenario('baseline.yml')))) is not None)"

    def answered() -> str:
        return subprocess.run(
            [sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.strip()

    assert answered() == "True"
    kernel = tmp_path / "loyaltysim" / "kernels" / "churn.py"
    kernel.write_text(kernel.read_text() + "\nSTEEPER = 2.0\n")
    assert answered() == "False"
