"""K8, signs of money: failures, recovery, spending, acquisition and win-back."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from loyaltysim.scenario import Scenario
from loyaltysim.validation.answer import Check, Curve, Panel, banded, exactly, near_share, positive
from loyaltysim.validation.worlds import ALL_GRIEVE, BOUNDLESS_DESK, SEED, crossing, everyone_a_customer, market, run

PAIRS = 12
STEP = 0.1
"""How much more advertising, as a share, shows how many customers it adds: that turns customers missing into money."""
WHOLE: Mapping[str, Any] = {
    "calibration": "off", "seed": SEED, "months": 24, "market.people": 10_000, "market.customers": 2_000,
    "market.burn_in": 12, "desk.budget": 400.0, "advertising.budget": 8_000.0, "advertising.scale": 10_000.0,
}  # fmt: skip
"""A small market with every part on."""

FIRST_YEAR = 12
"""Months of margin that a win-back's price is quoted for."""
SE = "3 standard errors over 12 pairs on common luck"


def whole(figure: str, strategies: Mapping[str, Any], **changes: Any) -> Any:
    """Give a figure of the whole small market: float64, (replications, strategies)."""
    scenario = Scenario().replaced({**WHOLE, **changes, "strategies": dict(strategies)}, source="known answer")
    return np.array([[record.figures[figure] for record in run(scenario, number)] for number in range(PAIRS)])


def clearly(what: str, differences: Any) -> Check:
    """Ask that paired differences are above 0 by three standard errors of their mean."""
    return positive(what, float(differences.mean()), float(errors(differences)), SE)


def errors(each: Any) -> Any:
    """Give three standard errors of the means over replications, the first axis."""
    return 3 * np.std(each, axis=0, ddof=1) / np.sqrt(len(each))


def recovery() -> list[Check]:
    """A good recovery never makes a failure profitable; the paradox is opt-in and on satisfaction only."""
    desk = {"desk.budget": 4_000.0, "voice.unprompted": 0.9}
    few, many = (whole("npv", {"as today": {}}, **desk, **{"touchpoints.failure": rate})[:, 0] for rate in (0.02, 0.1))
    settings = {"voice.unprompted": 1.0, "desk.solvable": 1.0, "grievance.indifference": 1e9, "months": 2}
    parts = "staff touchpoints service satisfaction grievance voice desk recovery"
    ends = []
    for paradox in (0.0, 0.5):
        given = {**settings, "recovery.paradox": paradox, "recovery.restored": 1.0}
        scenario = market(parts, ALL_GRIEVE, BOUNDLESS_DESK, given, **everyone_a_customer(20_000))
        ends.append(run(scenario)[0].figures)
    plain, opted = ends
    return [
        clearly("a perfect desk: value of few failures less that of many ($)", few - many),
        exactly("recovery paradox: customers it keeps by itself", 0, opted["customers"] - plain["customers"],
                "the paradox is on satisfaction only, so on common luck the same customers stay"),
        positive("recovery paradox, opted in: satisfaction gained", opted["satisfaction"] - plain["satisfaction"], 0.01,
                 "clearly visible"),
    ]  # fmt: skip


def interior() -> tuple[list[Check], list[Panel]]:
    """It is possible to spend too much on quality and on recovery."""
    checks, panels = [], []
    grids = {"staff.training": (0, 500, 1_000, 1_500, 3_000, 10_000), "desk.compensation": (0, 50, 100, 200, 400, 900)}
    listening = {"voice.unprompted": 0.9, "desk.budget": 4_000.0}
    for lever, grid in grids.items():
        strategies = {f"{value:g}": {lever: float(value)} for value in grid}
        worth = whole("npv", strategies, **(listening if lever.startswith("desk") else {}))
        gains = worth - worth[:, :1]
        gain = gains.mean(axis=0)
        best = int(np.argmax(gain))
        inside = {0: 1, len(grid) - 1: len(grid) - 2}.get(best, best)
        checks.append(
            clearly(f"{lever}: value at its best ({grid[inside]:,}) less at none ($)", worth[:, inside] - worth[:, 0])
        )
        checks.append(clearly(f"{lever}: value at its best less at {grid[-1]:,} ($)", worth[:, inside] - worth[:, -1]))
        unit = "$/case" if lever.startswith("desk") else "$/month"
        panels.append(
            Panel(f"an interior optimum: {lever}", f"spending ({unit})", "gain in value (1,000 $)",
                  [Curve("no gain", grid, [0.0] * len(grid))],
                  [Curve("simulated", grid, list(gain / 1000), error=list(errors(gains) / 1000))])
        )  # fmt: skip
    return checks, panels


