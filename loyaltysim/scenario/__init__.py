"""A scenario is a frozen value, read from YAML, complete, and knowing where each of its numbers came from."""

from __future__ import annotations

from loyaltysim.scenario.data_files import check_edge_list
from loyaltysim.scenario.describe import audit, check, count_grades, diff, explain
from loyaltysim.scenario.extends import shipped_scenario
from loyaltysim.scenario.json_schema import schema
from loyaltysim.scenario.loader import load
from loyaltysim.scenario.ranges import Range
from loyaltysim.scenario.scenario import Scenario
from loyaltysim.scenario.strategies import Change, Strategy
from loyaltysim.scenario.templates import new, resolved_yaml

__all__ = [
    "Change",
    "Range",
    "Scenario",
    "Strategy",
    "audit",
    "check",
    "check_edge_list",
    "count_grades",
    "diff",
    "explain",
    "load",
    "new",
    "resolved_yaml",
    "schema",
    "shipped_scenario",
]
