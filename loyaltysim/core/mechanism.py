"""What a mechanism is: numbers, state and outcomes, all declared, and a step that takes its part of a month.

`param`, `lever` and `solved` declare a number, `column` and `row_list` state, `metric` an outcome; `Mechanism` is the
class that they stand in. A number so declared is a row of the house's book (`Declaration`), for every reader alike. The
types that a step is given (`World`, `RngStream`, `Report`) can be imported from here, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import EllipsisType, MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self, TypeVar, Unpack, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.fields import FieldInfo

from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.records import Report
from loyaltysim.core.tables import World

if TYPE_CHECKING:
    import numpy as np

Grade = Literal["measured", "secondary", "folklore", "assumption", "definition"]
Role = Literal["param", "lever", "solved", "switch"]
Over = Literal["end", "sum", "mean", "ratio", "close"]
Better = Literal["higher", "lower", ""]
T = TypeVar("T")

WITHIN_ONE = ("share", "share/month", "0 to 1", "chance", "chance/month")
"""Units of params and levers that lie between 0 and 1 unless told otherwise."""


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
    """An outcome: how months become one figure, which direction is better, and its label (default: `doc`)."""

    doc: str
    unit: str
    over: Over = "sum"
    better: Better = ""
    of: tuple[str, str] | None = None
    annual: bool = False
    account: Literal["", "cost"] = ""
    headline: bool = False
    name: str = ""
    label: str = field(default="", compare=False)  # how it is called, and nothing of what it is
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


class Stated(Protocol):
    """What a mechanism may ask of the figures that a scenario states."""

    @property
    def churn_annual(self) -> float:
        """Customers who leave within a year, as a share."""


class Study(Protocol):
    """What a mechanism may ask of a scenario when the horizon is over."""

    @property
    def discount_rate(self) -> float:
        """The yearly rate at which money is discounted."""

    @property
    def stated(self) -> Stated:
        """The stated figures."""


def declare_number(
    role: Role,
    default: T | EllipsisType,
    doc: str,
    low: float | None,
    high: float | None,
    unit: str,
    source: str,
    grade: Grade,
    **more: JsonValue,
) -> T:
    """Return the field of a number with all that is declared of it; of `more`, what is not empty."""
    if unit in WITHIN_ONE:
        low, high = 0 if low is None else low, 1 if high is None else high
    extra: dict[str, JsonValue] = {"role": role, "unit": unit, "source": source, "grade": grade}
    extra |= {name: value for name, value in more.items() if value}
    return cast("T", Field(default, ge=low, le=high, description=doc, json_schema_extra=extra))


def param(
    default: T | EllipsisType,
    unit: str,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    source: str = "assumption",
    grade: Grade = "assumption",
    plausible: tuple[float, float] | None = None,
    named: str = "",
) -> T:
    """Declare a fact of the world: default, unit, meaning, allowed range, source and evidence grade.

    A share or a chance lies between 0 and 1 unless it is told otherwise (WITHIN_ONE).
    `named`: the word that a file may say for a default that is a long list of rows.
    """
    span: list[JsonValue] = list(plausible or ())
    return declare_number("param", default, doc, low, high, unit, source, grade, plausible=span, named=named)


def lever(
    default: float,
    unit: str,
    doc: str,
    *,
    low: float = 0,
    high: float | None = None,
    cost: str = "itself",
    source: str = "management's choice",
    main: bool = False,
) -> float:
    """Declare a choice of management's, likewise, with what it costs (`itself` when it is a budget).

    A `main` lever is one of those among which money is split unless others are named.
    """
    return declare_number("lever", default, doc, low, high, unit, source, "definition", cost=cost, main=main)


def solved(default: float, unit: str, doc: str, *, low: float = 0, high: float | None = None, source: str) -> float:
    """Declare a parameter that calibration solves for from what the scenario states; typed when `calibration: off`."""
    return declare_number("solved", default, doc, low, high, unit, source, "definition")


def column(table: str, dtype: str, doc: str, unit: str = "", *, start: float = 0, writers: str = "") -> Column:
    """Declare state: table, NumPy type, unit, meaning, starting value, and who besides the owner writes it."""
    return Column(table, dtype, doc, unit, start, tuple(writers.split()))


def row_list(*, doc: str, dtype: str = "int32") -> RowList:
    """Declare a month's list of rows, read as `world.<name>` by the mechanisms that come later in the month."""
    return RowList(doc, dtype)


