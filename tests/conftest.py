"""What the tests share: small markets whose base rates are typed, so that no test waits for a calibration."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from loyaltysim.scenario import Scenario

settings.register_profile(
    "calm", deadline=None, derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("calm")

SMALL = {
    "calibration": "off",
    "market.people": 2_000,
    "market.customers": 400,
    "market.burn_in": 12,
    "months": 12,
    "replications": 2,
    "desk.budget": 80.0,
    "advertising.budget": 1_600.0,
    "advertising.scale": 2_000.0,
}


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep solved rates of the tests to themselves; the workers of one test run share them.

    Finished runs are not kept: a test must not find what another has computed.
    """
    root = tmp_path_factory.getbasetemp()
    os.environ["LOYALTYSIM_CACHE"] = str((root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "solved")
    os.environ["LOYALTYSIM_RUNS"] = "off"


@pytest.fixture(scope="session")
def small() -> Callable[..., Scenario]:
    """Give a maker of small scenarios: `small(**{"desk.budget": 500})`."""

    def make(**changes: Any) -> Scenario:
        return Scenario().replace({**SMALL, **changes}, source="test")

    return make
