"""What the tests share: small markets whose base rates are typed, so that no test waits for a calibration; and what ran in them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import loyaltysim as ls
from loyaltysim.experiments.customer_history import FINDS
from loyaltysim.scenario import Scenario
from loyaltysim.study import CustomerLife, Study
from tests.support.customer_lives import BUSY, PLANS, Small
from tests.support.studies import STRATEGIES

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


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Call from a folder of the test's own, so that results without `--out` stay there."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def study(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """One small real run, for the tests of what is told about it."""
    scenario = small(
        title="<b>Recovery</b> or =acquisition?", question="Where? & why?", replications=3, strategies=STRATEGIES
    )
    return ls.run(scenario, out=tmp_path_factory.mktemp("told") / "out", executor="in-process")


@pytest.fixture(scope="session")
def folder(study: Study) -> Path:
    """The folder of the small run."""
    return study.folder


@pytest.fixture(scope="session")
def busy(small: Small) -> Scenario:
    """One busy market, for the tests of what is told of a customer."""
    return small(**BUSY, strategies=PLANS)


@pytest.fixture(scope="session")
def found_lives(busy: Scenario) -> dict[str, CustomerLife]:
    """One customer's lives in the busy market, by each rule that looks for one."""
    return {rule: ls.customer(busy, find=rule, quiet=True) for rule in FINDS}
