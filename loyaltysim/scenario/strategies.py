"""A strategy is a dated replacement of levers: what it changes, by how much, from when to when, how gradually.

Calendar months are text (`2027-01`), and numbers from 1, the scenario's start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict

from loyaltysim.core.mechanism import Declaration, declared_fields, param

AS_TODAY = "as today"
LONGEST_PILOT = 1200
_word = partial(param, source="F21", grade="definition")
_MONTH = re.compile(r"[1-9]\d{3}-(0[1-9]|1[0-2])")


class Change(BaseModel):
    """One change of one lever.

    `value` sets, `add` and `times` change what the lever had (the scenario's top level, or what the changes before it
    in a list made of that). Months `since` to `until` are inclusive, empty for the horizon's ends. With a `ramp` of n
    months the change comes in n equal steps, the first in month `since`; after `until` it is undone at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    verb: Literal["value", "add", "times"]
    amount: float
    since: str = ""
    until: str = ""
    ramp: int = 0

    def target(self, before: float) -> float:
        """Return what the lever becomes from what it was."""
        if self.verb == "value":
            return self.amount
        return before + self.amount if self.verb == "add" else before * self.amount

    def window(self, start: str, months: int) -> tuple[int, int]:
        """Return the first and the last month (1..months) of the change, cut to the horizon."""
        first = month_number(self.since, start) if self.since else 1
        last = month_number(self.until, start) if self.until else months
        return first, min(last, months)

    def to_plain(self) -> object:
        """Return the change as it is written in a scenario."""
        words = {"from": self.since, "to": self.until, "ramp": self.ramp}
        dated = {word: value for word, value in words.items() if value}
        whole = self.amount.is_integer() and abs(self.amount) < 1e15
        amount = int(self.amount) if whole else self.amount
        return {self.verb: amount, **dated} if dated or self.verb != "value" else amount

    def in_words(self) -> str:
        """Say the change: `+20,000 from 2027-01 to 2027-12, over 6 months`."""
        amount = f"{self.amount:,.10g}"
        words = {"value": f"= {amount}", "add": f"{self.amount:+,.10g}", "times": f"x {amount}"}[self.verb]
        words += f" from {self.since}" if self.since else ""
        words += f" to {self.until}" if self.until else ""
        return words + (f", spread over {self.ramp} months" if self.ramp else "")


class Pilot(BaseModel):
    """How a strategy is tried first: on which share of the customers, for how many months, and what decides then."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    share: float = _word(
        ..., "share", "part of the customers who try it; the rest are the control", low=0.01, high=0.99
    )
    months: int = _word(..., "months", "how long it is tried, from month 1", low=1, high=LONGEST_PILOT)
    roll_out_if: Literal["surely better", "better", "not surely worse"] = _word(
        "surely better",
        "",
        "what must be above at_least for it to be rolled out to all, else it is stopped: the lower end of the "
        "estimate's 95 % interval (surely better), the estimate (better) or the upper end (not surely worse)",
    )
    at_least: float = _word(
        0.0, "share", "effect to be beaten, on the share of month 0's customers who are kept", low=-1, high=1
    )
    desk: Literal["shared", "own"] = _word(
        "shared", "", "whether both arms' complaints go to one desk, or each arm has a desk of its own"
    )

    def to_plain(self) -> dict[str, object]:
        """Return the pilot as it is written in a scenario."""
        return dict(self)

    def in_words(self) -> str:
        """Say the pilot: `tried on 10 % of the customers for 12 months, rolled out if surely better`."""
        bar = f" by {self.at_least:g} of the customers" if self.at_least else ""
        own = ", each arm with a desk of its own" if self.desk == "own" else ""
        tried = f"tried on {100 * self.share:g} % of the customers for {self.months} months{own}"
        return f"{tried}, then rolled out if {self.roll_out_if}{bar}"


@cache
def pilot_declarations() -> Mapping[str, Declaration]:
    """Return the words of a pilot by path (`pilot.share`), declared as parameters are; a word that must be words has no
    default.
    """
    rows = {row.path: row for row in declared_fields(Pilot, "pilot")}
    needed = {f"pilot.{name}" for name, info in Pilot.model_fields.items() if info.is_required()}
    return MappingProxyType({path: replace(row, default="") if path in needed else row for path, row in rows.items()})


class Strategy(BaseModel):
    """What a strategy changes: lever path -> changes, applied in order; and the pilot that tries it first, if any.

    Nothing changed is `as today`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    changes: dict[str, tuple[Change, ...]] = {}
    pilot: Pilot | None = None

    def to_plain(self) -> dict[str, object]:
        """Return the strategy as it is written in a scenario."""
        written: dict[str, object] = {
            path: steps[0].to_plain() if len(steps) == 1 else [step.to_plain() for step in steps]
            for path, steps in self.changes.items()
        }
        return written | ({"pilot": self.pilot.to_plain()} if self.pilot else {})

    def in_words(self) -> str:
        """Say what the strategy changes, in one line."""
        words = [f"{path} {', then '.join(step.in_words() for step in steps)}" for path, steps in self.changes.items()]
        return "; ".join([*words, *([self.pilot.in_words()] if self.pilot else [])]) or "nothing changed"


def lever_by_month(base: float, steps: Sequence[Change], start: str, months: int) -> tuple[float, ...]:
    """Return a lever's value in months 1..months, from its value at the top level and the changes in order."""
    values = [float(base)] * months
    for step in steps:
        first, last = step.window(start, months)
        for month in range(max(1, first), last + 1):
            before = values[month - 1]
            done = (month - first + 1) / step.ramp if step.ramp else 1.0
            target = step.target(before)
            values[month - 1] = target if done >= 1 else before + (target - before) * done
    return tuple(values)


def plan(strategy: Strategy, base: Mapping[str, float], start: str, months: int) -> dict[str, tuple[float, ...]]:
    """Return each changed lever's value in months 1..months; `base` has the levers at the scenario's top level."""
    return {path: lever_by_month(base[path], steps, start, months) for path, steps in strategy.changes.items()}


def is_month(text: object) -> bool:
    """Tell whether a value is a calendar month written YYYY-MM, of the years 1000 to 9999."""
    return isinstance(text, str) and text.isascii() and _MONTH.fullmatch(text) is not None


def month_number(month: str, start: str) -> int:
    """Return the number of a calendar month, 1 for the start itself, 0 or less before it."""
    return _since_year_0(month) - _since_year_0(start) + 1


def month_name(number: int, start: str) -> str:
    """Return the calendar month of a month's number."""
    year, month = divmod(_since_year_0(start) + number - 1, 12)
    return f"{year:04d}-{month + 1:02d}"


def _since_year_0(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1
