"""A scenario is a frozen value, read from YAML, complete, and knowing where each of its numbers came from."""

from __future__ import annotations

from loyaltysim.scenario.edges import edge_list_problem
from loyaltysim.scenario.loading import load
from loyaltysim.scenario.policies import Change, Strategy
from loyaltysim.scenario.reading_ranges import Range
from loyaltysim.scenario.shipping import shipped
from loyaltysim.scenario.value import Scenario

__all__ = ["Change", "Range", "Scenario", "Strategy", "edge_list_problem", "load", "shipped"]
