"""Solve for what a scenario does not state, so that today's market shows what it does state.

Stated: annual churn and its reasons, the silent share of the lost, the outcomes of complaints, the cost of an acquired
customer, a steady number of customers. Solved: the base rates behind them. Closed forms start the search; then the
market itself is simulated on luck of its own (a fixed seed, so the answer depends neither on a run's seed nor on its
replications): first every base rate is moved after each short stretch by the ratio of stated to measured, while the
market settles; then long stretches at fixed rates measure exactly and correct, and a last one verifies. What cannot be
met is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.calibration.cache import read_cached_rates
from loyaltysim.calibration.closed_form import Rates
from loyaltysim.calibration.solver import find_rates

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario


def solve(scenario: Scenario) -> Scenario:
    """Give the scenario with its solved parameters typed in; as it is when it has them. Cached by content.

    Raises InputError when a stated figure cannot be met, saying which and why.
    """
    if scenario.is_solved:
        return scenario
    return scenario.replace(solved_rates(scenario), source="solved")


def solved_rates(scenario: Scenario) -> Rates:
    """Give the values, by path, that `solve` types into an unsolved scenario. Cached by content; raises InputError."""
    return read_cached_rates(scenario, find_rates)
