"""What is timed: the shipped baseline scaled to so many people, and the core that the textbook twin has."""

from __future__ import annotations

from typing import Any

from benchmarks.docking_settings import HASTE, MARKET
from loyaltysim.calibration import solve
from loyaltysim.scenario import Scenario, load, shipped_scenario

UNIFORM, SMALL_WORLD = "none", "small_world"
BURN_IN = 12
"""Months lived before the timed ones: enough for talk, cases and defections to be about; customers are steady by
calibration, so that a month costs as much as after the shipped 96."""

SLOWED = (
    "departure.died",
    "departure.moved",
    "friends.base",
    "rivals.base",
    "grievance.indifference",
    "grievance.product",
    "advertising.strength",
)
IDLE = (
    "managers", "staff", "contagion", "touchpoints", "scorecard", "complexity", "exceptions", "value_promise", "winback",
    "surveys", "win_loss",
)  # fmt: skip
"""Parts that the twin has no rule for and that change nothing at the docked values: the core is timed without them."""

CORE: dict[str, Any] = {
    **MARKET,
    **{f"{part}.on": False for part in IDLE},
    **{path: MARKET[path] / HASTE for path in SLOWED},
    "stated.churn_annual": 0.2,
    "service.encounters_mean": 2.0,
    "service.wow": 0.3,
    "word_of_mouth.told_when_happy": 10.0,
    "joining.unprompted": 0.035,
    "joining.praise": 0.0004,
    "joining.forget": 36,
    "desk.answer_scale": 1e-6,
    "desk.solve_scale": 1e-6,
    "desk.solvable": 0.6,
}
"""The docked market at the pace of the baseline: half of the people are customers, 2 encounters and about 3.7 messages a
customer-month. Its desk has a handler for every case, as the twin's rules need."""
HANDLERS_EACH = 0.04


def whole(people: int, network: str, months: int) -> Scenario:
    """Return the shipped baseline in a market of so many people, with money in proportion and its own solved rates."""
    base = solve(load(shipped_scenario("baseline.yml")))
    flat = base.flat()
    factor = people / flat["market.people"]
    paths = ("desk.budget", "advertising.budget", "advertising.scale")
    table = [{**row, "fix_cost": row["fix_cost"] * factor} for row in flat["touchpoints.table"]]
    return base.replace(
        {
            **{path: flat[path] * factor for path in paths},
            "calibration": "off",
            "touchpoints.table": table,
            "market.people": people,
            "market.customers": round(flat["market.customers"] * factor),
            "market.network.kind": network,
            "market.burn_in": BURN_IN,
            "months": months,
        },
        source="benchmark",
    )


def core(people: int, network: str, months: int) -> Scenario:
    """Return the market that engine, twin and NumPy all play."""
    factor = people / MARKET["market.people"]
    handlers = people * HANDLERS_EACH
    return Scenario().replace(
        {
            **CORE,
            **{path: MARKET[path] * factor for path in ("advertising.budget", "advertising.scale")},
            "desk.budget": handlers * MARKET["desk.wage"] * 160.0,
            "market.people": people,
            "market.customers": people // 2,
            "market.network.kind": network,
            "months": months,
        },
        source="benchmark",
    )
