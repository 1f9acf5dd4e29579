"""The list of tests that luck must pass, fixed before any was run: each gives the p-value of independent uniform draws.

Chi-squares are judged on both sides, for draws too even are as wrong as draws too lumpy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from tests.evidence.luck_draws import PAIRS, SEQUENCES, Draws, seeds

SMALLEST_P = 1e-4
LAGS = (1, 2, 3, 12, 60, 1000)
CELLS = 1024
SIDE = 32


def two_sided(z: float) -> float:
    """Give the p-value of a standard normal figure."""
    return float(2 * stats.norm.sf(abs(z)))


def chi_square(counts: Any) -> float:
    """Give the p-value of counts in equally likely cells, both sides."""
    counts = np.asarray(counts, np.float64).ravel()
    expected = counts.sum() / counts.size
    figure = float(np.sum((counts - expected) ** 2) / expected)
    return float(min(1.0, 2 * min(stats.chi2.sf(figure, counts.size - 1), stats.chi2.cdf(figure, counts.size - 1))))


def correlation(one: Draws, other: Draws) -> float:
    """Give the correlation of two sequences of uniforms, whose means (1/2) and variances (1/12) are known."""
    return float(np.dot(one - 0.5, other - 0.5) * 12 / one.size)


def correlated(one: Draws, other: Draws) -> float:
    """Give the p-value of that correlation: its standard error is 1 / sqrt(n)."""
    return two_sided(correlation(one, other) * np.sqrt(one.size))


def evenly_spread(draws: Draws) -> float:
    """Count draws in 1,024 cells."""
    return chi_square(np.bincount((draws * CELLS).astype(np.int64), minlength=CELLS))


def kolmogorov_smirnov(draws: Draws) -> float:
    """Compare the draws' distribution function with the uniform one."""
    return float(stats.kstest(draws, "uniform").pvalue)


def runs_about_the_middle(draws: Draws) -> float:
    """Count changes of side about 1/2: binomial, a chance of 1/2 at each of n - 1 steps."""
    side = draws < 0.5
    changes = np.count_nonzero(side[1:] != side[:-1])
    return two_sided((changes - (draws.size - 1) / 2) / np.sqrt((draws.size - 1) / 4))


def runs_up_and_down(draws: Draws) -> float:
    """Count runs of rises and falls: mean (2n - 1) / 3, variance (16n - 29) / 90 (Wallis and Moore 1943)."""
    rises = draws[1:] > draws[:-1]
    runs = 1 + np.count_nonzero(rises[1:] != rises[:-1])
    n = draws.size
    return two_sided((runs - (2 * n - 1) / 3) / np.sqrt((16 * n - 29) / 90))


def in_cells(one: Draws, other: Draws) -> float:
    """Count pairs of draws in 32 x 32 cells."""
    cell = (one * SIDE).astype(np.int64) * SIDE + (other * SIDE).astype(np.int64)
    return chi_square(np.bincount(cell, minlength=SIDE * SIDE))


def successive_pairs(draws: Draws) -> float:
    """Count each draw with its successor, without overlap, in 32 x 32 cells."""
    even = draws.size // 2 * 2
    return in_cells(draws[:even:2], draws[1:even:2])


def block_means(draws: Draws) -> float:
    """Compare the spread of 1,000 blocks' means with that of independent draws; both sides."""
    length = draws.size // 1000
    means = draws[: 1000 * length].reshape(1000, length).mean(axis=1)
    figure = float(np.sum((means - 0.5) ** 2) * 12 * length)
    return float(min(1.0, 2 * min(stats.chi2.sf(figure, 1000), stats.chi2.cdf(figure, 1000))))


def serially(lag: int) -> Callable[[Draws], float]:
    """Give the test of correlation at a lag."""
    return lambda draws: correlated(draws[:-lag], draws[lag:])


SEQUENCE_TESTS: dict[str, Callable[[Draws], float]] = {
    "chi-square": evenly_spread,
    "Kolmogorov-Smirnov": kolmogorov_smirnov,
    "runs about the middle": runs_about_the_middle,
    "runs up and down": runs_up_and_down,
    "pairs": successive_pairs,
    "block means": block_means,
    **{f"lag {lag}": serially(lag) for lag in LAGS},
}
PAIR_TESTS: dict[str, Callable[[Draws, Draws], float]] = {"correlation": correlated, "cells": in_cells}


def judge_sequences(n: int) -> dict[str, dict[str, float]]:
    """Give the p-values by sequence and test, n draws each; a sequence with a period has that lag, too."""
    judged = {}
    for sequence in SEQUENCES:
        draws, period = sequence.make(np.arange(n)), sequence.period(n)
        judged[sequence.name] = {test: p(draws) for test, p in SEQUENCE_TESTS.items()}
        if period > 1:
            judged[sequence.name]["lag of the period"] = serially(period)(draws)
    return judged


def judge_pairs(n: int) -> dict[str, dict[str, float]]:
    """Give, by pair, the correlation itself (`r`) and the p-values, n draws each."""
    judged = {}
    for pair in PAIRS:
        one, other = pair.make(np.arange(n))
        judged[pair.name] = {"r": correlation(one, other)}
        judged[pair.name] |= {test: p(one, other) for test, p in PAIR_TESTS.items()}
    return judged


def p_values(judged: dict[str, dict[str, float]]) -> dict[str, float]:
    """Lay p-values out as one table, by `sequence: test`."""
    return {f"{name}: {test}": p for name, tests in judged.items() for test, p in tests.items() if test != "r"}


def evenness_of(values: Any) -> float:
    """Give the p-value of p-values being uniform themselves."""
    return kolmogorov_smirnov(np.asarray(list(values), np.float64))


def fingerprint() -> str:
    """Give a digest of some of the luck: evidence for one generator is none for another."""
    people = np.arange(512)
    words = np.concatenate(
        [seeds(people, generation, month=month, replication=7) for generation in (0, 1) for month in (-5, 0, 60)]
    )
    return hashlib.sha256(words.astype("<u8").tobytes()).hexdigest()[:16]
