"""The files made from the declarations are those of the declarations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from loyaltysim.core.errors import InputError
from loyaltysim.scenario import Scenario, load, schema, shipped_scenario
from loyaltysim.scenario.registry import blocks, levers, parameter_registry
from tools.write_baseline import UNCERTAIN, generated
from tools.write_odd import filled, parts

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", generated())
def test_the_committed_file_is_the_generated_one(name: str) -> None:
    cure = "run python -m tools.write_baseline"
    assert (ROOT / name).read_text(encoding="utf-8") == generated()[name], cure


def test_the_committed_description_of_the_model_is_the_generated_one() -> None:
    page = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    assert filled(page) == page, "run python -m tools.write_odd"


def test_a_column_that_the_description_lacks_is_put_in() -> None:
    page = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines(keepends=True) if line.startswith("| `satisfaction` | float32"))
    assert filled(page.replace(row, "")) == page


def test_each_mechanism_has_one_place_in_the_description() -> None:
    page = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    marker = "<!-- generated: submodel desk -->"
    with pytest.raises(InputError, match=r"docs/odd\.md: submodel desk: must stand in the page once"):
        filled(page.replace(marker, ""))
    with pytest.raises(InputError, match="submodel weather"):
        filled(page + "<!-- generated: submodel weather -->\n<!-- end -->\n")
    with pytest.raises(InputError, match="submodel desk"):
        filled(page + f"{marker}\n<!-- end -->\n")


def test_the_box_of_a_submodel_has_its_numbers_columns_and_figures() -> None:
    box = parts()["submodel apology"]
    for told in ("`price` 1 $/apology", "`offered` 0.5 share", "`people.satisfaction`", "`apologies`"):
        assert told in box


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


def reachable(path: str) -> dict[str, Any]:
    found: Any = schema()["properties"][path]
    return dict(found)


def test_the_schema_knows_every_path_nested_and_dotted() -> None:
    made = schema()
    for path in [*parameter_registry(), *blocks()]:
        assert path in made["properties"]
    voice = made["properties"]["voice"]["anyOf"][0]["properties"]["price"]
    assert voice == reachable("voice.price")
    assert voice["minimum"] == 0.001
    assert "$/ask" in voice["description"]
    assert made["properties"]["market"]["anyOf"][0]["properties"]["network.ties"]["maximum"] == 200


def test_the_schema_knows_strategies() -> None:
    strategy = schema()["properties"]["strategies"]["additionalProperties"]["properties"]
    assert all(path in strategy for path in levers())
    assert "budget" in strategy["desk"]["properties"]
    assert "voice.price" not in strategy


def test_the_schema_knows_what_may_be_uncertain() -> None:
    ranges = schema()["properties"]["uncertain"]["properties"]
    assert set(UNCERTAIN) <= set(ranges)
    assert not {"desk.budget", "voice.unprompted", "months", "market.network.kind"} & set(ranges)
