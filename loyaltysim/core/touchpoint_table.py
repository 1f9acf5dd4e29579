"""A touchpoint as a row of numbers, how kinds differ, what is mended first, and the table that comes with loyaltysim
(F18)."""

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
    importance: float = param(1.0, "weight", "how often and how much it matters", low=0)
    failure: float = param(1.0, "weight", "how often it fails, relative to the others", low=0)
    indifference: float = param(1.0, "weight", "how often it is indifferent, relative to its kind", low=0)
    wow: float = param(1.0, "weight", "how often it delights, relative to its kind", low=0)
    fix_cost: float = param(20_000.0, "$", "spending that mends 63 % of it", low=1)
    ease: float = param(0.5, "share", "how easily it is fixed; 1: one department can, alone")


class ColdByKind(BaseModel):
    """How often each kind of touchpoint is indifferent, relative to the others; people most."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    communication: float = param(0.7, "weight", "letters, signs, prices", low=0, high=10, source="F18")
    channel: float = param(0.8, "weight", "ways to reach and be served", low=0, high=10, source="F18")
    people: float = param(1.6, "weight", "the staff in person", low=0, high=10, source="F18, F1")
    brand: float = param(0.5, "weight", "product, look and name", low=0, high=10, source="F18")


class WarmByKind(BaseModel):
    """How often each kind of touchpoint delights, relative to the others; people most."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    communication: float = param(0.6, "weight", "letters, signs, prices", low=0, high=10, source="F18")
    channel: float = param(0.7, "weight", "ways to reach and be served", low=0, high=10, source="F18")
    people: float = param(1.6, "weight", "the staff in person", low=0, high=10, source="F18, F27")
    brand: float = param(0.9, "weight", "product, look and name", low=0, high=10, source="F18")


class Priority(BaseModel):
    """What counts for the order in which touchpoints are mended, each measured from 0 to the largest, 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    importance: float = param(1.0, "weight", "weight of importance", low=0, source="F19")
    urgency: float = param(1.0, "weight", "weight of its share of bad encounters", low=0, source="F19")
    gap: float = param(1.0, "weight", "weight of the failures that mending can still end", low=0, source="F19")
    ease: float = param(1.0, "weight", "weight of ease", low=0, source="F19")


@cache
def default_touchpoints() -> tuple[Touchpoint, ...]:
    """Return the touchpoints that come with loyaltysim, those of a service company of no particular trade."""
    text = (files("loyaltysim") / "data" / "touchpoints.csv").read_text(encoding="utf-8")
    return tuple(
        Touchpoint.model_validate({key: cell if key in WORDS else float(cell) for key, cell in row.items()})
        for row in csv.DictReader(text.splitlines())
    )


def against_largest(figures: NDArray) -> NDArray:
    """Return figures of 0 or more against the largest of them; as they are if all are 0."""
    return figures / (float(figures.max()) or 1.0)
