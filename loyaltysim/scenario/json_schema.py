"""The JSON Schema of a scenario, for editors: names, meanings, units, ranges, and dotted keys as well as nested
ones."""

from __future__ import annotations

from typing import Any

from loyaltysim.core.mechanism import Declaration
from loyaltysim.scenario.describe import OTHERS, ROLES
from loyaltysim.scenario.ranges import uncertain_paths
from loyaltysim.scenario.registry import blocks, describe_value, format_range, levers, mechanisms, parameter_registry
from loyaltysim.scenario.scenario import scenario_class
from loyaltysim.scenario.strategies import Pilot, pilot_declarations

MONTH = {"type": "string", "pattern": r"^[1-9]\d{3}-(0[1-9]|1[0-2])$"}
OFF = {"enum": ["on", "off", True, False], "description": "the whole block switched on or off"}
Json = dict[str, Any]


def schema() -> Json:
    """Return the JSON Schema (draft 2020-12) of a scenario's file."""
    generated = scenario_class().model_json_schema()
    top = block_properties("", generated, generated)
    top |= {"extends": {"type": "string", "description": OTHERS["extends"]}}
    top |= {"strategies": strategies_schema(), "uncertain": uncertain_schema()}
    used = {name: body for name, body in generated["$defs"].items() if f"#/$defs/{name}" in str(top)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A loyaltysim scenario",
        "type": "object",
        "properties": top,
        "additionalProperties": False,
        "$defs": {"change": change_schema(), **used},
    }


def block_properties(path: str, model: Json, generated: Json) -> dict[str, Json]:
    """Return the properties of a block: its entries, its sub-blocks, and whatever lies deeper under its dotted name."""
    found: dict[str, Json] = {}
    deeper: dict[str, Json] = {}
    for name, body in model["properties"].items():
        full = f"{path}.{name}" if path else name
        if full in blocks():
            inner = block_properties(full, resolve_reference(body, generated), generated)
            found[name] = block_schema(full, inner)
            deeper |= {f"{name}.{key}": value for key, value in inner.items()}
        elif full in parameter_registry():
            found[name] = leaf_schema(parameter_registry()[full], body)
    return found | deeper


def resolve_reference(body: Json, generated: Json) -> Json:
    """Return the definition that a property of pydantic's schema refers to."""
    reference = body.get("$ref") or body["allOf"][0]["$ref"]
    found: Json = generated["$defs"][reference.rpartition("/")[2]]
    return found


def block_schema(path: str, properties: dict[str, Json]) -> Json:
    """Return the schema of a block, which may be switched off if it is a mechanism."""
    story = (blocks()[path].__doc__ or "").strip().splitlines()[0]
    block = {"type": "object", "description": story, "properties": properties, "additionalProperties": False}
    return {"description": story, "anyOf": [block, OFF]} if path in mechanisms() else block


def leaf_schema(row: Declaration, generated: Json) -> Json:
    """Return the schema of one declared value."""
    keywords = {
        key: value
        for key, value in generated.items()
        if key in ("type", "enum", "items", "minimum", "maximum", "default")
    }
    keywords |= {"anyOf": [{"type": "boolean"}, {"enum": ["on", "off"]}], "type": None} if row.type == "bool" else {}
    if row.named:
        table = {"type": "array", "items": keywords.pop("items")}
        word = {"type": "string", "description": f"{row.named}, or the name of a CSV file"}
        keywords |= {"type": None, "anyOf": [word, table], "default": row.named}
    if row.path == "start":
        keywords |= MONTH
    if row.path == "calibration":
        keywords["enum"] = ["on", "off", True, False]
        keywords["type"] = None
    description = [describe_value(row), format_range(row), f"{ROLES[row.role]}; source: {row.source}"]
    return {"description": ". ".join(part for part in description if part)} | {
        key: value for key, value in keywords.items() if value is not None
    }


def change_schema() -> Json:
    """Return the schema of a change of a lever: a number, a dated change, or a list of them."""
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


def strategies_schema() -> Json:
    """Return the schema of the strategies: levers by dotted and nested name, and a pilot."""
    properties: Json = {}
    for path in levers():
        row = parameter_registry()[path]
        change = {"$ref": "#/$defs/change", "description": describe_value(row)}
        properties[path] = change
        block, _, name = path.partition(".")
        nested = properties.setdefault(block, {"type": "object", "properties": {}, "additionalProperties": False})
        nested["properties"][name] = change
    properties["pilot"] = pilot_schema()
    one = {"type": ["object", "null"], "properties": properties, "additionalProperties": False}
    return {"type": "object", "description": OTHERS["strategies"], "additionalProperties": one}


def pilot_schema() -> Json:
    """Return the schema of a pilot."""
    generated = Pilot.model_json_schema()
    words = {path.rpartition(".")[2]: row for path, row in pilot_declarations().items()}
    keywords = ("type", "minimum", "maximum", "enum", "default")
    properties = {
        name: {key: generated["properties"][name][key] for key in keywords if key in generated["properties"][name]}
        | {"description": row.doc}
        for name, row in words.items()
    }
    shape = {
        "type": "object",
        "properties": properties,
        "required": generated["required"],
        "additionalProperties": False,
    }
    return shape | {"description": "try the strategy on a part of the customers first, the rest as control"}


def uncertain_schema() -> Json:
    """Return the schema of the ranges."""
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
