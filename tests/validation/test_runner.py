"""Each known answer holds, by the code that `loyaltysim validate` runs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from loyaltysim.validation import KNOWN
from loyaltysim.validation.runner import HEADER, validate

pytestmark = pytest.mark.markets


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_answer_holds_and_is_written_down(name: str, tmp_path: Path) -> None:
    verdict = validate([name], out=tmp_path)
    assert [row for row in verdict.rows if row[-1] != "passed"] == []
    with (tmp_path / "validation.csv").open(newline="") as file:
        written = list(csv.reader(file))
    assert tuple(written[0]) == HEADER
    assert [tuple(row) for row in written[1:]] == verdict.rows
    assert all(all(row) for row in written)
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
