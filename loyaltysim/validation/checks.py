"""What a known answer is made of: checks with a tolerance and its reason, and the curves that its picture shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Numbers = Sequence[float]


@dataclass(frozen=True)
class Check:
    """One figure held against what is published, derived or required.

    It passes if low <= simulated <= high; `published` and `tolerance` say the same in words; `reason` why so wide.
    """

    what: str
    published: str
    simulated: float
    low: float
    high: float
    tolerance: str
    reason: str

    @property
    def passed(self) -> bool:
        """Whether the simulated figure lies within its bounds; a figure that is no number fails."""
        return self.low <= self.simulated <= self.high


def check_near(what: str, published: float, simulated: float, within: float, reason: str, digits: int = 4) -> Check:
    """Ask for a simulated figure within a distance of the published one."""
    told = f"{published:.{digits}f}"
    return Check(what, told, simulated, published - within, published + within, f"± {within:.2g}", reason)


def check_near_share(
    what: str, published: float, simulated: float, share: float, reason: str, digits: int = 3
) -> Check:
    """Ask for a simulated figure within a share of the published one."""
    told, within = f"{published:.{digits}f}", abs(share * published)
    return Check(what, told, simulated, published - within, published + within, f"± {100 * share:.2g} %", reason)


def check_positive(what: str, simulated: float, at_least: float, reason: str) -> Check:
    """Ask for a difference that is clearly above 0."""
    return Check(what, "> 0", simulated, at_least, math.inf, f"> {at_least:.2g}", reason)


def check_exactly(what: str, published: float, simulated: float, reason: str) -> Check:
    """Ask for the very number."""
    return Check(what, f"{published:g}", simulated, published, published, "exact", reason)


@dataclass(frozen=True)
class Curve:
    """Points of a picture.

    `low` and `high` are the tolerance band around a published curve, `error` half the bar through a simulated point.
    """

    name: str
    x: Numbers
    y: Numbers
    low: Numbers = ()
    high: Numbers = ()
    error: Numbers = ()


@dataclass(frozen=True)
class Panel:
    """One pair of axes: what is published (lines with a band) and what was simulated (marks), curve by curve."""

    title: str
    x_label: str
    y_label: str
    published: Sequence[Curve]
    simulated: Sequence[Curve]
    ticks: Mapping[int, str] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """The unit of the vertical axis: what its label says in brackets, or begins with (share, multiple, ratio)."""
        inside = self.y_label.rpartition("(")[2]
        return inside.removesuffix(")") if inside.endswith(")") else self.y_label.partition(" ")[0]


@dataclass(frozen=True)
class KnownAnswer:
    """A known answer as it came out: its name (K1..K8), what it is about, where it is published, checks and curves."""

    name: str
    title: str
    source: str
    checks: Sequence[Check]
    panels: Sequence[Panel]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)


def with_band(name: str, x: Numbers, y: Numbers, within: float | Numbers) -> Curve:
    """Give a published curve with a band of one half-width, or of one for each point."""
    half = [float(within)] * len(y) if isinstance(within, int | float) else list(within)
    low, high = ([value + sign * more for value, more in zip(y, half, strict=True)] for sign in (-1, 1))
    return Curve(name, x, y, low, high)
