"""A touchpoint as a row of numbers, how kinds differ, what is mended first, and the table that comes with loyaltysim (F18)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import BaseModel, ConfigDict

from loyaltysim.core.mechanism import param

if TYPE_CHECKING:
    from numpy.typing import NDArray

Stage = Literal["search", "site", "shopping", "satisfaction"]
Kind = Literal["communication", "channel", "people", "brand"]
STAGES: tuple[str, ...] = get_args(Stage)
KINDS: tuple[str, ...] = get_args(Kind)
SEARCH, PEOPLE, BRAND = STAGES.index("search"), KINDS.index("people"), KINDS.index("brand")
"""Codes of stages and kinds are their positions."""
WORDS = ("name", "stage", "kind")
"""The columns of a touchpoint that are text; all others are numbers."""


class Touchpoint(BaseModel):
    """One place where a customer meets the company; its weights are relative to the other touchpoints'."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    name: str
    stage: Stage
    kind: Kind
    importance: float = param(1.0, unit="weight", low=0, doc="how often and how much it matters")
    failure: float = param(1.0, unit="weight", low=0, doc="how often it fails, relative to the others")
    indifference: float = param(1.0, unit="weight", low=0, doc="how often it is indifferent, relative to its kind")
    wow: float = param(1.0, unit="weight", low=0, doc="how often it delights, relative to its kind")
    fix_cost: float = param(20_000.0, unit="$", low=1, doc="spending that mends 63 % of it")
    ease: float = param(0.5, unit="share", low=0, high=1, doc="how easily it is fixed; 1: one department can, alone")


class ColdByKind(BaseModel):
    """How often each kind of touchpoint is indifferent, relative to the others; people most."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    communication: float = param(0.7, unit="weight", low=0, high=10, doc="letters, signs, prices", source="F18")
    channel: float = param(0.8, unit="weight", low=0, high=10, doc="ways to reach and be served", source="F18")
    people: float = param(1.6, unit="weight", low=0, high=10, doc="the staff in person", source="F18, F1")
    brand: float = param(0.5, unit="weight", low=0, high=10, doc="product, look and name", source="F18")


class WarmByKind(BaseModel):
    """How often each kind of touchpoint delights, relative to the others; people most."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    communication: float = param(0.6, unit="weight", low=0, high=10, doc="letters, signs, prices", source="F18")
    channel: float = param(0.7, unit="weight", low=0, high=10, doc="ways to reach and be served", source="F18")
    people: float = param(1.6, unit="weight", low=0, high=10, doc="the staff in person", source="F18, F27")
    brand: float = param(0.9, unit="weight", low=0, high=10, doc="product, look and name", source="F18")


class Priority(BaseModel):
    """What counts for the order in which touchpoints are mended, each measured from 0 to the largest, 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    importance: float = param(1.0, unit="weight", low=0, doc="weight of importance", source="F19")
    urgency: float = param(1.0, unit="weight", low=0, doc="weight of its share of bad encounters", source="F19")
    gap: float = param(1.0, unit="weight", low=0, doc="weight of the failures that mending can still end", source="F19")
    ease: float = param(1.0, unit="weight", low=0, doc="weight of ease", source="F19")


@cache
def default_touchpoints() -> tuple[Touchpoint, ...]:
    """Give the touchpoints that come with loyaltysim, those of a service company of no particular trade."""
    text = (files("loyaltysim") / "data" / "touchpoints.csv").read_text(encoding="utf-8")
    return tuple(
        Touchpoint.model_validate({key: cell if key in WORDS else float(cell) for key, cell in row.items()})
        for row in csv.DictReader(text.splitlines())
    )


def against_largest(figures: NDArray) -> NDArray:
    """Give figures of 0 or more against the largest of them; as they are if all are 0."""
    return figures / (float(figures.max()) or 1.0)
