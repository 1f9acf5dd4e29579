"""The people of the NumPy market as columns: traits, ties, and who is a customer at first.

Written from docs/odd.md by reading; nothing of loyaltysim is imported. `values` is a resolved scenario, path -> value.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, log
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

PROSPECT, CUSTOMER, LOST = range(3)
REASONS = ("died", "moved", "friends", "rival", "product", "indifference")
DIED, MOVED, FRIENDS, RIVAL, PRODUCT, INDIFFERENCE = range(6)
OUTCOMES = ("silent", "ignored", "logged", "resolved", "resolved_fast")
SILENT, IGNORED, LOGGED, RESOLVED, RESOLVED_FAST = range(5)
NONE, LONG_AGO = -1, -32_000
COLUMNS = {
    "status": (np.int8, PROSPECT),
    "reason": (np.int8, NONE),
    "last_outcome": (np.int8, NONE),
    "left_month": (np.int16, LONG_AGO),
    "grieved_month": (np.int16, LONG_AGO),
    "tenure": (np.int16, 0),
    "kind": (np.int8, 0),
    "is_small": (np.bool_, False),
    "is_repeated": (np.bool_, False),
    "with_rival": (np.bool_, False),
    "satisfaction": (np.float32, 0),
    "satisfaction_spoilt": (np.float32, 0),
    "expectation": (np.float32, 0),
    "exposure": (np.float32, 0),
    "heard_good": (np.float32, 0),
    "heard_bad": (np.float32, 0),
    "inbox_good": (np.int32, 0),
    "inbox_bad": (np.int32, 0),
    "case_opened": (np.float64, 0),
    "case_due": (np.float64, inf),
}
"""Type and value at first of what changes; traits are drawn. A case that is due never is none."""
Rows = NDArray[np.int64]


class People:
    """Everyone in the market, a row each, their columns as attributes."""

    def __init__(self, values: Mapping[str, Any], rng: Generator) -> None:
        self.values, self.rng, self.number = values, rng, int(values["market.people"])
        for name, (kind, first) in COLUMNS.items():
            setattr(self, name, np.full(self.number, first, kind))
        for name in ("margin", "fickleness", "talkativeness", "readiness"):
            setattr(self, name, np.empty(self.number, np.float32))
        self.is_committed = np.empty(self.number, np.bool_)
        self.draw_traits(np.arange(self.number))
        self.with_rival[:] = rng.random(self.number, np.float32) < values["rivals.share"]

    def draw_traits(self, rows: Rows) -> None:
        """Draw who these people are."""
        values, rng = self.values, self.rng
        spread = log(1 + values["market.margin_cv"] ** 2)
        z = rng.standard_normal(rows.size, np.float32)
        self.margin[rows] = values["market.margin_mean"] * np.exp(spread**0.5 * z - spread / 2)
        for trait in ("fickleness", "talkativeness", "readiness"):
            shape = values[f"market.{trait}_shape"]
            getattr(self, trait)[rows] = rng.standard_gamma(shape, rows.size, np.float32) / shape
        self.is_committed[rows] = rng.random(rows.size, np.float32) >= values["rivals.indifferent"]

    def be_new(self, rows: Rows) -> None:
        """Lay out other people in the same rows."""
        for name, (_, first) in COLUMNS.items():
            getattr(self, name)[rows] = first
        self.draw_traits(rows)

    def become_customers(self, rows: Rows, tenure: NDArray[np.int16] | int = 0) -> None:
        """Let them begin, or begin again, as customers."""
        self.status[rows], self.reason[rows], self.tenure[rows] = CUSTOMER, NONE, tenure
        self.satisfaction[rows] = self.values["satisfaction.at_first"]
        self.expectation[rows] = self.values["satisfaction.expected_at_first"]
        self.exposure[rows], self.case_due[rows], self.with_rival[rows] = 0, inf, False

    def choose_first_customers(self) -> None:
        """Choose who is a customer at the start, and since when, and who is lost: the steadier, the likelier to be here."""
        values, rng = self.values, self.rng
        proneness = 0.05 + self.fickleness
        race = np.argsort(rng.standard_exponential(self.number, np.float32) * proneness)
        customers, prospects = np.split(race, [values["market.customers"]])
        leaving = 1 - (1 - values["stated.churn_annual"]) ** (1 / 12)
        hazard = np.maximum(leaving * proneness[customers] / proneness[customers].mean(), 1e-6)
        waits = rng.standard_exponential(customers.size) / hazard
        self.become_customers(customers, np.minimum(waits, 600).astype(np.int16))
        forget = values["joining.forget"]
        number = min(round(leaving * customers.size * forget), prospects.size // 2)
        later = np.argsort(rng.standard_exponential(prospects.size, np.float32) / proneness[prospects])
        lost = prospects[later[:number]]
        self.status[lost], self.reason[lost] = LOST, INDIFFERENCE
        self.left_month[lost] = -1 - np.arange(number) % forget

    def anyone_but(self, rows: Rows) -> Rows:
        """Draw for each row anyone else, all alike."""
        return (rows + 1 + self.rng.integers(self.number - 1, size=rows.size)) % self.number


def small_world(people: People, ties: int, rewired: float) -> tuple[Rows, Rows]:
    """Tie each to the next few round a ring, some of the ties to anyone instead; CSR rows first (people + 1,) and tie."""
    half = max(1, ties // 2)
    row = np.repeat(np.arange(people.number), half)
    other = (row + np.tile(np.arange(1, half + 1), people.number)) % people.number
    elsewhere = np.flatnonzero(people.rng.random(row.size, np.float32) < rewired)
    other[elsewhere] = people.anyone_but(row[elsewhere])
    ends = np.concatenate([row, other])
    first = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=people.number))])
    return first, np.concatenate([other, row])[np.argsort(ends, kind="stable")]
