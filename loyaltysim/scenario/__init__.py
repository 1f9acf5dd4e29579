"""A scenario is a frozen value, read from YAML, complete, and knowing where each of its numbers came from."""

from __future__ import annotations

from loyaltysim.scenario.auditing import audit, rests_on
from loyaltysim.scenario.checking import check
from loyaltysim.scenario.comparing import diff
from loyaltysim.scenario.edges import edge_list_problem
from loyaltysim.scenario.explaining import explain
from loyaltysim.scenario.json_schema import schema
from loyaltysim.scenario.loading import load
from loyaltysim.scenario.policies import Change, Strategy
from loyaltysim.scenario.reading_ranges import Range
from loyaltysim.scenario.resolved import resolved_yaml
from loyaltysim.scenario.shipping import shipped
from loyaltysim.scenario.starting import new
from loyaltysim.scenario.value import Scenario

__all__ = [
    "Change",
    "Range",
    "Scenario",
    "Strategy",
    "audit",
    "check",
    "diff",
    "edge_list_problem",
    "explain",
    "load",
    "new",
    "resolved_yaml",
    "rests_on",
    "schema",
    "shipped",
]
