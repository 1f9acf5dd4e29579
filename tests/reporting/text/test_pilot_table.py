"""What a run says of its pilots: the estimate taken apart into truth, disturbance and luck, and what that teaches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from loyaltysim.analysis.summary import build_pilots
from loyaltysim.core.records import PilotRecord
from loyaltysim.reporting.text.answer import describe_lesson, describe_pilots
from tests.support.golden_texts import read_golden
from tests.support.invented_firm import results


def told(*estimates: float, truth: float = -0.016, disturbance: float = 0.010) -> str:
    found = [
        PilotRecord(200, 800, each, each - 0.02, each + 0.03, truth, each - disturbance, rolled_out=each > 0)
        for each in estimates
    ]
    firm = results()
    (said,) = describe_pilots(replace(firm, pilots={firm.strategies[1]: found}))
    return said


CASES = {
    "two replications": lambda: told(-0.006, 0.004),
    "one replication": lambda: told(-0.006),
    "too badly, hiding half of its good": lambda: describe_lesson(-STEADY, 2 * STEADY),
    "too well, hiding all of its harm": lambda: describe_lesson(2 * STEADY, -STEADY),
    "too well": lambda: describe_lesson(STEADY, STEADY),
    "right but for luck": lambda: describe_lesson(np.array([0.01, -0.01, 0.001]), STEADY),
}
STEADY = np.array([0.010, 0.011, 0.009])


@pytest.mark.parametrize("case", CASES)
def test_the_words(case: str) -> None:
    assert CASES[case]() == read_golden("pilots.txt")[case]


@pytest.mark.parametrize("luck", [-0.02, 0.0, 0.02])
def test_luck_does_not_change_what_is_taught(luck: float) -> None:
    """The lesson hangs on the steady disturbance, not on an estimate that luck has moved to either side of the truth."""
    lesson = describe_lesson(np.full(3, 0.010), np.full(3, -0.016))
    assert lesson
    assert lesson in told(luck - 0.007, luck - 0.006, luck - 0.005)


def test_a_disturbance_that_is_not_sure_teaches_nothing_of_size() -> None:
    assert describe_lesson(STEADY, np.array([0.01, -0.01, 0.0])) == describe_lesson(STEADY, STEADY)
    assert describe_lesson(STEADY[:1], STEADY[:1]) == ""


def test_the_table_has_a_row_a_replication() -> None:
    firm = results()
    found = [PilotRecord(20, 80, 0.01, -0.02, 0.04, 0.0, 0.0, rolled_out=False)] * 3
    table = build_pilots(replace(firm, pilots={firm.strategies[1]: found}))
    assert list(table.replication) == [0, 1, 2]
    assert (table.ci_low <= table.true_effect).all()
