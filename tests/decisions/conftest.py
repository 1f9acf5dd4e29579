"""What the tests of commands that write where they are called share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Call from a folder of the test's own, so that results without `--out` stay there."""
    monkeypatch.chdir(tmp_path)
