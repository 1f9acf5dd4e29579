"""Write plain data as YAML text that reads back as the same data, in this and in other readers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$./?!()-]*( [A-Za-z0-9_$./?!()-]+)*|\d{4}-\d{2}")
WORDS_WITH_MEANING = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def write_scalar(value: object) -> str:
    """Write one value; text is quoted wherever a reader could take it for something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:_}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return write_float(value)
    return quote(str(value))


def write_float(value: float) -> str:
    """Write a number with a point, in digits that every reader takes for a number."""
    text = repr(value)
    if "e" in text:
        digits, _, power = text.partition("e")
        return text if "." in digits else f"{digits}.0e{power}"
    whole, _, rest = text.partition(".")
    return f"{int(whole):_}.{rest}" if abs(value) >= 10_000 else text


def quote(text: str) -> str:
    """Write text, in quotes if need be."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS_WITH_MEANING:
        return text
    written = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08X}" for sign in written)


def write_flow(value: object) -> str:
    """Write data on one line, mappings and lists in brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{write_scalar(str(key))}: {write_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(write_flow(inner) for inner in value) + "]"
    return write_scalar(value)


def write_comment(*parts: str) -> str:
    """Make an end-of-line comment of what is not empty; never more than one line."""
    text = "; ".join(part for part in parts if part)
    return "  # " + "".join(sign if sign.isprintable() else " " for sign in text) if text else ""


def write_tree(paths: Mapping[str, list[str]], indent: str = "") -> list[str]:
    """Lay out lines by dotted path as nested blocks.

    `paths` maps a path to its lines: the first is written behind `key:`, the others below it as they are.
    """
    lines: list[str] = []
    heads = dict.fromkeys(path.partition(".")[0] for path in paths)
    for head in heads:
        if head in paths:
            first, *more = paths[head]
            lines += [f"{indent}{head}: {first}".rstrip(), *(f"{indent}  {line}" for line in more)]
            continue
        inner = {path.partition(".")[2]: text for path, text in paths.items() if path.startswith(f"{head}.")}
        lines += [f"{indent}{head}:", *write_tree(inner, f"{indent}  ")]
    return lines
