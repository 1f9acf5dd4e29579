"""A complaint's way by hand: routed, taken when ready, closed, called back and reopened."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from loyaltysim.core.codes import LOGGED, MISCLASSIFIED, MISLAID, PASSED_ON, RESOLVED, RESOLVED_FAST, STALLED
from loyaltysim.kernels import case_desk, complaints
from tests.support.kernel_parts import from_python

KEY, ROWS, FIRST = np.uint64(2026), np.arange(5, dtype=np.int32), np.zeros(5, np.uint16)
CERTAIN, NEVER = 1.0, 0.0
PROMISE, PATIENCE, HOURS = 0.1, 3.0, 2.0
MONTH = 4

conclude = from_python(case_desk.conclude)
handle = from_python(case_desk.handle)


def five_cases(**changes: Any) -> dict[str, np.ndarray]:
    """Five cases that arrived at 4.0 and are due within month 4, unless told otherwise."""
    cases = {
        "person_row": ROWS.copy(),
        "opened": np.full(5, 4.0),
        "ready": np.full(5, 4.0),
        "effort": np.ones(5),
        "delay": np.zeros(5),
        "due": np.full(5, 4.05),
        "month_opened": np.full(5, MONTH, np.int16),
        "reopened": np.zeros(5, np.int16),
        "mislaid": np.zeros(5, np.int8),
    }
    for name, values in changes.items():
        cases[name][:] = values
    return cases


def concluded(
    cases: dict[str, np.ndarray], solved: float = CERTAIN, not_solved: float = NEVER, called_back: float = NEVER
) -> tuple[int, list[int], list[int], float, list[int], list[int]]:
    open_case = np.ones(5, np.int8)
    rows, outcomes, counts = np.empty(5, np.int32), np.empty(5, np.int8), np.zeros(9, np.int64)
    left, end, took = conclude(
        5, MONTH, FIRST, KEY, solved, not_solved, called_back, PROMISE, PATIENCE, HOURS, 0, rows, outcomes, counts,
        *cases.values(), open_case,
    )  # fmt: skip
    return left, rows[:end].tolist(), outcomes[:end].tolist(), took, counts[3:6].tolist(), open_case.tolist()


def test_cases_that_are_due_are_closed_and_the_others_stay() -> None:
    cases = five_cases(due=[4.05, 4.5, 5.0, 6.0, np.inf])
    left, rows, outcomes, took, counts, still_open = concluded(cases)
    assert (left, rows, outcomes) == (3, [0, 1], [RESOLVED_FAST, RESOLVED])
    assert took == pytest.approx(0.55)
    assert counts == [2, 0, 0]
    assert still_open == [0, 0, 1, 1, 1]
    assert cases["person_row"][:left].tolist() == [2, 3, 4]


def test_what_is_not_answered_while_patience_lasts_ends_unsolved() -> None:
    cases = five_cases(opened=[1.0, 1.9, 2.5, 4.0, 4.0], due=[np.inf, 7.0, np.inf, 5.5, np.inf])
    left, rows, outcomes, took, _, _ = concluded(cases)
    assert (left, rows, outcomes) == (3, [0, 1], [LOGGED, LOGGED])
    assert took == pytest.approx(4.0 + 3.1)


def test_a_mislaid_case_is_never_solved() -> None:
    """F22: what is lost between departments ends as logged, however much is spent on solving."""
    _, _, outcomes, _, counts, _ = concluded(five_cases(mislaid=[0, 1, 0, 1, 0]))
    assert outcomes == [RESOLVED_FAST, LOGGED, RESOLVED_FAST, LOGGED, RESOLVED_FAST]
    assert counts == [3, 0, 0]


def test_unless_called_back_what_was_not_solved_counts_as_logged() -> None:
    left, _, outcomes, _, counts, _ = concluded(five_cases(), not_solved=CERTAIN)
    assert (left, outcomes, counts) == (0, [LOGGED] * 5, [5, 0, 0])


def test_calling_back_reopens_what_was_not_solved_while_patience_lasts() -> None:
    """F30: the case waits again, with new work, from the moment at which it was thought done."""
    cases = five_cases(opened=[4.0, 4.0, 4.0, 4.0, 1.5], delay=0.3)
    left, rows, outcomes, _, counts, still_open = concluded(cases, not_solved=CERTAIN, called_back=CERTAIN)
    assert (left, rows, outcomes) == (4, [4], [LOGGED])
    assert counts == [5, 5, 4]
    assert still_open == [1, 1, 1, 1, 0]
    assert cases["ready"][:left].tolist() == [4.05] * 4
    assert np.isinf(cases["due"][:left]).all()
    assert cases["reopened"][:left].tolist() == [1] * 4
    assert cases["delay"][:left].tolist() == [0] * 4
    assert np.all(cases["effort"][:left] != 1.0)


def test_calling_back_what_was_solved_changes_nothing() -> None:
    left, _, outcomes, _, counts, _ = concluded(five_cases(), called_back=CERTAIN)
    assert (left, outcomes, counts) == (0, [RESOLVED_FAST] * 5, [5, 5, 0])


def test_handlers_take_first_who_is_ready_first() -> None:
    cases = five_cases(ready=[4.5, 4.1, 4.3, 4.2, 4.4], due=np.inf, effort=16.0)
    order = np.argsort(cases["ready"], kind="stable")
    _, begun = handle(
        order, MONTH, cases["ready"], cases["effort"], cases["delay"], cases["due"], np.full(1, -1e9), 160.0, -1e9, 0.0
    )
    assert begun == 5
    assert cases["due"].tolist() == pytest.approx([4.6, 4.2, 4.4, 4.3, 4.5])


@pytest.mark.parametrize(
    ("chances", "flag", "lags"),
    [
        ((NEVER, NEVER, CERTAIN, CERTAIN), 0, (False, False)),
        ((CERTAIN, NEVER, NEVER, CERTAIN), MISCLASSIFIED, (True, False)),
        ((NEVER, CERTAIN, NEVER, CERTAIN), PASSED_ON, (False, True)),
        ((CERTAIN, CERTAIN, CERTAIN, NEVER), MISCLASSIFIED | PASSED_ON | STALLED, (True, True)),
        ((NEVER, CERTAIN, CERTAIN, CERTAIN), PASSED_ON | STALLED | MISLAID, (False, True)),
    ],
)
def test_a_complaint_is_handed_on_stalls_and_is_mislaid(
    chances: tuple[float, float, float, float], flag: int, lags: tuple[bool, bool]
) -> None:
    misclassified, passed_on, stalls, mislaid = chances
    flags, before, after = complaints.route(ROWS, FIRST, KEY, misclassified, passed_on, 0.2, stalls, 1.5, mislaid)
    assert flags.tolist() == [flag] * 5
    assert (bool(before.all()), bool(after.all())) == lags
    assert (bool(before.any()), bool(after.any())) == lags


def test_hand_offs_take_as_long_as_said_on_average() -> None:
    n = 40_000
    rows = np.arange(n, dtype=np.int32)
    _, before, after = complaints.route(rows, np.zeros(n, np.uint16), KEY, 1.0, 1.0, 0.2, 0.5, 1.5, 0.0)
    for lag in (before, after):
        assert lag.mean() == pytest.approx(0.2 + 0.5 * 1.5, abs=4 * lag.std() / np.sqrt(n))
    assert abs(np.corrcoef(before, after)[0, 1]) < 4 / np.sqrt(n)
