"""What the README says of the figures that research supports, from the scenarios as they are shipped.

Markets of 50,000 people over 60 months, paired on common luck; a difference counts from three standard errors on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from loyaltysim.calibration import solve
from loyaltysim.execution.executors import iterate_completed, open_executor
from loyaltysim.model import simulate
from loyaltysim.scenario import load, shipped_scenario

pytestmark = pytest.mark.markets

SEED, STANDARD_ERRORS = 2027, 3.0
LARGE_DESK = {"desk.budget": {"add": 40_000}}
MORE = {"large desk": LARGE_DESK, "large desk and asking": LARGE_DESK | {"voice.budget": {"add": 8_000}}}
Worths = dict[str, np.ndarray]


def worths_of(name: str, replications: int, strategies: dict[str, Any]) -> Worths:
    """Give each strategy's net present values, float64 (replications,), in a shipped scenario on this test's luck."""
    changes = {"strategies": strategies, "seed": SEED}
    scenario = solve(load(shipped_scenario(name)).replace(changes, source="test"))
    tasks = ((scenario, replication, list(strategies)) for replication in range(replications))
    with open_executor("processes:2", tasks=replications) as pool:
        runs = sorted(iterate_completed(pool, simulate, tasks), key=lambda runs: runs[0].replication)
    return {key: np.array([run[place].figures["npv"] for run in runs]) for place, key in enumerate(strategies)}


def is_worth_more(worths: Worths, better: str, worse: str) -> bool:
    gain = worths[better] - worths[worse]
    return bool(gain.mean() > STANDARD_ERRORS * gain.std(ddof=1) / gain.size**0.5)


@pytest.fixture(scope="module")
def worths() -> Worths:
    of_the_file = load(shipped_scenario("evidence.yml")).strategies
    return worths_of("evidence.yml", 6, {key: strategy.to_plain() for key, strategy in of_the_file.items()} | MORE)


def test_asking_backfires(worths: Worths) -> None:
    assert is_worth_more(worths, "as today", "asking")


def test_asking_pays_once_the_desk_can_resolve_what_it_hears(worths: Worths) -> None:
    assert is_worth_more(worths, "large desk and asking", "large desk")


@pytest.mark.parametrize("other", ["as today", "advertising", "asking", "listen and recover"])
def test_money_for_the_desk_alone_gains_and_only_training_gains_more(worths: Worths, other: str) -> None:
    assert is_worth_more(worths, "recovery", other)
    assert is_worth_more(worths, "training", "recovery")


def test_nothing_that_the_same_money_could_do_is_left_out(worths: Worths) -> None:
    assert set(worths) - set(MORE) == {
        "as today", "recovery", "advertising", "asking", "listen and recover", "training",
    }  # fmt: skip


@pytest.mark.evidence
def test_in_the_baseline_money_for_the_desk_alone_is_a_loss() -> None:
    strategies = {"as today": {}, "recovery": {"desk.budget": {"add": 20_000}}}
    worths = worths_of("recovery-or-acquisition.yml", 30, strategies)
    assert is_worth_more(worths, "as today", "recovery")
