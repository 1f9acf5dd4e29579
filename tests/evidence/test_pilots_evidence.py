"""Pilots (F21): of 400 intervals at 95 %, at least 365 hold the true effect; with one desk and talk, the bias is measured.

And over sizes, shares and months, how often a plan of nothing seems surely better where arms are small and few leave.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.evidence.filing import Finding
from tests.evidence.pilots import (
    APART,
    ASKING,
    MARKET,
    TRAINING,
    covered,
    described,
    of_nothing,
    pilots_of_each,
    scenario_of,
    thought_better,
)

pytestmark = pytest.mark.once

REPLICATIONS, FEWEST, SEED = 400, 365, 2031
DISTURBED_SEED = 2032
NOTHING_SEED, OF_NOTHING = 2034, 60
GRID = [
    (customers, share, months)
    for customers, shares in ((400, (0.05, 0.5)), (2_000, (0.02, 0.05, 0.2)))
    for share in shares
    for months in (1, 3)
]


@pytest.mark.evidence
def test_a_pilots_interval_holds_the_true_effect(file: Callable[[Finding], None]) -> None:
    apart = scenario_of(TRAINING, SEED, APART, share=0.5, desk="own")
    together = scenario_of(ASKING, DISTURBED_SEED, {}, share=0.2, desk="shared")
    calm, shared = pilots_of_each([apart, together], REPLICATIONS, "processes:2")
    idle = [of_nothing(*cell, NOTHING_SEED) for cell in GRID]
    nothing = pilots_of_each(idle, OF_NOTHING, "processes:2")
    held, better = [covered(found) for found in nothing], [thought_better(found) for found in nothing]
    tried = OF_NOTHING * len(GRID)
    told = described(shared)
    bias, error = 100 * told["disturbance"], 100 * told["disturbance_standard_error"]
    finding = Finding(
        "pilots",
        "A pilot's interval holds the true effect",
        f"{covered(calm)} of {REPLICATIONS} intervals at 95 % (at least {FEWEST} asked for) with talk off and a desk "
        f"each; with talk and one desk, asking a fifth of the customers is estimated {bias:.2f} ± {error:.2f} points of "
        f"customers kept too well (± one standard error), and {covered(shared)} of {REPLICATIONS} intervals hold the truth; of {tried:,} short pilots "
        f"of nothing ({len(GRID)} sizes, arms from 20 people on) {sum(held) / tried:.1%} hold 0, at worst {min(held) / OF_NOTHING:.1%} "
        f"of a size, and {sum(better) / tried:.1%} seem surely better",
        covered(calm) >= FEWEST and sum(better) <= 0.025 * tried,
        {"apart": SEED, "together": DISTURBED_SEED, "nothing": NOTHING_SEED},
        {
            "apart": described(calm),
            "together": told,
            "nothing": [
                {
                    "customers": size,
                    "share": share,
                    "months": months,
                    "pilots": OF_NOTHING,
                    "covered": held,
                    "better": sure,
                }
                for (size, share, months), held, sure in zip(GRID, held, better, strict=True)
            ],
            "fewest": FEWEST,
            "market": MARKET,
            "plans": {"apart": TRAINING, "together": ASKING},
        },
    )
    file(finding)
    assert covered(calm) >= FEWEST
    assert abs(described(calm)["disturbance"]) < 0.002
    assert told["disturbance"] > 3 * told["disturbance_standard_error"]
    assert sum(better) <= 0.025 * tried
    assert min(held) >= 0.9 * OF_NOTHING
