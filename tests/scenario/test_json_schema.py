"""The schema for editors knows every path, its unit and limits, strategies and what may be uncertain."""

from __future__ import annotations

from typing import Any

from loyaltysim.scenario import schema
from loyaltysim.scenario.registry import blocks, levers, parameter_registry
from tools.write_baseline import UNCERTAIN


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
