"""What can be said of the stated figures before anything is simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.core.errors import InputError, Problem

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario


def monthly_hazard(scenario: Scenario) -> float:
    """Give the stated churn as a monthly chance: 1 - (1 - churn)**(1/12)."""
    return 1 - (1 - scenario.stated.churn_annual) ** (1 / 12)


def check_feasible(scenario: Scenario) -> None:
    """Refuse stated figures that no market can show together."""
    stated = scenario.stated
    over_grievance = stated.reasons.product + stated.reasons.indifference
    problems = []
    if 1 - stated.silent_share_of_lost > over_grievance + 1e-12:
        problems.append(
            Problem(
                f"{1 - stated.silent_share_of_lost:.0%} of the lost would have complained, but only {over_grievance:.0%} leave over a grievance",
                field="stated.silent_share_of_lost",
                cure=f"state at least {1 - over_grievance:.2f}, or a larger share of product and indifference in stated.reasons",
            )
        )
    outcomes = stated.outcomes
    answered = 1 - outcomes.ignored
    solved = outcomes.resolved + outcomes.resolved_fast
    solvable = scenario.mechanism("desk").solvable
    if answered > 0 and solved / answered >= solvable:
        problems.append(
            Problem(
                f"{solved / answered:.0%} of the acknowledged would be resolved, but at most {solvable:.0%} can be (desk.solvable)",
                field="stated.outcomes",
                cure="state fewer resolved, or raise desk.solvable",
            )
        )
    if problems:
        raise InputError(*problems)
