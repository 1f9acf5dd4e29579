"""The registry of everything a scenario can hold, made from the declarations: paths, blocks, and what a typing error
meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from types import MappingProxyType

from pydantic import BaseModel

from loyaltysim.core.mechanism import Declaration, Mechanism, declared_fields
from loyaltysim.mechanisms import cache_until_registration, month
from loyaltysim.scenario.provenance import DEFAULT, Located, locate, to_plain
from loyaltysim.scenario.study_settings import Study
from loyaltysim.scenario.yaml_format import write_flow

NOT_DECLARED = ("extends", "strategies", "uncertain")
NUMBERS = ("int", "float")
MOST_NAMED, A_FEW = 40, 5
"""Up to how many names a cure lists them all, and how many of more."""


@cache_until_registration
def parameter_registry() -> MappingProxyType[str, Declaration]:
    """Return every declared value by its dotted path, the study's first, then the mechanisms' in the order of a
    month.
    """
    rows = [*declared_fields(Study, ""), *(row for mechanism in month() for row in mechanism.declarations())]
    return MappingProxyType({row.path: row for row in rows})


@cache_until_registration
def blocks() -> MappingProxyType[str, type[BaseModel]]:
    """Return every block (a mechanism, `stated`, `market.network`, ...) by its dotted path."""
    found: dict[str, type[BaseModel]] = {}

    def add_inner(model: type[BaseModel], prefix: str) -> None:
        for name, info in model.model_fields.items():
            kind = info.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found[prefix + name] = kind
                add_inner(kind, f"{prefix}{name}.")

    add_inner(Study, "")
    for mechanism in month():
        found[mechanism.key] = mechanism
        add_inner(mechanism, f"{mechanism.key}.")
    return MappingProxyType(found)


@cache_until_registration
def mechanisms() -> MappingProxyType[str, type[Mechanism]]:
    """Return the mechanisms by the name of their block."""
    return MappingProxyType({mechanism.key: mechanism for mechanism in month()})


def levers() -> list[str]:
    """Name the levers, in the order of a month."""
    return [path for path, row in parameter_registry().items() if row.role == "lever"]


def is_numeric(path: str) -> bool:
    """Tell whether a declared value is one number."""
    return path in parameter_registry() and parameter_registry()[path].type in NUMBERS


def list_entries(block: str) -> list[str]:
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
        return list_known(block, pool)
    here, names = (
        (block, list_entries(block)) if block in blocks() else ("a scenario", [*NOT_DECLARED, *list_entries("")])
    )
    return f"{here} has: {', '.join(names)}"


def list_known(block: str, pool: list[str]) -> str:
    """Name all that there are, or if those are many a few, of the same block if it has some, and how to see more."""
    if len(pool) <= MOST_NAMED:
        return f"there are: {', '.join(pool)}" if pool else ""
    beside = [name for name in pool if block and name.startswith(f"{block}.")] or pool
    text = f"there are {len(pool)}, as {', '.join(beside[:A_FEW])}"
    known_block = block if block in blocks() else next((name.partition(".")[0] for name in pool if "." in name), "")
    return f"{text}; to see a block's: loyaltysim explain {known_block}" if known_block in blocks() else text


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


def format_value(value: object) -> str:
    """Show a value in a message: short, on one line, numbers with thousands kept apart, lists and mappings as YAML."""
    if isinstance(value, Located | list | tuple | dict):
        value = to_plain(value if isinstance(value, Located) else locate(value, DEFAULT))
    if isinstance(value, list | dict):
        return _shorten(write_flow(value))
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "yes", False: "no"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    if isinstance(value, float):
        return f"{value:.10g}"
    return _shorten(str(value))


def _shorten(text: str) -> str:
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    return text if len(text) <= 80 else f"{text[:77]}..."
