"""Say in this house's words what a validator found wrong, at the place where the value was typed."""

from __future__ import annotations

import types
import typing
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from loyaltysim.core.errors import Problem
from loyaltysim.core.mechanism import Declaration
from loyaltysim.scenario.provenance import Located, find_within
from loyaltysim.scenario.registry import blocks, describe_value, format_range, format_value, parameter_registry, suggest
from loyaltysim.scenario.strategies import Pilot, pilot_declarations
from loyaltysim.scenario.study_settings import Study
from loyaltysim.scenario.yaml_format import WORDS_WITH_MEANING, quote, write_scalar

KINDS = {
    "int": ("a whole number", "write it without a decimal point, as 12 or 50_000"),
    "float": ("a number", "write a plain number, as 0.2 or 20_000"),
    "bool": ("yes or no", "write true or false"),
    "string": ("text", "put it in quotes"),
    "list": ("a list", "write [{...}, {...}]"),
    "dict": ("a block of entries", "write {...}"),
    "model": ("a block of entries", "write {...}"),
}


def translate_error(finding: ErrorDetails, values: dict[str, Located]) -> Problem:
    """Translate one of a validator's findings; `values` has what was given, by path."""
    steps = finding["loc"]
    heads = [".".join(map(str, steps[:length])) for length in range(len(steps), 0, -1)]
    path = next((known for known in heads if known in values), ".".join(map(str, steps)))
    tail = steps[path.count(".") + 1 :]
    item = values.get(path)
    spot = find_within(item, tail) if item else None
    field = path + "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in tail)
    what, cure = describe_error(finding, path, tail)
    return Problem(what, field, str(spot.place) if spot else "", cure)


def describe_error(finding: ErrorDetails, path: str, tail: tuple[str | int, ...]) -> tuple[str, str]:
    """Return fault and cure in this house's words."""
    kind, value, context = finding["type"], finding["input"], finding.get("ctx", {})
    row = parameter_registry().get(path)
    meaning = f" ({describe_value(row)})" if row and not tail and describe_value(row) else ""
    allowed = f"allowed is {format_range(row)}, the default is {format_value(row.default)}" if row and not tail else ""
    if kind.startswith(("greater_than", "less_than")):
        side, bound = ("below", "ge") if kind.startswith("greater") else ("above", "le")
        limit = context.get(bound, context.get(bound.replace("e", "t")))
        bounds = allowed or f"the limit is {format_value(limit)}"
        return f"{format_value(value)} is {side} {format_value(limit)}{meaning}", bounds
    if kind == "literal_error":
        choices = describe_choices(path, tail)
        close = get_close_matches(str(value), choices, n=1)
        cure = f"did you mean {close[0]}?" if close else "write one of them"
        return f"{format_value(value)} is not one of {', '.join(choices)}{meaning}", cure
    if kind == "missing":
        return "is missing", "write it, or take the row out"
    if kind == "extra_forbidden":
        model = row_model(path) if tail else None
        known = list(model.model_fields) if model else []
        return "there is no such entry", suggest(str(tail[-1]), known) if tail else suggest(path)
    if kind == "value_error":
        return str(context["error"]), allowed
    wanted, cure = KINDS.get(kind.split("_")[0], ("what belongs here", ""))
    if isinstance(value, str) and format_typed(value) != value and wanted.endswith("number"):
        cure = "take the quotes away"
    if wanted == "a list" and row and not tail:
        cure = show_list(row)
    return f"{format_typed(value)} is not {wanted}{meaning}", cure


def show_list(row: Declaration) -> str:
    """Show how a list is written, by its default: numbers as they are, or the words of one row."""
    model = row_model(row.path)
    if model is None:
        return f"write a list in square brackets, as {format_value(row.default)}"
    words = ", ".join(f"{name}: {format_value(getattr(row.default[0], name))}" for name in model.model_fields)
    return f"write a list of rows, as [{{{words}}}]"


def format_typed(value: object) -> str:
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


def describe_choices(path: str, tail: tuple[str | int, ...] = ()) -> list[str]:
    """Return the words that a value may be, for one that is chosen from a few."""
    annotation = find_annotation(path)
    if tail:
        model = row_model(path)
        field = model.model_fields.get(str(tail[-1])) if model else None
        annotation = field.annotation if field else None
    return [str(option) for option in typing.get_args(annotation)]


def format_choices(row: Declaration) -> str:
    """Return the words that a value may be, for one that is chosen from a few."""
    return " or ".join(describe_choices(row.path)) if row.type.startswith("Literal") else ""


def find_annotation(path: str) -> object:
    """Return the type of a declared value, or of a word of a pilot."""
    block, _, name = path.rpartition(".")
    model = Pilot if path in pilot_declarations() else blocks()[block] if block else Study
    return model.model_fields[name].annotation


def row_model(path: str) -> type[BaseModel] | None:
    """Return the model of a row, for a value that is a list of rows."""
    annotation = find_annotation(path)
    inner = typing.get_args(annotation) if isinstance(annotation, types.GenericAlias) else ()
    return inner[0] if inner and isinstance(inner[0], type) and issubclass(inner[0], BaseModel) else None
