"""Engine and textbook twin are equivalent on every figure, over a hundred replications of each at three settings."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from benchmarks.docking import CONFIDENCE, REPLICATIONS, Row, apart, dock_all
from benchmarks.docking_page import page
from tests.evidence.filing import Finding

pytestmark = pytest.mark.once


@pytest.mark.evidence
def test_engine_and_twin_are_equivalent_over_a_hundred_replications(file: Callable[[Finding], None]) -> None:
    docked = dock_all()
    differing = apart(docked)
    rows = [row for found in docked.values() for row in found]
    nearest = max(rows, key=_used)
    line = (
        f"{len(rows) - len(differing)} of {len(rows)} figures equivalent at {len(docked)} settings, {REPLICATIONS} "
        f"replications of each; the {CONFIDENCE:.0%} interval that came nearest to its tolerance used "
        f"{_used(nearest):.0%} of it ({nearest.figure})"
    )
    file(
        Finding(
            "docking",
            "The engine and its textbook twin agree",
            line,
            not differing,
            {"engine": "the scenario's, replications 0 to 99", "twin": "1000003 * (replication + 1)"},
            {
                "replications": REPLICATIONS,
                "confidence": CONFIDENCE,
                "settings": {
                    name: [{**row._asdict(), "equivalent": row.equivalent} for row in found]
                    for name, found in docked.items()
                },
            },
            note=page(docked, REPLICATIONS, CONFIDENCE),
        )
    )
    assert differing == []


def _used(row: Row) -> float:
    return max(-row.low, row.high) / row.tolerance if row.tolerance else math.inf
