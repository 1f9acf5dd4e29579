"""What the long tests share: the commit that they measure."""

from __future__ import annotations

import pytest

from tests.evidence.filing import measured_commit


@pytest.fixture(scope="session")
def commit() -> str:
    """Give the commit to name, before anything long is run: without one the evidence could not be filed."""
    return measured_commit()
