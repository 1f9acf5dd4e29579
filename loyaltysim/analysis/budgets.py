"""Monthly budgets: what each strategy plans to spend beyond the first, and what a split of an extra budget earns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltysim.scenario.registry import parameter_registry
from loyaltysim.stats.intervals import Interval

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

MONEY = "$/month"
LEFT = "left unspent"
"""How the tables of a split name money that no lever gets."""
HARDLY = 0.01
"""A share of the budget that is not worth naming."""


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


@dataclass(frozen=True)
class Candidate:
    """A split as rows of a table, what it earns on the mean, and the figure that was sought: mean, worst tenth, regret."""

    rows: pd.DataFrame
    mean: Interval
    sought: Interval

    @property
    def is_nothing(self) -> bool:
        """Whether it leaves all unspent, but for what is not worth naming."""
        return bool((self.rows[self.rows.lever == LEFT].share_of_budget > 1 - HARDLY).all())
