"""The stated churn as calibration uses it; what cannot be met by arithmetic alone the scenario's checks refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario


def monthly_hazard(scenario: Scenario) -> float:
    """Give the stated churn as a monthly chance."""
    return float(scenario.stated.monthly_hazard)
