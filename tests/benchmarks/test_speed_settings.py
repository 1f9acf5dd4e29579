"""What is timed is what is docked: leaving out idle parts changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.speed_settings import IDLE, UNIFORM, core
from loyaltysim.mechanisms import MONTH, catalog
from loyaltysim.model import metric_columns, simulate

pytestmark = pytest.mark.once


def test_the_core_is_the_same_to_the_bit_with_and_without_its_idle_parts():
    without = core(1_500, UNIFORM, 12)
    whole = without.replace({f"{part}.on": True for part in IDLE}, source="test")
    a, b = (simulate(scenario, 0, ["as today"])[0].months for scenario in (without, whole))
    theirs = {metric.name for mechanism in MONTH if mechanism.key in IDLE for metric in mechanism.metrics()}
    kept = [number for name, number in metric_columns().items() if name not in theirs]
    assert len(kept) > len(metric_columns()) // 2
    assert np.array_equal(a[:, kept], b[:, kept])
    assert catalog().keys() >= theirs
