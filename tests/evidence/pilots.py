"""Many pilots of one kind: how often the interval holds the true effect, and how far the arms disturb each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from loyaltysim.core.records import PilotRecord
from loyaltysim.execution.executors import iterate_completed, open_executor
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario

MARKET = {
    "calibration": "off",
    "market.people": 4_000,
    "market.customers": 1_000,
    "market.burn_in": 12,
    "months": 12,
    "desk.budget": 200.0,
    "advertising.budget": 1_600.0,
    "advertising.scale": 2_000.0,
}
APART = {"word_of_mouth.on": False, "friends.ratio": 1.0}
"""Nobody talks or follows a neighbour, so that what happens in one arm reaches no one in the other."""
TRAINING = {"staff.training": 10_000.0}
ASKING = {"voice.budget": 1_000.0}
NOTHING = {"staff.training": 1e-9}
"""A plan that does nothing, though its lever is not quite as today: its true effect is 0."""


def scenario_of(plan: dict[str, float], seed: int, world: dict[str, Any], **pilot: Any) -> Scenario:
    """Give a small market with one strategy, which is piloted for its 12 months."""
    strategies = {"tried": {**plan, "pilot": {"months": 12, **pilot}}}
    return Scenario().replace({**MARKET, **world, "seed": seed, "strategies": strategies}, source="evidence")


def of_nothing(customers: int, share: float, months: int, seed: int) -> Scenario:
    """Give a short pilot of nothing in a market where few leave in its months; arms of `share` of the customers."""
    size = {"market.people": 4 * customers, "market.customers": customers, "market.burn_in": 6, "months": months}
    money = {"desk.budget": customers / 5, "advertising.budget": 1.6 * customers, "advertising.scale": 2.0 * customers}
    return scenario_of(NOTHING, seed, {**APART, **size, **money}, share=share, desk="own", months=months)


def pilots_of(scenario: Scenario, replications: int, where: str) -> list[PilotRecord]:
    """Simulate so many pilots, each with other luck, in the order of the replications."""
    return pilots_of_each([scenario], replications, where)[0]


def pilots_of_each(scenarios: Sequence[Scenario], replications: int, where: str) -> list[list[PilotRecord]]:
    """Simulate so many pilots of each scenario by one set of processes."""
    found = []
    with open_executor(where, tasks=replications) as pool:
        for scenario in scenarios:
            tasks = ((scenario, replication, ["tried"]) for replication in range(replications))
            records = [record for (record,) in iterate_completed(pool, simulate, tasks)]
            ordered = sorted(records, key=lambda each: each.replication)
            found.append([record.pilot for record in ordered if record.pilot])
    return found


def covered(found: Sequence[PilotRecord]) -> int:
    """Count the pilots whose 95 % interval holds the true effect on all."""
    return sum(each.low <= each.truth <= each.high for each in found)


def thought_better(found: Sequence[PilotRecord]) -> int:
    """Count the pilots whose plan is surely better by their 95 % interval."""
    return sum(each.low > 0 for each in found)


def described(found: Sequence[PilotRecord]) -> dict[str, float]:
    """Give the means, and that of the disturbance (estimate less what undisturbed arms would show) with its error."""
    disturbed = np.array([each.estimate - each.undisturbed for each in found])
    return {
        "replications": len(found),
        "covered": covered(found),
        "mean_estimate": float(np.mean([each.estimate for each in found])),
        "mean_truth": float(np.mean([each.truth for each in found])),
        "mean_half_width": float(np.mean([(each.high - each.low) / 2 for each in found])),
        "disturbance": float(disturbed.mean()),
        "disturbance_standard_error": float(disturbed.std(ddof=1) / np.sqrt(disturbed.size)),
    }
