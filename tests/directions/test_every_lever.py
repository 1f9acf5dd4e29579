"""Every lever moves what it is for, and its effect wears out (K8): the second half of the money does less than the first.

The levers are taken from the declarations, so that a new one without a row here fails. Paired on common luck. What each
is worth, and from where on it costs more than it brings, is in `test_interiors.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from loyaltysim.mechanisms import catalog
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario
from loyaltysim.scenario.registry import parameter_registry
from tests.support.worlds import MARKET

pytestmark = pytest.mark.markets

PAIRS = 4
BUSY = {
    **MARKET,
    "voice.unprompted": 0.5,
    "winback.cost_per_dollar": 5.0,
    "staff.encounters_each": 200.0,
    "handoffs.passed_on": 0.9,
    "handoffs.stalls": 0.5,
    "touchpoints.failure": 0.1,
    "touchpoints.belief": 1.0,
    "touchpoints.repair": 500.0,
    "desk.budget": 4_000.0,
}
"""A market in which each lever has something to do: much is voiced and passed on, and the staff are overloaded."""

A_SCALE = 2_400.0
"""Spending, $/month, at which ten employees have 63 % of a programme: small, so that no level but that of training reaches its
ceiling."""
MONTHLY, UNTIL_NONE_IS_LEFT, A_HIRE, A_CASE, A_SHARE = 20_000.0, 200_000.0, 6_000.0, 200.0, 1.0
EFFECTS: dict[str, tuple[str, float]] = {
    "managers.leadership": ("managers_attitude", A_SCALE),
    "staff.training": ("care_mean", 2 * A_SCALE),
    "staff.treatment": ("care_mean", A_SCALE),
    "staff.empowerment": ("care_mean", A_SCALE),
    "staff.sharing": ("care_mean", A_SCALE),
    "staff.hands": ("burnout_mean", MONTHLY),
    "staff.selectivity": ("indifferent_encounters", A_HIRE),
    "contagion.smile_campaign": ("mood_shown", MONTHLY),
    "touchpoints.repair": ("mended_share", MONTHLY),
    "touchpoints.audit": ("mended_share", MONTHLY),
    "consistency.standards": ("broken_promises", MONTHLY),
    "complexity.simplify": ("contacts_ratio", MONTHLY),
    "manners.restraint": ("intrusions", 400.0),
    "manners.kindnesses": ("wows", 800.0),
    "voice.budget": ("complaints", MONTHLY),
    "surveys.budget": ("grievances_found", MONTHLY),
    "channels.direct": ("reviews_posted", MONTHLY),
    "handoffs.shared_record": ("cases_stalled", MONTHLY),
    "handoffs.role_swaps": ("cases_passed_on", MONTHLY),
    "follow_up.budget": ("cases_called_back", MONTHLY),
    "desk.budget": ("acknowledged", MONTHLY),
    "desk.causes": ("mended_share", 0.99),
    "desk.compensation": ("false_claims", A_CASE),
    "leaders.listening": ("leaders_heard", MONTHLY),
    "apology.offered": ("apologies", A_SHARE),
    "value_promise.budget": ("promise_trusted", MONTHLY),
    "advertising.budget": ("joined", MONTHLY),
    "winback.budget": ("winback_margin", UNTIL_NONE_IS_LEFT),
}
"""What each lever moves, and how much of it is tried: half of it and the whole."""

IN_PROPORTION = {"apology.offered", "desk.causes"}
"""Shares, which end at 1: what they move grows with them, and only their worth can fall."""


def lowers(lever: str) -> bool:
    """Tell whether more of a lever is less of its figure: where less is better, and of contacts; not of false claims."""
    return (catalog()[EFFECTS[lever][0]].better == "lower" or lever == "complexity.simplify") != (
        lever == "desk.compensation"
    )


def test_every_lever_has_its_row() -> None:
    assert set(EFFECTS) == {path for path, row in parameter_registry().items() if row.role == "lever"}


@pytest.fixture(scope="module")
def moved(small: Callable[..., Scenario]) -> Callable[[str, str], np.ndarray]:
    """Give by how much `half` or the `whole` of a lever moves its figure from where nothing is spent on it.

    One difference a replication, in the figure's unit.
    """
    strategies = {
        f"{lever} {name}": {"desk.causes": 0.0, "apology.offered": 0.0, lever: part * amount}
        for lever, (_, amount) in EFFECTS.items()
        for name, part in (("none", 0.0), ("half", 0.5), ("whole", 1.0))
    }
    scenario = small(**BUSY, strategies=strategies)
    found: dict[str, list[Mapping[str, float]]] = {name: [] for name in strategies}
    for replication in range(PAIRS):
        for record in simulate(scenario, replication, list(strategies)):
            found[record.strategy].append(record.figures)

    def differences(lever: str, part: str) -> np.ndarray:
        metric = EFFECTS[lever][0]
        return np.array(
            [
                some[metric] - none[metric]
                for some, none in zip(found[f"{lever} {part}"], found[f"{lever} none"], strict=True)
            ]
        )

    return differences


def surely_above_zero(figures: np.ndarray) -> bool:
    return bool(figures.mean() > 3 * figures.std(ddof=1) / np.sqrt(figures.size))


@pytest.mark.parametrize("lever", EFFECTS)
def test_it_moves_something_the_right_way_and_ever_less(moved: Callable[[str, str], np.ndarray], lever: str) -> None:
    sign = -1 if lowers(lever) else 1
    first, whole = (sign * moved(lever, part) for part in ("half", "whole"))
    assert surely_above_zero(first)
    assert surely_above_zero(whole)
    if lever not in IN_PROPORTION:
        assert surely_above_zero(first - (whole - first))
