"""The companion that compiles kernels from the other end of the month."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from loyaltysim import compiling, kernels
from loyaltysim.core.record import Report
from loyaltysim.core.streams import Draws
from loyaltysim.mechanisms import FORM, MONTH

COUNT = """
import json, sys
from loyaltysim.compiling import compile_backwards
from loyaltysim.scenario import Scenario
from loyaltysim.engine import born, mechanisms_of, play
from tests.simulation.test_compiling import signatures

if sys.argv[1] == "after the companion":
    compile_backwards()
scenario = Scenario().replaced(
    {"calibration": "off", "market.people": 500, "market.customers": 100, "market.network.kind": "small_world"}, source="test"
)
world = born(scenario, 1, 0)
for _ in range(3):
    play(world, scenario, mechanisms_of(scenario), 1, 0)
print(json.dumps(signatures()))
"""


def signatures() -> dict[str, int]:
    """Count the combinations of types for which each kernel is loaded or compiled in this process."""
    counts = {}
    for file in pkgutil.iter_modules(kernels.__path__):
        for name, thing in vars(importlib.import_module(f"{kernels.__name__}.{file.name}")).items():
            if hasattr(thing, "signatures") and thing.py_func.__module__.endswith(f".{file.name}"):
                counts[f"{file.name}.{name}"] = len(thing.signatures)
    return counts


@pytest.mark.parametrize("mechanism", MONTH, ids=lambda mechanism: mechanism.key)
def test_every_mechanism_can_be_compiled_in_a_market_without_customers(mechanism):
    mechanism().step(compiling.blank(), Draws(0, 0, mechanism.key, 1), Report(FORM))


def test_the_companion_compiles_the_very_types_that_the_month_calls():
    def counted(when: str) -> dict[str, int]:
        done = subprocess.run([sys.executable, "-c", COUNT, when], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    alone, after = counted("alone"), counted("after the companion")
    months_kernels = [name for name, number in alone.items() if number == 1]
    assert len(months_kernels) > 20
    assert {name: after[name] for name in months_kernels} == dict.fromkeys(months_kernels, 1)


def test_the_companion_ends_where_the_other_compiles_the_same_kernel(tmp_path: Path):
    last = "market.value"  # the last kernel of the month, with which the companion begins
    subprocess.run(
        [sys.executable, "-m", "loyaltysim.compiling"],
        input=f"{kernels.__name__}.{last}\n".encode(),
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
        check=True,
    )
    made = [path.name for path in tmp_path.rglob("*.nbi")]
    assert not any(name.startswith((last, "joining.join", "talk.tell")) for name in made), made
