"""Who grieves, sifted in steps, against one customer after the other in plain Python; and a complaint's hand-offs by hand."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.core.codes import (
    INDIFFERENCE,
    LARGE,
    MISCLASSIFIED,
    MISLAID,
    PASSED_ON,
    PRODUCT,
    SMALL,
    STALLED,
)
from loyaltysim.kernels import complaints
from loyaltysim.kernels.rng import bits, uniform
from tests.support.kernel_parts import person, share

PEOPLE = 8_000


def test_grievances_are_those_found_one_after_the_other() -> None:
    """Some encounters weigh more than others or nothing, some cases are open, and some are never satisfied."""
    rng = np.random.default_rng(9)
    roll = np.flatnonzero(rng.random(PEOPLE) < 0.6).astype(np.int32)
    generation = rng.integers(0, 3, PEOPLE).astype(np.uint16)
    indifferent, failed = rng.choice([0, 0, 0, 1, 2, 5], (2, PEOPLE)).astype(np.uint8)
    satisfaction, before, fickleness = rng.random((3, PEOPLE)).astype(np.float32)
    tenure = rng.integers(0, 200, PEOPLE).astype(np.int16)
    open_case = (rng.random(PEOPLE) < 0.1).astype(np.int8)
    weighed = (indifferent > 0) & (rng.random(PEOPLE) < 0.5)
    sinned = roll[weighed[roll]]
    sin_weight = rng.choice([0.0, 0.5, 4.0], sinned.size).astype(np.float32)
    weights = np.ones(PEOPLE)
    weights[sinned] = sin_weight
    grieved = rng.integers(0, 30, PEOPLE).astype(np.int16)
    kind, severity, repeated = np.full((3, PEOPLE), -9, np.int8)
    month, spoilt, key = grieved.copy(), np.full(PEOPLE, -9, np.float32), np.uint64(12)
    rows, of_products, again = complaints.grieve(
        roll, generation, key, 30, indifferent, failed, satisfaction, before, tenure, fickleness, open_case, 0.2, 0.3,
        3.0, 0.5, 120.0, 0.4, 12, sinned, sin_weight, kind, severity, month, repeated, spoilt,
    )  # fmt: skip
    expected = []
    for row in roll.tolist():
        seed = np.uint64(bits(key, np.uint64(person(row, generation[row]))))
        shared = float(fickleness[row]) / (1 + int(tenure[row]) / 120) * np.exp(3.0 * (0.5 - float(satisfaction[row])))
        of_staff, of_product = min(1.0, 0.2 * weights[row] * shared), min(1.0, 0.3 * shared)
        stays = (1 - of_staff) ** int(indifferent[row]) * (1 - of_product) ** int(failed[row])
        if open_case[row] or share(seed) >= 1 - stays:
            continue
        expected.append(row)
        over_staff, over_product = int(indifferent[row]) * of_staff, int(failed[row]) * of_product
        is_staff = uniform(seed, np.uint64(1)) * (over_staff + over_product) < over_staff
        assert kind[row] == (INDIFFERENCE if is_staff else PRODUCT)
        assert severity[row] == (SMALL if uniform(seed, np.uint64(2)) < 0.4 else LARGE)
        assert repeated[row] == (30 - grieved[row] < 12)
        assert month[row] == 30
        assert spoilt[row] == before[row]
    assert rows.tolist() == expected
    assert len(expected) > 200
    assert of_products == np.count_nonzero(kind[rows] == PRODUCT)
    assert again == repeated[rows].sum()
    others = np.setdiff1d(np.arange(PEOPLE), rows)
    assert (kind[others] == -9).all()
    assert (month[others] == grieved[others]).all()


KEY, ROWS, FIRST = np.uint64(2026), np.arange(5, dtype=np.int32), np.zeros(5, np.uint16)
CERTAIN, NEVER = 1.0, 0.0


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
