"""The quality of luck: published vectors, and the list of statistical tests at a size that takes a few seconds.

The same list at ten million draws is evidence (`tests/evidence/test_luck_evidence.py`, filed in `docs/evidence`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loyaltysim.core import random_streams
from loyaltysim.core.random_streams import RngStream
from loyaltysim.kernels import rng
from tests.evidence import luck_draws, luck_note, luck_tests
from tests.evidence.luck_tests import PAIR_TESTS, SEQUENCE_TESTS, SMALLEST_P

pytestmark = pytest.mark.once

DRAWS = 100_000
Judged = tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]
ODD = Path(__file__).parents[2] / "docs" / "odd.md"

# Seeded with 0: widely quoted from Vigna's splitmix64.c; with 0x1a2b3c4d5e6f7531: the reference values of Apache Commons RNG.
VECTORS = {
    0x0: (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC),
    0x1A2B3C4D5E6F7531: (0x4141302768C9E9D0, 0x64DF48C4EAB51B1A, 0x4E723B53DBD901B3, 0xEAD8394409DD6454),
}


@pytest.mark.parametrize("seed", VECTORS)
def test_the_generator_gives_the_published_vectors_plain_and_compiled(seed: int) -> None:
    expected = list(VECTORS[seed])
    assert [random_streams.bits(seed, position) for position in range(4)] == expected
    assert luck_draws.bits(np.uint64(seed), np.arange(4, dtype=np.uint64)).tolist() == expected


def test_a_hundred_thousand_shares_fall_as_published() -> None:
    # Rosetta Code, "Pseudo-random numbers/Splitmix64": floor(5 u) of 100,000 draws seeded with 987654321
    draws = luck_draws.share(luck_draws.bits(np.uint64(987654321), np.arange(100_000, dtype=np.uint64)))
    assert np.bincount((draws * 5).astype(int)).tolist() == [20027, 19892, 20073, 19978, 20030]


def test_the_tests_draw_as_kernels_draw() -> None:
    key = RngStream(2026, 3, "service", -7)("meets")
    rows, generation = np.arange(50, dtype=np.int32), np.full(50, 2, np.uint16)
    expected = rng.uniforms(np.uint64(key), rows, generation)
    assert np.array_equal(luck_draws.share(luck_draws.seeds(rows, 2, replication=3, month=-7)), expected)


def test_every_decision_of_the_model_is_tested() -> None:
    section = ODD.read_text(encoding="utf-8").split("## 8. Luck")[1].split("**Vectors.**")[0]
    names = [name for row in re.findall(r"^\| (`.*?) \|", section, re.M) for name in re.findall(r"`(.+?)`", row)]
    assert sorted(names) == sorted(luck_draws.DECISIONS)


@pytest.fixture(scope="module")
def judged() -> Judged:
    return luck_tests.judge_sequences(DRAWS), luck_tests.judge_pairs(DRAWS)


def test_luck_passes_the_list(judged: Judged) -> None:
    values = luck_tests.p_values(judged[0]) | luck_tests.p_values(judged[1])
    assert {name: p for name, p in values.items() if p <= SMALLEST_P} == {}
    assert luck_tests.evenness_of(values.values()) > SMALLEST_P


def test_the_note_and_the_picture_show_every_p(
    judged: Judged,
) -> None:
    values = luck_tests.p_values(judged[0]) | luck_tests.p_values(judged[1])
    summary = {"n": DRAWS, "seed": 1, "count": len(values), "smallest": 0.01, "expected": 0.01, "evenness": 0.5}
    text = luck_note.note(*judged, summary)
    assert all(f"| {name} |" in text for part in judged for name in part)
    assert luck_note.picture(values, DRAWS).startswith(b"\x89PNG")


# Luck that is wrong in one way each, and the test that must see it at the size above: mostly, each seventh draw repeats.
N = np.arange(DRAWS, dtype=np.uint64)
UNMIXED = (N * rng.GOLDEN >> np.uint64(11)) * 2.0**-53
FAIR = np.random.default_rng(1).random(DRAWS)  # another generator: what is wrong below is what was done to it
BROKEN: dict[str, tuple[Any, ...]] = {
    "chi-square": (np.sqrt(FAIR) * 0.1 + FAIR * 0.9, UNMIXED),
    "Kolmogorov-Smirnov": (FAIR**1.02,),
    "runs about the middle": (np.where(N % 7 == 6, np.roll(FAIR, 1), FAIR),),
    "runs up and down": (np.where(N % 7 == 6, np.roll(FAIR, 1) * 0.999, FAIR), UNMIXED),
    "pairs": (np.where(N % 7 == 6, (np.roll(FAIR, 1) + 0.5) % 1, FAIR), UNMIXED),
    "block means": (0.9 * FAIR + 0.1 * np.repeat(np.random.default_rng(2).random(1000), DRAWS // 1000), UNMIXED),
    **{f"lag {lag}": (np.where(N % 7 == 6, np.roll(FAIR, lag), FAIR),) for lag in luck_tests.LAGS},
}


@pytest.mark.parametrize("test", SEQUENCE_TESTS)
def test_each_test_of_a_sequence_sees_luck_that_is_wrong(test: str) -> None:
    assert SEQUENCE_TESTS[test](FAIR) > SMALLEST_P
    assert [SEQUENCE_TESTS[test](draws) < SMALLEST_P for draws in BROKEN[test]] == [True] * len(BROKEN[test])


def test_tests_of_pairs_see_keys_that_are_added_and_not_folded() -> None:
    def added(seed: int, replication: int) -> np.ndarray:
        return luck_draws.share(luck_draws.bits(np.uint64(seed + replication), N))

    assert all(test(added(1, 2), added(2, 1)) < SMALLEST_P for test in PAIR_TESTS.values())
    assert all(test(added(1, 2), added(1, 3)) > SMALLEST_P for test in PAIR_TESTS.values())


def test_cells_see_dependence_that_correlation_does_not() -> None:
    folded = np.abs(2 * FAIR - 1)
    assert PAIR_TESTS["correlation"](FAIR, folded) > SMALLEST_P
    assert PAIR_TESTS["cells"](FAIR, folded) < SMALLEST_P
