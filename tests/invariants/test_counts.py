"""What must stay small is counted, not timed: compiled signatures, bytes a person."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import birth

ALL_KINDS_OF_RUN = """
import importlib, json, pkgutil
from loyaltysim import kernels
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario
from tests.conftest import SMALL

for change in (
    {}, {"market.network.kind": "none"}, {"staff.sharing": 50, "voice.budget": 100, "winback.budget": 5_000},
    {"desk.on": False, "voice.on": False}, {"word_of_mouth.on": False, "reviews.on": False},
):
    simulate(Scenario().replace({**SMALL, **change}, source="test"), 0, ["as today"])
found = {}
for file in pkgutil.iter_modules(kernels.__path__):
    for name, kernel in vars(importlib.import_module(f"loyaltysim.kernels.{file.name}")).items():
        if hasattr(kernel, "signatures") and kernel.__module__.endswith(file.name):
            found[f"{file.name}.{name}"] = len(kernel.signatures)
print(json.dumps(found))
"""


def test_each_kernel_is_compiled_for_one_signature() -> None:
    done = subprocess.run([sys.executable, "-c", ALL_KINDS_OF_RUN], capture_output=True, text=True, check=True)
    found: dict[str, int] = json.loads(done.stdout)
    # what luck.py holds is compiled into the kernels that call it, once for each kind of row number
    called = {name: count for name, count in found.items() if not name.startswith("luck.") or name == "luck.units"}
    assert {name: count for name, count in called.items() if count > 1} == {}
    assert sum(found.values()) <= 60


@pytest.mark.parametrize(("kind", "most"), [("none", 96), ("small_world", 160)])
def test_a_person_takes_few_bytes(small: Callable[..., Scenario], kind: str, most: int) -> None:
    scenario = small(**{"market.people": 20_000, "market.customers": 4_000, "market.network.kind": kind})
    assert birth(scenario, scenario.seed, 0).nbytes() / 20_000 <= most
