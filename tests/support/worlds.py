"""The market that the tests of directions share, and playing months by hand for tests that look inside."""

from __future__ import annotations

from collections.abc import Iterator

from loyaltysim.core.records import Report
from loyaltysim.core.schedule import run_month
from loyaltysim.core.tables import World
from loyaltysim.mechanisms import form
from loyaltysim.scenario import Scenario
from loyaltysim.simulation.engine import birth, build_mechanisms, run_months, stationary_start

MARKET = {
    "market.people": 10_000,
    "market.customers": 2_000,
    "desk.budget": 400.0,
    "advertising.budget": 8_000.0,
    "advertising.scale": 10_000.0,
    "months": 24,
}
"""Two years of a fifth of the baseline's market, large enough for directions to be seen in a few pairs."""
PAIRS = 6
"""Replications over which a direction is paired on common luck."""
CONTESTED = {
    **MARKET,
    "rivals.base": 0.006,
    "rivals.answer_scale": 10_000.0,
    "value_promise.scale": 4_000.0,
    "complexity.scale": 6_000.0,
}
"""A market in which rivals lure many."""


def played(scenario: Scenario, months: int, replication: int = 0) -> Iterator[tuple[World, Report]]:
    """Give the world and the report after each month from the stationary start."""
    world, _ = stationary_start(scenario, scenario.seed, replication)
    for month in range(1, months + 1):
        yield world, run_month(world, month, build_mechanisms(scenario), form(), scenario.seed, replication)


def newborn(scenario: Scenario, months: int = 0) -> World:
    """Give a world that has lived so many months since its birth."""
    world = birth(scenario, scenario.seed, 0)
    for _ in range(months):
        run_month(world, world.month + 1, build_mechanisms(scenario), form(), scenario.seed, 0)
    return world


def next_month(world: World, scenario: Scenario) -> dict[str, float]:
    """Live one more month, perhaps with other levers, and give what it reported."""
    return run_months(world, scenario, build_mechanisms(scenario), scenario.seed, 0).values
