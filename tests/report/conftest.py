"""One small real run, shared by the tests of what is told about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loyaltysim.api import run
from loyaltysim.scenario import Scenario
from loyaltysim.study import Study
from tests.report.studies import STRATEGIES


@pytest.fixture(scope="session")
def study(small: Callable[..., Scenario], tmp_path_factory: pytest.TempPathFactory) -> Study:
    scenario = small(
        title="<b>Recovery</b> or =acquisition?", question="Where? & why?", replications=3, strategies=STRATEGIES
    )
    return run(scenario, out=tmp_path_factory.mktemp("told") / "out", executor="in-process")


@pytest.fixture(scope="session")
def folder(study: Study) -> Path:
    return study.folder
