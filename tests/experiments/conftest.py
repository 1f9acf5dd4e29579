"""One busy market and the customers found in it, shared by the tests of what is told of a customer."""

from __future__ import annotations

import pytest

import loyaltysim as ls
from loyaltysim.experiments.customer_history import FINDS
from loyaltysim.scenario import Scenario
from loyaltysim.study import CustomerLife
from tests.experiments.customer_lives import BUSY, PLANS, Small


@pytest.fixture(scope="session")
def scenario(small: Small) -> Scenario:
    return small(**BUSY, strategies=PLANS)


@pytest.fixture(scope="session")
def found(scenario: Scenario) -> dict[str, CustomerLife]:
    """One customer's lives by each rule that looks for one."""
    return {rule: ls.customer(scenario, find=rule, quiet=True) for rule in FINDS}
