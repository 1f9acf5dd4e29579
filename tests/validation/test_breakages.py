"""Each breakage of the list breaks one line of the engine; that the known answers notice it is evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

import loyaltysim
from tests.support.breakages import BREAKAGES, Breakage

pytestmark = pytest.mark.once


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.rule)
def test_a_breakage_names_one_line_of_the_engine(breakage: Breakage) -> None:
    source = (Path(loyaltysim.__file__).parent / breakage.file).read_text(encoding="utf-8")
    assert source.count(breakage.line) == 1
    assert breakage.broken not in source
