"""Pilots (F21): of 400 intervals at 95 %, at least 365 hold the true effect; with one desk and talk, the bias is measured."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.evidence.filing import Finding
from tests.evidence.pilots import APART, ASKING, MARKET, TRAINING, covered, described, pilots_of, scenario_of

REPLICATIONS, FEWEST, SEED = 400, 365, 2031
DISTURBED_SEED = 2032


@pytest.mark.evidence
def test_a_pilots_interval_holds_the_true_effect(file: Callable[[Finding], None]) -> None:
    calm = pilots_of(scenario_of(TRAINING, SEED, APART, share=0.5, desk="own"), REPLICATIONS, "processes:2")
    shared = pilots_of(scenario_of(ASKING, DISTURBED_SEED, {}, share=0.2, desk="shared"), REPLICATIONS, "processes:2")
    told = described(shared)
    bias, error = 100 * told["disturbance"], 100 * told["disturbance_standard_error"]
    finding = Finding(
        "pilots",
        "A pilot's interval holds the true effect",
        f"{covered(calm)} of {REPLICATIONS} intervals at 95 % (at least {FEWEST} asked for) with talk off and a desk "
        f"each; with talk and one desk, asking a fifth of the customers is estimated {bias:.2f} ± {error:.2f} points of "
        f"customers kept too well (± one standard error), and {covered(shared)} of {REPLICATIONS} intervals hold the truth",
        covered(calm) >= FEWEST,
        {"apart": SEED, "together": DISTURBED_SEED},
        {
            "apart": described(calm),
            "together": told,
            "fewest": FEWEST,
            "market": MARKET,
            "plans": {"apart": TRAINING, "together": ASKING},
        },
    )
    file(finding)
    assert covered(calm) >= FEWEST
    assert abs(described(calm)["disturbance"]) < 0.002
    assert told["disturbance"] > 3 * told["disturbance_standard_error"]