def metric(
    doc: str,
    unit: str,
    *,
    over: Over = "sum",
    better: Better = "",
    of: tuple[str, str] | None = None,
    annual: bool = False,
    account: Literal["", "cost"] = "",
    headline: bool = False,
    called: str = "",
    label: str = "",
) -> Metric:
    """Declare an outcome.

    `over`: `end` (the last month's value), `sum` (a flow), `mean`, `ratio` (the sum of `of[0]` over the sum of `of[1]`;
    `annual` turns a monthly chance into a yearly one) or `close` (reckoned from the whole horizon by
    `Mechanism.close`). `account="cost"` books it as money spent. `headline` figures stand in the terminal's table.
    `label`: what a picture calls it where `doc` is too long.
    """
    return Metric(doc, unit, over, better, of, annual, account, headline, called, label)


class Mechanism(BaseModel):
    """A frozen set of numbers with a `step`; its state lives in columns only."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, ignored_types=(Column, RowList, Metric), allow_inf_nan=False
    )

    key: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    """Mechanisms without which this one makes no sense: while it is on, they must be on."""
    after: ClassVar[str] = ""
    """For a mechanism of one's own: the one behind which it takes its step; unless said, behind all that it needs."""
    always: ClassVar[bool] = False
    """Whether no market can be without it."""
    market_wide: ClassVar[bool] = False
    """Whether it concerns everyone at once, and not the firm's dealings with a part of its customers
    (`simulation.pilot`)."""
    of_firm: ClassVar[bool] = True
    """Whether its budgets and posts are the firm's, so that a part of the firm has its part of them."""
    dormant: ClassVar[Mapping[str, object]] = MappingProxyType({})
    """Values of its own fields at which the phenomenon is switched off and the market still shows what is stated; empty
    where there are none. `experiments.ablations` switches mechanisms on one by one from there."""

    on: bool = Field(
        True,
        description="whether this part of the world works at all; `off` as the whole block says the same",
        json_schema_extra={"role": "switch", "unit": "yes/no", "source": "choice of the study", "grade": "definition"},
    )

    def __init_subclass__(cls, **options: Unpack[ConfigDict]) -> None:
        super().__init_subclass__(**options)
        if "key" not in cls.__dict__:
            cls.key = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __copy__(self) -> Self:
        """Copy the declared numbers only: what a `cached_property` reckoned from them may not hold for the copy."""
        copy = super().__copy__()
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy

    def begin(self, world: World, rng: RngStream) -> None:
        """Lay out this mechanism's state at the birth of a market (traits, starting values)."""

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Do this mechanism's part of one month."""

    def close(self, months: Mapping[str, np.ndarray], scenario: Study) -> dict[str, float]:
        """Reckon the figures that need the whole horizon; `months` maps each metric to its months 0..T."""
        return {}

    @classmethod
    @cache
    def columns(cls) -> tuple[Column, ...]:
        """Return this mechanism's columns in the order of their declaration."""
        return tuple(thing for thing in vars(cls).values() if isinstance(thing, Column))

    @classmethod
    @cache
    def row_lists(cls) -> tuple[RowList, ...]:
        """Return the month's lists that this mechanism makes."""
        return tuple(thing for thing in vars(cls).values() if isinstance(thing, RowList))

    @classmethod
    @cache
    def metrics(cls) -> tuple[Metric, ...]:
        """Return this mechanism's metrics in the order of their declaration."""
        return tuple(thing for thing in vars(cls).values() if isinstance(thing, Metric))

    @classmethod
    def declarations(cls) -> Iterator[Declaration]:
        """Return its params, levers and solved parameters, nested blocks included, as rows of the book."""
        return declared_fields(cls, cls.key)
