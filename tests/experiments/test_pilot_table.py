"""What a run says of its pilots: the estimate taken apart into truth, disturbance and luck, and what that teaches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from invented_firm import results

from loyaltysim.analysis.pilots import build_pilots
from loyaltysim.core.records import PilotRecord
from loyaltysim.report.text.pilots import describe_lesson, describe_pilots


def told(*estimates: float, truth: float = -0.016, disturbance: float = 0.010) -> str:
    found = [
        PilotRecord(200, 800, each, each - 0.02, each + 0.03, truth, each - disturbance, rolled_out=each > 0)
        for each in estimates
    ]
    firm = results()
    (said,) = describe_pilots(replace(firm, pilots={firm.strategies[1]: found}))
    return said


def test_the_estimate_is_taken_apart_with_standard_errors() -> None:
    said = told(-0.006, 0.004)
    assert "estimate -0.1 +- 0.5" in said
    assert "true effect on all -1.6 +- 0.0" in said
    assert "the arms disturbing each other +1.0 +- 0.0" in said
    assert "the luck of who was in which arm +0.5 +- 0.5 (+- one standard error over 2 replications)" in said
    assert "reaches some 2.5 to either side; it held the truth in 2 of 2. Rolled out in 1." in said


@pytest.mark.parametrize("luck", [-0.02, 0.0, 0.02])
def test_luck_does_not_change_what_is_taught(luck: float) -> None:
    """The lesson hangs on the steady disturbance, not on an estimate that luck has moved to either side of the truth."""
    said = told(luck - 0.007, luck - 0.006, luck - 0.005)
    assert "such a pilot speaks too well of the plan, hiding 62 % of its harm" in said


def test_what_is_taught_by_hand() -> None:
    steady = np.array([0.010, 0.011, 0.009])
    assert describe_lesson(-steady, 2 * steady).endswith("too badly of the plan, hiding 50 % of its good.")
    assert describe_lesson(2 * steady, -steady).endswith("hiding all of its harm.")
    assert describe_lesson(steady, steady).endswith("speaks too well of the plan.")
    assert describe_lesson(steady, np.array([0.01, -0.01, 0.0])).endswith("speaks too well of the plan.")
    assert "right but for luck" in describe_lesson(np.array([0.01, -0.01, 0.001]), steady)
    assert describe_lesson(steady[:1], steady[:1]) == ""


def test_one_replication_claims_no_error_and_nothing_is_endless() -> None:
    said = told(-0.006)
    assert "estimate -0.6 = true effect" in said
    assert "standard error" not in said
    assert "inf" not in told(-0.006, 0.004)
    assert "nan" not in said


def test_the_table_has_a_row_a_replication() -> None:
    firm = results()
    found = [PilotRecord(20, 80, 0.01, -0.02, 0.04, 0.0, 0.0, rolled_out=False)] * 3
    table = build_pilots(replace(firm, pilots={firm.strategies[1]: found}))
    assert list(table.replication) == [0, 1, 2]
    assert (table.ci_low <= table.true_effect).all()