def acquisition() -> tuple[list[Check], Panel]:
    """The better the recovery, the less advertising holds the number of customers."""
    desks = (0.0, 1_000.0, 4_000.0)
    settings = {"voice.unprompted": 0.9, "joining.unprompted": 0.0, "joining.praise": 0.0005}

    def missing(advertising: float, desk: float) -> Any:
        budgets = {"advertising.budget": advertising, "desk.budget": desk}
        return whole("customers", {"one": budgets}, **settings)[:, 0] - 2_000

    def needed_in_each(desk: float) -> Any:
        found = crossing(lambda money: float(missing(money, desk).mean()), 4_000, 24_000, steps=3)
        there, beyond = missing(found, desk), missing(found * (1 + STEP), desk)
        return found - there / (float((beyond - there).mean()) / (found * STEP))

    each = np.stack([needed_in_each(desk) for desk in desks], axis=1)
    needed = list(each.mean(axis=0))
    checks = [
        clearly(f"advertising saved by a desk of {better:,.0f} instead of {worse:,.0f} $ a month ($/month)",
                each[:, i] - each[:, i + 1])
        for i, (worse, better) in enumerate(pairwise(desks))
    ]  # fmt: skip
    panel = Panel("recovery spares acquisition", "complaint desk ($/month)", "advertising needed ($/month)",
                  [Curve("as much as without a desk", desks, [needed[0]] * len(desks))],
                  [Curve("simulated", desks, needed, error=list(errors(each)))])  # fmt: skip
    return checks, panel


def winback() -> tuple[list[Check], Panel]:
    """Winning back pays exactly while its price per dollar is below lifetime value over first-year margin."""
    churn, discount = 0.20, 0.10
    step, stays = (1 + discount) ** (-1 / 12), (1 - churn) ** (1 / 12)
    expected = step / (1 - stays * step) / FIRST_YEAR
    settings = {
        **ALL_GRIEVE, "service.encounters_mean": -float(np.log(stays)), "recovery.kept.silent": 0.0,
        "winback.success": 1.0, "market.margin_cv": 0.0, "discount_rate": discount, "stated.churn_annual": churn,
        "months": 24, "strategies": {"without": {}, "with": {"winback.budget": 1e8}},
    }  # fmt: skip

    def gain(price: float) -> float:
        given = {**settings, "winback.cost_per_dollar": price}
        parts = "staff touchpoints service grievance recovery winback"
        without, with_it = run(market(parts, given, **everyone_a_customer(20_000)))
        return with_it.figures["npv"] - without.figures["npv"]

    prices = (1.0, 2.0, 3.0, 4.0, 6.0, 10.0)
    gains = [gain(price) for price in prices]
    found = crossing(gain, 1.0, 10.0, steps=2)
    attempts, discounted = _attempts(20_000 - 1, stays, step, 24)
    slope = -discounted * FIRST_YEAR * Scenario().mechanism("market").margin_mean
    line = [slope * (price - expected) / 1e6 for price in prices]
    reason = (
        f"3 standard errors: {attempts:,.0f} are won back, whose later lives are mostly counted at their expectation"
    )
    check = near_share("win-back breaks even at a price per first-year dollar of", expected, found, 0.03, reason)
    panel = Panel(f"win-back pays below {expected:.2f}", "price of one first-year dollar ($)", "gain in value (million $)",
                  [banded("lifetime value / first-year margin", prices, line, 0.03 * expected * abs(slope) / 1e6)],
                  [Curve("simulated", prices, [value / 1e6 for value in gains])])  # fmt: skip
    return [check], panel


def _attempts(customers: float, stays: float, step: float, months: int) -> tuple[float, float]:
    """Give how many are won back, and the same discounted: each attempt succeeds, a month after the loss, at once."""
    lost, number, discounted = 0.0, 0.0, 0.0
    for month in range(1, months + 1):
        number, discounted = number + lost, discounted + lost * step**month
        customers, lost = customers * stays + lost, customers * (1 - stays)
    return number, discounted
