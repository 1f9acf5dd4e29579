"""Say in this house's words what a validator found wrong, at the place where the value was typed."""

from __future__ import annotations

import types
import typing
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from loyaltysim.core.errors import Problem
from loyaltysim.core.fields import Declaration
from loyaltysim.scenario.provenance import Located, is_within
from loyaltysim.scenario.registry import describe_value, format_range, format_value, parameter_registry, suggest
from loyaltysim.scenario.yaml_writer import WORDS_WITH_MEANING, quote, write_scalar

KINDS = {
    "int": ("a whole number", "write it without a decimal point, as 12 or 50_000"),
    "float": ("a number", "write a plain number, as 0.2 or 20_000"),
    "bool": ("yes or no", "write true or false"),
    "string": ("text", "put it in quotes"),
    "list": ("a list", "write [{...}, {...}]"),
    "dict": ("a block of entries", "write {...}"),
    "model": ("a block of entries", "write {...}"),
}


def translate_errors(error: ValidationError, values: dict[str, Located]) -> list[Problem]:
    """Translate a validator's findings; `values` has what was given, by path."""
    return [_problem(dict(finding), values) for finding in error.errors(include_url=False)]


def _problem(finding: dict[str, Any], values: dict[str, Located]) -> Problem:
    steps = tuple(finding["loc"])
    path = next((known for known in _heads(steps) if known in values), ".".join(map(str, steps)))
    tail = steps[path.count(".") + 1 :]
    item = values.get(path)
    spot = is_within(item, tail) if item else None
    field = path + "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in tail)
    what, cure = _words(finding, path, tail)
    return Problem(what, field, str(spot.place) if spot else "", cure)


def _heads(steps: tuple[Any, ...]) -> list[str]:
    return [".".join(map(str, steps[:length])) for length in range(len(steps), 0, -1)]


def _words(finding: dict[str, Any], path: str, tail: tuple[Any, ...]) -> tuple[str, str]:
    kind, value, context = finding["type"], finding["input"], finding.get("ctx", {})
    row = parameter_registry().get(path)
    told = f" ({describe_value(row)})" if row and not tail and describe_value(row) else ""
    allowed = f"allowed is {format_range(row)}, the default is {format_value(row.default)}" if row and not tail else ""
    if kind.startswith(("greater_than", "less_than")):
        side, bound = ("below", "ge") if kind.startswith("greater") else ("above", "le")
        limit = context.get(bound, context.get(bound.replace("e", "t")))
        return (
            f"{format_value(value)} is {side} {format_value(limit)}{told}",
            allowed or f"the limit is {format_value(limit)}",
        )
    if kind == "literal_error":
        options = describe_choices(path, tail)
        return f"{format_value(value)} is not one of {', '.join(options)}{told}", _closest(value, options)
    if kind == "missing":
        return "is missing", "write it, or take the row out"
    if kind == "extra_forbidden":
        return "there is no such entry", suggest(str(tail[-1]), _fields_at(path)) if tail else suggest(path)
    if kind == "value_error":
        return str(context["error"]), allowed
    wanted, cure = KINDS.get(kind.split("_")[0], ("what belongs here", ""))
    if isinstance(value, str) and parse_typed(value) != value and wanted.endswith("number"):
        cure = "take the quotes away"
    if wanted == "a list" and row and not tail:
        cure = _list_like(row)
    return f"{parse_typed(value)} is not {wanted}{told}", cure


def _list_like(row: Declaration) -> str:
    """Show how a list is written, by its default: numbers as they are, or the words of one row."""
    model = row_model(row.path)
    if model is None:
        return f"write a list in square brackets, as {format_value(row.default)}"
    words = ", ".join(f"{name}: {format_value(getattr(row.default[0], name))}" for name in model.model_fields)
    return f"write a list of rows, as [{{{words}}}]"


def parse_typed(value: Any) -> str:
    """Show a value as YAML has it typed: `true`, and quotes around text that reads as something else without them."""
    if isinstance(value, bool) or (isinstance(value, str) and quote(value) != value and _reads_otherwise(value)):
        return format_value(write_scalar(value))
    return format_value(value)


def _reads_otherwise(text: str) -> bool:
    if text.strip().lower() in WORDS_WITH_MEANING or not text.strip():
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True


def _closest(value: Any, options: list[str]) -> str:
    close = get_close_matches(str(value), options, n=1)
    return f"did you mean {close[0]}?" if close else "write one of them"


def describe_choices(path: str, tail: tuple[Any, ...] = ()) -> list[str]:
    """Give the words that a value may be, for one that is chosen from a few."""
    annotation = _annotation(path)
    if tail:
        model = row_model(path)
        field = model.model_fields.get(str(tail[-1])) if model else None
        annotation = field.annotation if field else None
    return [str(option) for option in typing.get_args(annotation)]


def _annotation(path: str) -> Any:
    from loyaltysim.scenario.scenario import scenario_class
    from loyaltysim.scenario.strategies import Pilot, describe_pilot

    if path in describe_pilot():
        return Pilot.model_fields[path.rpartition(".")[2]].annotation
    kind: Any = scenario_class()
    for step in path.split("."):
        kind = kind.model_fields[step].annotation
    return kind


def row_model(path: str) -> type[BaseModel] | None:
    """Give the model of a row, for a value that is a list of rows."""
    annotation = _annotation(path)
    inner = typing.get_args(annotation) if isinstance(annotation, types.GenericAlias) else ()
    return inner[0] if inner and isinstance(inner[0], type) and issubclass(inner[0], BaseModel) else None


def _fields_at(path: str) -> list[str]:
    model = row_model(path)
    return list(model.model_fields) if model else []
