"""The files made from the declarations are those of the declarations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loyaltysim.scenario import Scenario, load, shipped_scenario
from loyaltysim.scenario.registry import parameter_registry
from tools.write_baseline import UNCERTAIN, generated

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", generated())
def test_the_committed_file_is_the_generated_one(name: str) -> None:
    cure = "run python -m tools.write_baseline"
    assert (ROOT / name).read_text(encoding="utf-8") == generated()[name], cure


def test_the_baseline_is_the_defaults_in_full() -> None:
    spec = load(shipped_scenario("baseline.yml"))
    assert spec.flat() == Scenario().replace({"title": spec.title, "question": spec.question}, "test").flat()
    left_out = [path for path, origin in spec.provenance.items() if origin == "default"]
    assert all(parameter_registry()[path].role == "solved" or path.endswith(".on") for path in left_out)
    assert list(spec.uncertain) == list(UNCERTAIN)
    assert "accounts.later_value" not in spec.uncertain


def test_every_value_of_the_baseline_has_its_unit_and_source() -> None:
    text = generated()["scenarios/baseline.yml"]
    for row in parameter_registry().values():
        name = row.path.rpartition(".")[2]
        if not row.path.endswith(".on"):
            assert re.search(
                rf"^ *(# )?{name}: .*# .*{re.escape(row.doc)}.*{re.escape(row.source)}", text, re.MULTILINE
            )


def test_the_page_of_parameters_has_them_all() -> None:
    page = generated()["docs/parameters.md"]
    assert all(f"| `{path}` |" in page for path in parameter_registry())
