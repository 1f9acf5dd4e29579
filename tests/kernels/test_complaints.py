"""Who grieves, sifted in steps, against one customer after the other in plain Python."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import INDIFFERENCE, LARGE, PRODUCT, SMALL
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
