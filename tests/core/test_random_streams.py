"""Luck: published vectors, and draws that depend on who, when and which decision, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.core.random_streams import MASK, RngStream, bits, static_key, stream_key
from loyaltysim.kernels import rng

# The first outputs of SplitMix64 seeded with 1234567, as published with the generator's reference code.
PUBLISHED = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]
WORDS = st.integers(min_value=0, max_value=MASK)


def test_the_generator_gives_its_published_vectors() -> None:
    assert [bits(1234567, position) for position in range(5)] == PUBLISHED


def test_the_compiled_generator_gives_its_published_vectors() -> None:
    assert [int(rng.bits(np.uint64(1234567), np.uint64(position))) for position in range(5)] == PUBLISHED


@given(key=WORDS, position=WORDS)
def test_compiled_and_plain_agree_on_every_word(key: int, position: int) -> None:
    assert int(rng.bits(np.uint64(key), np.uint64(position))) == bits(key, position)


@given(seed=st.integers(0, 2**40), replication=st.integers(0, 10**6), month=st.integers(-2000, 2000))
def test_a_key_is_folded_from_seed_replication_stream_and_month(seed: int, replication: int, month: int) -> None:
    expected = bits(bits(bits(bits(0, seed), replication), stream_key("voice.speaks")), month)
    assert RngStream(seed, replication, "voice", month)("speaks") == expected
    assert bits(int(RngStream(seed, replication, "voice", 0).ever("speaks")), month) == expected


def test_a_kernel_folds_a_month_before_the_start_like_the_declaration() -> None:
    ever = static_key(7, 3, "recovery", "stays")
    compiled = rng.bits(ever, np.uint64(-5 & MASK))
    assert int(compiled) == bits(int(ever), -5)


def test_draws_for_some_rows_are_the_full_draw_at_those_rows() -> None:
    generation = np.zeros(1000, np.uint16)
    generation[17] = 4
    everyone = rng.uniforms(np.uint64(99), np.arange(1000, dtype=np.int32), generation)
    some = np.array([999, 17, 3], np.int32)
    assert np.array_equal(rng.uniforms(np.uint64(99), some, generation), everyone[some])


def test_a_newcomer_in_the_same_row_is_another_person() -> None:
    row = np.array([5], np.int32)
    first = rng.uniforms(np.uint64(99), row, np.zeros(10, np.uint16))
    second = rng.uniforms(np.uint64(99), row, np.ones(10, np.uint16))
    assert first[0] != second[0]


@pytest.mark.parametrize("field", ["seed", "replication", "decision", "month"])
def test_neighbouring_fields_give_unrelated_luck(field: str) -> None:
    one = {"seed": 1, "replication": 0, "decision": "a", "month": 5}
    other = {**one, field: {"decision": "b"}.get(field, 6 if field == "month" else 2)}
    rows, generation = np.arange(100_000, dtype=np.int32), np.zeros(100_000, np.uint16)
    draws = [
        rng.uniforms(RngStream(f["seed"], f["replication"], "m", f["month"])(f["decision"]), rows, generation)
        for f in (one, other)
    ]
    # the correlation of independent uniforms has standard error 1 / sqrt(n) = 0.0032; 4 of them
    assert abs(np.corrcoef(draws[0], draws[1])[0, 1]) < 4 / np.sqrt(rows.size)


def test_units_are_uniform() -> None:
    n = 200_000
    draws = rng.uniforms(np.uint64(12), np.arange(n, dtype=np.int32), np.zeros(n, np.uint16))
    counts = np.bincount((draws * 100).astype(int), minlength=100)
    chi_square = np.sum((counts - n / 100) ** 2 / (n / 100))
    # chi-square with 99 degrees of freedom: mean 99, standard deviation 14; 4 of them
    assert abs(chi_square - 99) < 4 * 14.1


@pytest.mark.parametrize(("mean", "n"), [(0.0, 10), (0.7, 200_000), (10.0, 200_000), (60.0, 50_000)])
def test_poisson_draws_have_mean_and_variance(mean: float, n: int) -> None:
    draws = np.array([rng.poisson(u, mean) for u in (np.arange(n) + 0.5) / n])
    # by inversion of a regular grid, the moments are exact up to the grid: well within 0.2 %
    assert draws.mean() == pytest.approx(mean, rel=2e-3)
    assert draws.var() == pytest.approx(mean, rel=1e-2)
