"""How large and how often: the plan of a full measurement, and that of a quick one that only shows that all of it works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Sizes in people; `stretch` in person-months is what one measurement of a month's cost plays."""

    repeats: int
    starts: int  # fresh processes of each kind
    first: str  # the probe that gives a first result
    engine: tuple[int, ...]
    numpy: tuple[int, ...]
    twin: tuple[int, ...]
    paired: int  # where engine, NumPy and twin are compared
    big: int
    small: int  # a replication's market
    months: int  # a replication's and the horizon's
    engine_stretch: int
    numpy_stretch: int
    twin_stretch: int
    engine_replications: int
    twin_replications: int
    triad: int


FULL = Plan(
    repeats=5,
    starts=5,
    first="first_month",
    engine=(10_000, 100_000, 1_000_000, 10_000_000),
    numpy=(10_000, 100_000, 1_000_000),
    twin=(10_000, 100_000),
    paired=100_000,
    big=1_000_000,
    small=2_000,
    months=60,
    engine_stretch=5_000_000,
    numpy_stretch=2_000_000,
    twin_stretch=100_000,
    engine_replications=200,
    twin_replications=4,
    triad=10_000_000,
)
QUICK = Plan(
    repeats=2,
    starts=1,
    first="first_network",
    engine=(500, 1_000, 2_000, 4_000),
    numpy=(500, 1_000, 2_000),
    twin=(500, 1_000),
    paired=1_000,
    big=2_000,
    small=200,
    months=6,
    engine_stretch=8_000,
    numpy_stretch=4_000,
    twin_stretch=1_000,
    engine_replications=4,
    twin_replications=2,
    triad=100_000,
)
