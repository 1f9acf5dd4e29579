"""What is declared: state and outcomes as they stand in a mechanism, and the house's book, which has a row for every number.

The words that declare it are in `core.mechanism`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Grade = Literal["measured", "secondary", "folklore", "assumption", "definition"]
Role = Literal["param", "lever", "solved", "switch"]
Over = Literal["end", "sum", "mean", "ratio", "close"]
Better = Literal["higher", "lower", ""]


class NamedByClass:
    """A declaration that learns its own name from the class body it stands in."""

    name: str
    owner: str

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "name", self.name or name)
        object.__setattr__(self, "owner", getattr(owner, "__name__", ""))


@dataclass(frozen=True)
class Column(NamedByClass):
    """State: one number a row of a table. Only its owner and the named `writers` may write it."""

    table: str
    dtype: str
    doc: str
    unit: str = ""
    start: float = 0
    writers: tuple[str, ...] = ()
    name: str = field(default="", init=False, compare=False)
    owner: str = field(default="", init=False, compare=False)


@dataclass(frozen=True)
class RowList(NamedByClass):
    """A list of row numbers made anew each month: those whom the month's later mechanisms are about."""

    doc: str
    dtype: str = "int32"
    name: str = field(default="", init=False, compare=False)
    owner: str = field(default="", init=False, compare=False)


@dataclass(frozen=True)
class Metric(NamedByClass):
    """An outcome: how months become one figure, which direction is better, and its label."""

    doc: str
    unit: str
    over: Over = "sum"
    better: Better = ""
    of: tuple[str, str] | None = None
    annual: bool = False
    account: Literal["", "cost"] = ""
    headline: bool = False
    name: str = ""
    owner: str = field(default="", init=False, compare=False)


@dataclass(frozen=True)
class Declaration:
    """One row of the house's book: a param, lever, solved parameter or switch, as every reader sees it."""

    path: str
    role: Role
    default: Any
    unit: str
    doc: str
    low: float | None
    high: float | None
    source: str
    grade: str
    type: str
    cost: str = ""
    plausible: tuple[float, float] | None = None
    named: str = ""
    main: bool = False


def declared_fields(model: type[BaseModel], prefix: str) -> Iterator[Declaration]:
    """Walk a pydantic model and its nested blocks, giving every declared leaf with its dotted path."""
    for name, info in model.model_fields.items():
        path = f"{prefix}.{name}" if prefix else name
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from declared_fields(kind, path)
        else:
            yield to_declaration(path, info)


def to_declaration(path: str, info: FieldInfo) -> Declaration:
    """Return a declared field as a row of the book."""
    extra: dict[str, Any] = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    bounds = {type(mark).__name__: mark for mark in info.metadata}
    plausible = extra.get("plausible")
    kind = info.annotation
    return Declaration(
        path=path,
        role=extra.get("role", "param"),
        default=info.get_default(call_default_factory=True),
        unit=extra.get("unit", ""),
        doc=info.description or "",
        low=getattr(bounds.get("Ge"), "ge", None),
        high=getattr(bounds.get("Le"), "le", None),
        source=extra.get("source", ""),
        grade=extra.get("grade", ""),
        type=kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", ""),
        cost=extra.get("cost", ""),
        plausible=(plausible[0], plausible[1]) if plausible else None,
        named=extra.get("named", ""),
        main=extra.get("main", False),
    )
