"""Every lever has an interior (K8): some of it is worth more than none, and more than a few times as much of it.

Each lever in a small market that needs it. Too much is an amount that the firm could pay, so a lever whose effect never
wore out would fail here. Three levers have no best amount between: what two of them bring is in proportion to what they
cost, and the third pays nowhere; their table says why and where. Paired on common luck, at least three standard errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.registry import parameter_registry

pytestmark = pytest.mark.markets

Figures = Mapping[str, np.ndarray]

PAIRS = 12
FIRM = {
    "market.people": 5_000,
    "market.customers": 1_500,
    "desk.budget": 300.0,
    "advertising.budget": 4_000.0,
    "advertising.scale": 4_000.0,
    "months": 36,
}
"""Three years of 1,500 customers, served by 8 employees."""
MOST_OF_WORTH = 0.1
"""Too much costs at most this share of what the firm is worth without the lever."""
TIMES = 6
"""Too much is at most so many times what some is."""

OFTEN_HEARD = {"voice.unprompted": 0.9, "desk.budget": 3_000.0}
MUCH_GRIEVED = {**OFTEN_HEARD, "grievance.indifference": 0.15}
FEW = [
    {"name": "clerk", "stage": "shopping", "kind": "people", "importance": 4.0, "failure": 4.0, "fix_cost": 300.0},
    {"name": "queue", "stage": "shopping", "kind": "people", "importance": 2.0, "failure": 4.0, "fix_cost": 300.0},
    {"name": "price list", "stage": "search", "kind": "communication", "importance": 2.0, "failure": 0.2, "fix_cost": 300.0},
    {"name": "name", "stage": "search", "kind": "brand", "importance": 2.0, "failure": 0.2, "fix_cost": 300.0},
]  # fmt: skip
"""Two touchpoints where much fails and two where hardly anything does."""
DEAR_TO_MEND = [{**row, "fix_cost": 4_000.0} for row in FEW]
FLATTERED = {
    "touchpoints.table": DEAR_TO_MEND,
    "touchpoints.failure": 0.15,
    "touchpoints.belief": 1.0,
    "touchpoints.repair": 600.0,
    "desk.causes": 0.0,
    "desk.budget": 1_500.0,
    "voice.unprompted": 0.9,
    "leaders.layers": 8,
    "leaders.loss": 0.1,
    "leaders.flattery": 0.3,
}
UNAWARE = {
    "touchpoints.failure": 0.15,
    "touchpoints.belief": 1.0,
    "touchpoints.repair": 1_000.0,
    "voice.unprompted": 0.02,
}
LURED = {"rivals.base": 0.03, "rivals.answer_scale": 10_000.0}
NEEDS_HELP = {
    **LURED,
    "complexity.after_sale": 0.8,
    "complexity.effect": 0.6,
    "complexity.growth": 0.2,
    "complexity.pace": 0.3,
    "complexity.scale": 2_000.0,
}
LOST_BETWEEN = {
    **OFTEN_HEARD,
    "handoffs.passed_on": 1.0,
    "handoffs.stalls": 0.8,
    "handoffs.mislaid": 1.0,
    "desk.budget": 6_000.0,
}
UNSOUND = {**MUCH_GRIEVED, "follow_up.unsound": 0.6, "desk.budget": 10_000.0}

INTERIORS: dict[str, tuple[str, Mapping[str, Any], float, float]] = {
    "managers.leadership": ("managers whom nobody would mirror", {"managers.attitude_today": 0.3}, 1_000.0, 5_000.0),
    "staff.training": ("the firm as it is", {}, 2_000.0, 8_000.0),
    "staff.treatment": ("the firm as it is", {}, 2_000.0, 8_000.0),
    "staff.empowerment": ("what staff give away is cheap", {"exceptions.cost": 5.0}, 1_500.0, 6_000.0),
    "staff.sharing": ("the best are far above the others", {"staff.spread": 0.05}, 1_500.0, 7_000.0),
    "staff.hands": ("an eighth more to do than is bearable", {"staff.encounters_each": 250.0}, 3_000.0, 9_000.0),
    "staff.selectivity": ("few want to serve, many quit", {"staff.turnover": 0.05, "staff.want": 0.8}, 3_000.0, 12_000.0),
    "touchpoints.repair": ("a few touchpoints, cheap to mend", {"touchpoints.table": FEW, "touchpoints.failure": 0.1}, 300.0, 1_500.0),
    "touchpoints.audit": ("money for repair, and hardly a complaint to go by", UNAWARE, 300.0, 1_500.0),
    "consistency.standards": ("five times the failures", {"touchpoints.failure": 0.1}, 300.0, 1_500.0),
    "complexity.simplify": ("contacts grow, and rivals lure who is annoyed", NEEDS_HELP, 1_500.0, 6_000.0),
    "manners.restraint": ("every fifth encounter intrudes", {"manners.intrusion": 0.2}, 300.0, 1_500.0),
    "manners.kindnesses": ("the firm as it is", {}, 1_000.0, 5_000.0),
    "voice.budget": ("many are wronged in silence, the desk is good", {"desk.budget": 4_000.0, "grievance.indifference": 0.15}, 1_000.0, 5_000.0),
    "surveys.budget": ("few speak, many would answer", {**MUCH_GRIEVED, "voice.unprompted": 0.1, "desk.budget": 6_000.0, "surveys.response": 0.6}, 1_500.0, 6_000.0),
    "channels.direct": ("reviews do harm", {**OFTEN_HEARD, "reviews.damage": 0.3, "reviews.posted": 0.01}, 1_500.0, 6_000.0),
    "handoffs.shared_record": ("every case is passed on, most stall", LOST_BETWEEN, 500.0, 3_000.0),
    "handoffs.role_swaps": ("much fails, few know whose case it is", {**OFTEN_HEARD, "touchpoints.failure": 0.15}, 300.0, 1_500.0),
    "follow_up.budget": ("most solutions do not hold", UNSOUND, 400.0, 2_400.0),
    "desk.budget": ("most of the wronged say so", {"voice.unprompted": 0.6}, 2_000.0, 8_000.0),
    "desk.causes": ("a few touchpoints, cheap to mend", {**OFTEN_HEARD, "touchpoints.table": FEW, "touchpoints.failure": 0.15, "desk.budget": 6_000.0}, 0.1, 0.5),
    "desk.compensation": ("many are wronged and say so", MUCH_GRIEVED, 60.0, 300.0),
    "leaders.listening": ("eight layers that flatter", FLATTERED, 1_000.0, 6_000.0),
    "value_promise.budget": ("rivals lure many", {**LURED, "value_promise.pace": 0.3, "value_promise.scale": 1_500.0}, 1_500.0, 6_000.0),
    "advertising.budget": ("half the money reaches as many", {"advertising.scale": 2_000.0}, 2_500.0, 8_000.0),
}  # fmt: skip
"""What of the market is changed and why; some, and too much, both in the lever's unit."""

