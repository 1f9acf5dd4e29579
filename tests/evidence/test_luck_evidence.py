"""Luck at ten million draws a sequence: every p-value of the list above 1e-4, filed with all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.evidence import luck_note
from tests.evidence.filing import Finding
from tests.evidence.luck_draws import DECISIONS, SEED
from tests.evidence.luck_tests import SMALLEST_P, evenness_of, fingerprint, judge_pairs, judge_sequences, p_values

pytestmark = pytest.mark.once

DRAWS = 10_000_000


@pytest.mark.evidence
def test_luck_passes_every_test_at_ten_million_draws(file: Callable[[Finding], None]) -> None:
    sequences, pairs = judge_sequences(DRAWS), judge_pairs(DRAWS)
    values = p_values(sequences) | p_values(pairs)
    weakest = min(values, key=lambda name: values[name])
    summary = {
        "n": DRAWS,
        "seed": SEED,
        "count": len(values),
        "smallest": values[weakest],
        "expected": 1 / (len(values) + 1),
        "evenness": evenness_of(values.values()),
    }
    largest = max(abs(pair["r"]) for pair in pairs.values())
    finding = Finding(
        "luck",
        "Luck is uniform and independent",
        f"{len(values)} p-values at 10^7 draws each, the smallest {values[weakest]:.2g} ({weakest}); neighbouring seeds, "
        f"replications, months, decisions and people: largest of {len(pairs)} correlations "
        f"{largest:.1e} (standard error {DRAWS**-0.5:.1e})",
        values[weakest] > SMALLEST_P,
        {"seed": SEED, "pairs": "as named"},
        {"fingerprint": fingerprint(), **summary, "decisions": DECISIONS, "sequences": sequences, "pairs": pairs},
        note=luck_note.note(sequences, pairs, summary),
        pictures={"luck.png": luck_note.picture(values, DRAWS)},
    )
    file(finding)
    assert {name: p for name, p in values.items() if p <= SMALLEST_P} == {}
