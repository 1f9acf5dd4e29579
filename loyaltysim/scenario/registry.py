"""The book of everything a scenario can hold, made from the declarations: paths, blocks, and what a typing error meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from loyaltysim.core.fields import Declaration, declared_fields
from loyaltysim.core.mechanism import Mechanism
from loyaltysim.mechanisms import cache_until_registration, month
from loyaltysim.scenario.provenance import DEFAULT, Located, locate, to_plain
from loyaltysim.scenario.study_settings import Study
from loyaltysim.scenario.yaml_writer import write_flow

NOT_DECLARED = ("extends", "strategies", "uncertain")
NUMBERS = ("int", "float")
MOST_NAMED, A_FEW = 40, 5
"""Up to how many names a cure lists them all, and how many of more."""


@cache_until_registration
def parameter_registry() -> MappingProxyType[str, Declaration]:
    """Give every declared value by its dotted path, the study's first, then the mechanisms' in the order of a month."""
    rows = [*declared_fields(Study, ""), *(row for mechanism in month() for row in mechanism.declarations())]
    return MappingProxyType({row.path: row for row in rows})


@cache_until_registration
def blocks() -> MappingProxyType[str, type[BaseModel]]:
    """Give every block (a mechanism, `stated`, `market.network`, ...) by its dotted path."""
    found: dict[str, type[BaseModel]] = {}
    for name, model in _roots():
        _walk(model, name, found)
    return MappingProxyType(found)


def _roots() -> list[tuple[str, type[BaseModel]]]:
    return [*_inner(Study), *((mechanism.key, mechanism) for mechanism in month())]


def _inner(model: type[BaseModel]) -> list[tuple[str, type[BaseModel]]]:
    kinds: Any = ((name, info.annotation) for name, info in model.model_fields.items())
    return [(name, kind) for name, kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _walk(model: type[BaseModel], path: str, found: dict[str, type[BaseModel]]) -> None:
    found[path] = model
    for name, kind in _inner(model):
        _walk(kind, f"{path}.{name}", found)


@cache_until_registration
def mechanisms() -> MappingProxyType[str, type[Mechanism]]:
    """Give the mechanisms by the name of their block."""
    return MappingProxyType({mechanism.key: mechanism for mechanism in month()})


def is_block_switch(path: str) -> bool:
    """Tell whether a whole block may be written `off`."""
    return path in mechanisms()


def levers() -> list[str]:
    """Name the levers, in the order of a month."""
    return [path for path, row in parameter_registry().items() if row.role == "lever"]


def numeric(path: str) -> bool:
    """Tell whether a declared value is one number."""
    return path in parameter_registry() and parameter_registry()[path].type in NUMBERS


def entries(block: str) -> list[str]:
    """Name what stands in a block directly, sub-blocks included; the whole scenario's for an empty path."""
    depth = block.count(".") + 1 if block else 0
    start = f"{block}." if block else ""
    inside = (path.split(".") for path in parameter_registry() if path.startswith(start))
    return list(dict.fromkeys(parts[depth] for parts in inside))


def suggest(path: str, known: Iterable[str] | None = None) -> str:
    """Guess what an unknown path was meant to be, as a cure; among `known`, or everything a scenario can hold."""
    pool = list(known) if known is not None else [*parameter_registry(), *blocks(), *NOT_DECLARED]
    block, _, word = path.rpartition(".")
    beside = {name.rpartition(".")[2]: name for name in pool if name.rpartition(".")[0] == block}
    close = [beside[name] for name in get_close_matches(word, beside, n=2, cutoff=0.6)]
    close = close or get_close_matches(path, pool, n=2, cutoff=0.8)
    close = close or [name for name in pool if name.rpartition(".")[2] == word][:3]
    if close:
        return f"did you mean {' or '.join(close)}?"
    if known is not None:
        return _there_are(block, pool)
    here, names = (block, entries(block)) if block in blocks() else ("a scenario", [*NOT_DECLARED, *entries("")])
    return f"{here} has: {', '.join(names)}"


def _there_are(block: str, pool: list[str]) -> str:
    """Name all that there are, or if those are many a few, of the same block if it has some, and how to see more."""
    if len(pool) <= MOST_NAMED:
        return f"there are: {', '.join(pool)}" if pool else ""
    beside = [name for name in pool if block and name.startswith(f"{block}.")] or pool
    told = f"there are {len(pool)}, as {', '.join(beside[:A_FEW])}"
    shown_block = block if block in blocks() else next((name.partition(".")[0] for name in pool if "." in name), "")
    return f"{told}; to see a block's: loyaltysim explain {shown_block}" if shown_block in blocks() else told


def format_range(row: Declaration) -> str:
    """Say a declaration's allowed range in words."""
    if row.low is not None and row.high is not None:
        return f"{format_value(row.low)} to {format_value(row.high)}"
    if row.low is not None:
        return f"{format_value(row.low)} or more"
    return f"{format_value(row.high)} or less" if row.high is not None else ""


def describe_value(row: Declaration) -> str:
    """Say a declaration's unit and meaning, as they stand in brackets behind a value that is wrong."""
    return ": ".join(part for part in (row.unit, row.doc) if part)


def format_value(value: Any) -> str:
    """Show a value in a message: short, on one line, numbers with thousands kept apart, lists and mappings as YAML."""
    if isinstance(value, Located | list | tuple | dict):
        value = to_plain(value if isinstance(value, Located) else locate(value, DEFAULT))
    if isinstance(value, list | dict):
        return _short(write_flow(value))
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "yes", False: "no"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    if isinstance(value, float):
        return f"{value:.10g}"
    return _short(str(value))


def _short(text: str) -> str:
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    return text if len(text) <= 80 else f"{text[:77]}..."