UNHELPED = {
    "voice.unprompted": 0.9,
    "grievance.indifference": 0.3,
    "recovery.kept.logged": 0.8,
    "desk.budget": 6_000.0,
    "desk.solvable": 0.1,
}
NO_INTERIOR: dict[str, tuple[str, Mapping[str, Any], str, Mapping[str, Any], tuple[float, float]]] = {
    "winback.budget": (
        "the price is a share of the margin won back, and what finds nobody to win is not spent",
        {"winback.cost_per_dollar": 10.0},
        "2 $ a dollar of first-year margin",
        {"winback.cost_per_dollar": 2.0},
        (2_000.0, 8_000.0),
    ),
    "apology.offered": (
        "each apology costs the same and soothes the same, and at a good desk hardly anyone is left to soothe",
        {"voice.unprompted": 0.6, "desk.budget": 2_000.0},
        "many complain and few are helped",
        UNHELPED,
        (0.5, 1.0),
    ),
    "contagion.smile_campaign": (
        "acted smiles please nobody, displease the susceptible and wear out the staff (F24): it pays nowhere",
        {},
        "",
        {},
        (100.0, 1_000.0),
    ),
}
"""Why it costs more than it brings from the first dollar on, and in which market; where it pays nevertheless; amounts."""


def test_every_lever_is_in_one_of_the_tables() -> None:
    levers = {path for path, row in parameter_registry().items() if row.role == "lever"}
    assert INTERIORS.keys() | NO_INTERIOR.keys() == levers
    assert not INTERIORS.keys() & NO_INTERIOR.keys()


def worth(
    small: Callable[..., Scenario], market: Mapping[str, Any], lever: str, *amounts: float
) -> tuple[Figures, Figures]:
    """Give the net present value and the discounted cost at none and at each amount, $ (replications,)."""
    strategies = {str(amount): {lever: amount} for amount in (0.0, *amounts)}
    scenario = small(**{**FIRM, **market, "strategies": strategies})
    runs = [simulate(scenario, replication, list(strategies)) for replication in range(PAIRS)]
    value, cost = (
        np.array([[record.figures[metric] for record in run] for run in runs]).T
        for metric in ("npv", "discounted_cost")
    )
    return dict(zip(strategies, value, strict=True)), dict(zip(strategies, cost, strict=True))


def standard_errors(more: np.ndarray, less: np.ndarray) -> float:
    gap = more - less
    return float(gap.mean() / (gap.std(ddof=1) / np.sqrt(gap.size)))


@pytest.mark.parametrize("lever", INTERIORS)
def test_some_is_worth_more_than_none_and_than_a_few_times_as_much(small: Callable[..., Scenario], lever: str) -> None:
    why, market, some, much = INTERIORS[lever]
    value, cost = worth(small, market, lever, some, much)
    none, some_of_it, too_much = value.values()
    assert much <= TIMES * some
    assert (cost[str(much)] - cost["0.0"]).mean() < MOST_OF_WORTH * none.mean()
    assert standard_errors(some_of_it, none) > 3, why
    assert standard_errors(some_of_it, too_much) > 3, why


@pytest.mark.parametrize("lever", NO_INTERIOR)
def test_where_it_does_not_pay_it_costs_from_the_first_dollar_on(small: Callable[..., Scenario], lever: str) -> None:
    why, market, _, _, amounts = NO_INTERIOR[lever]
    none, little, more = worth(small, market, lever, *amounts)[0].values()
    assert standard_errors(none, little) > 3, why
    assert standard_errors(little, more) > 3, why


@pytest.mark.parametrize("lever", [lever for lever, case in NO_INTERIOR.items() if case[2]])
def test_where_it_pays_all_of_it_does(small: Callable[..., Scenario], lever: str) -> None:
    _, _, where, market, amounts = NO_INTERIOR[lever]
    none, *_, most = worth(small, market, lever, *amounts)[0].values()
    assert standard_errors(most, none) > 3, where
