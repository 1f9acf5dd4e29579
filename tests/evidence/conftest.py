"""What the long tests share: how their findings are filed."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.evidence import filing
from tests.evidence.filing import Finding, measured_commit


@pytest.fixture
def file() -> Callable[[Finding], None]:
    """Give what files a finding; asks for the commit first, for without one nothing long need be run."""
    commit, begun = measured_commit(), _processor_seconds()
    return lambda finding: filing.file(finding, commit, _processor_seconds() - begun)


def _processor_seconds() -> float:
    """Give the processor time so far, that of ended child processes included."""
    return sum(os.times()[:4])
