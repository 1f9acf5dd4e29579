"""Convergence from a thousand people to a million: the slope is -0.5 within 0.05, filed with every spread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.evidence.convergence import BURN_IN, MONTHS, RATES, SEED, Line, fitted, shares, spread
from tests.evidence.convergence_picture import picture
from tests.evidence.filing import Finding

pytestmark = pytest.mark.once

REPLICATIONS = {1_000: 200, 3_000: 200, 10_000: 200, 30_000: 200, 100_000: 200, 300_000: 120, 1_000_000: 100}
TOLERANCE = (
    0.05  # about five standard errors of the slope, so that 1 / sqrt(people) passes and neither -0.4 nor -0.6 does
)


@pytest.mark.evidence
def test_the_spread_falls_with_the_root_of_the_people(file: Callable[[Finding], None]) -> None:
    samples = {people: shares(people, replications) for people, replications in REPLICATIONS.items()}
    spreads = {people: spread(sample) for people, sample in samples.items()}
    line, small = fitted(spreads), fitted({people: each for people, each in spreads.items() if people <= 100_000})
    passed = all(abs(each.slope + 0.5) < TOLERANCE for each in (line, small))
    finding = Finding(
        "convergence",
        "Noise falls with the root of the people",
        f"slope {_said(line)} from 10^3 to 10^6 people, {_said(small)} from 10^3 to 10^5 (± one standard error; expected "
        f"-0.5, tolerance {TOLERANCE}); {REPLICATIONS[100_000]} replications a size to 10^5, {REPLICATIONS[300_000]} at "
        f"3 x 10^5, {REPLICATIONS[1_000_000]} at 10^6, which makes the slope's error {line.error:.3f} where "
        f"{REPLICATIONS[100_000]} everywhere would give {_error_with_all(REPLICATIONS[100_000]):.3f}",
        passed,
        {str(people): SEED + people for people in REPLICATIONS},
        {
            "slope": line.slope,
            "slope_standard_error": line.error,
            "slope_to_100000": small.slope,
            "slope_to_100000_standard_error": small.error,
            "slope_standard_error_if_all_had_200_replications": _error_with_all(200),
            "tolerance": TOLERANCE,
            "months": MONTHS,
            "burn_in": BURN_IN,
            "typed_rates": RATES,
            "sizes": {
                str(people): {
                    "replications": len(samples[people]),
                    "mean_share": float(np.mean(samples[people])),
                    "standard_deviation": spreads[people][0],
                    "standard_error": spreads[people][1],
                }
                for people in REPLICATIONS
            },
        },
        pictures={"convergence.png": picture(spreads, line)},
    )
    file(finding)
    assert line.slope == pytest.approx(-0.5, abs=TOLERANCE)
    assert small.slope == pytest.approx(-0.5, abs=TOLERANCE)


def _said(line: Line) -> str:
    return f"{line.slope:.3f} ± {line.error:.3f}"


def _error_with_all(replications: int) -> float:
    """Give the slope's standard error if every size had so many replications."""
    relative = (2 * (replications - 1)) ** -0.5
    return fitted({people: (people**-0.5, relative * people**-0.5) for people in REPLICATIONS}).error
