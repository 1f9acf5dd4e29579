"""The JSON Schema of a scenario, for editors: names, meanings, units, ranges, and dotted keys as well as nested ones."""

from __future__ import annotations

from typing import Any

from loyaltysim.core.fields import Declaration
from loyaltysim.scenario.describe import OTHERS, ROLES
from loyaltysim.scenario.ranges import uncertain_paths
from loyaltysim.scenario.registry import (
    blocks,
    describe_value,
    format_range,
    is_block_switch,
    levers,
    parameter_registry,
)
from loyaltysim.scenario.scenario import scenario_class
from loyaltysim.scenario.strategies import Pilot, describe_pilot

MONTH = {"type": "string", "pattern": r"^[1-9]\d{3}-(0[1-9]|1[0-2])$"}
OFF = {"enum": ["on", "off", True, False], "description": "the whole block switched on or off"}
Json = dict[str, Any]


def schema() -> Json:
    """Give the JSON Schema (draft 2020-12) of a scenario's file."""
    made = scenario_class().model_json_schema()
    top = _block("", made, made)
    top |= {"extends": {"type": "string", "description": OTHERS["extends"]}}
    top |= {"strategies": _strategies(), "uncertain": _uncertain()}
    used = {name: body for name, body in made["$defs"].items() if f"#/$defs/{name}" in str(top)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A loyaltysim scenario",
        "type": "object",
        "properties": top,
        "additionalProperties": False,
        "$defs": {"change": _change(), **used},
    }


def _block(path: str, model: Json, made: Json) -> dict[str, Json]:
    """Give the properties of a block: its entries, its sub-blocks, and whatever lies deeper under its dotted name."""
    found: dict[str, Json] = {}
    deeper: dict[str, Json] = {}
    for name, body in model["properties"].items():
        full = f"{path}.{name}" if path else name
        if full in blocks():
            inner = _block(full, _resolved(body, made), made)
            found[name] = _as_block(full, inner)
            deeper |= {f"{name}.{key}": value for key, value in inner.items()}
        elif full in parameter_registry():
            found[name] = _leaf(parameter_registry()[full], body)
    return found | deeper


def _resolved(body: Json, made: Json) -> Json:
    reference = body.get("$ref") or body["allOf"][0]["$ref"]
    found: Json = made["$defs"][reference.rpartition("/")[2]]
    return found


def _as_block(path: str, properties: dict[str, Json]) -> Json:
    story = (blocks()[path].__doc__ or "").strip().splitlines()[0]
    block = {"type": "object", "description": story, "properties": properties, "additionalProperties": False}
    return {"description": story, "anyOf": [block, OFF]} if is_block_switch(path) else block


def _leaf(row: Declaration, made: Json) -> Json:
    kept = {
        key: value for key, value in made.items() if key in ("type", "enum", "items", "minimum", "maximum", "default")
    }
    kept |= {"anyOf": [{"type": "boolean"}, {"enum": ["on", "off"]}], "type": None} if row.type == "bool" else {}
    if row.named:
        table = {"type": "array", "items": kept.pop("items")}
        word = {"type": "string", "description": f"{row.named}, or the name of a CSV file"}
        kept |= {"type": None, "anyOf": [word, table], "default": row.named}
    if row.path == "start":
        kept |= MONTH
    if row.path == "calibration":
        kept["enum"] = ["on", "off", True, False]
        kept["type"] = None
    told = [describe_value(row), format_range(row), f"{ROLES[row.role]}; source: {row.source}"]
    return {"description": ". ".join(part for part in told if part)} | {
        key: value for key, value in kept.items() if value is not None
    }


def _change() -> Json:
    amount = {"type": "number"}
    words = {
        "value": amount | {"description": "set the lever to this"},
        "add": amount | {"description": "add this to the lever"},
        "times": amount | {"description": "multiply the lever by this"},
        "from": MONTH | {"description": "first month"},
        "to": MONTH | {"description": "last month"},
        "ramp": {"type": "integer", "minimum": 0, "description": "months over which the change is spread"},
    }
    dated = {
        "type": "object",
        "properties": words,
        "additionalProperties": False,
        "oneOf": [{"required": [verb]} for verb in ("value", "add", "times")],
    }
    return {"anyOf": [amount, dated, {"type": "array", "items": {"anyOf": [amount, dated]}, "minItems": 1}]}


def _strategies() -> Json:
    properties: Json = {}
    for path in levers():
        row = parameter_registry()[path]
        change = {"$ref": "#/$defs/change", "description": describe_value(row)}
        properties[path] = change
        block, _, name = path.partition(".")
        nested = properties.setdefault(block, {"type": "object", "properties": {}, "additionalProperties": False})
        nested["properties"][name] = change
    properties["pilot"] = _pilot()
    one = {"type": ["object", "null"], "properties": properties, "additionalProperties": False}
    return {"type": "object", "description": OTHERS["strategies"], "additionalProperties": one}


def _pilot() -> Json:
    made = Pilot.model_json_schema()
    words = {path.rpartition(".")[2]: row for path, row in describe_pilot().items()}
    kept = ("type", "minimum", "maximum", "enum", "default")
    properties = {
        name: {key: made["properties"][name][key] for key in kept if key in made["properties"][name]}
        | {"description": row.doc}
        for name, row in words.items()
    }
    shape = {"type": "object", "properties": properties, "required": made["required"], "additionalProperties": False}
    return shape | {"description": "try the strategy on a part of the customers first, the rest as control"}


def _uncertain() -> Json:
    bounds = {
        "anyOf": [
            {
                "type": "object",
                "properties": {"low": {"type": "number"}, "high": {"type": "number"}},
                "required": ["low", "high"],
                "additionalProperties": False,
            },
            {"enum": ["off", False]},
        ]
    }
    properties = {
        path: bounds | {"description": describe_value(parameter_registry()[path])} for path in uncertain_paths()
    }
    return {"type": "object", "description": OTHERS["uncertain"], "properties": properties}
