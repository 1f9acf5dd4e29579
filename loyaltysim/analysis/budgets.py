"""What each strategy plans to spend beyond the first: the monthly budgets among its levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.scenario.registry import parameter_registry

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

MONEY = "$/month"


def planned_budgets(scenario: Scenario) -> dict[str, float]:
    """Return each strategy's planned budgets, on average over the months, less the first strategy's ($ a month).

    Only levers in $/month count: what depends on cases, hires or asks is no budget, and shows in the costs.
    """
    today, planned = scenario.flat(), {}
    for name in scenario.strategies:
        planned[name] = sum(
            sum(months) / len(months) - today[path]
            for path, months in scenario.plan(name).items()
            if parameter_registry()[path].unit == MONEY
        )
    first = planned[next(iter(planned))]
    return {name: each - first for name, each in planned.items()}
