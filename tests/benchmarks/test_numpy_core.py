"""The NumPy market is the same core: a tiny docking with the engine, in each setting."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.docking import compare, engine_figures, twin_figures
from benchmarks.docking_settings import SETTINGS, setting
from benchmarks.numpy_core import NumpyMarket
from benchmarks.numpy_people import small_world
from loyaltysim.scenario import Scenario

pytestmark = pytest.mark.once

PEOPLE, FAR, REPLICATIONS = 1_600, 4, 40
"""Standard errors: of 19 figures one lies so far out by chance in about 1 of 150 dockings; seeds are fixed."""


def tiny(name: str, **changes: float) -> Scenario:
    money = {path: setting(name).flat()[path] * PEOPLE / 12_000 for path in ("desk.budget", "voice.budget")}
    return setting(name, **{"market.people": PEOPLE, "market.customers": PEOPLE // 2, "months": 10, **money, **changes})


def far_apart(engine: Scenario, core: Scenario) -> list[str]:
    ours = [engine_figures(engine, replication) for replication in range(REPLICATIONS)]
    theirs = [twin_figures(core, replication, NumpyMarket) for replication in range(REPLICATIONS)]
    return [row.figure for row in compare(ours, theirs) if abs(row.difference) > FAR * row.standard_error]


@pytest.mark.parametrize("name", SETTINGS)
def test_engine_and_numpy_core_agree_on_every_figure(name: str) -> None:
    assert far_apart(tiny(name), tiny(name)) == []


@pytest.mark.parametrize(
    ("path", "value", "figure"),
    [
        ("word_of_mouth.told_when_unhappy", 11.0, "messages_bad"),
        ("joining.lost_factor", 0.6, "returned_share"),
        ("friends.ratio", 4.0, "left_friends_share"),
    ],
)
def test_a_rule_that_differs_is_noticed(path: str, value: float, figure: str) -> None:
    name = "small world, customers asked"
    assert figure in far_apart(tiny(name, **{path: value}), tiny(name))


def test_ties_go_both_ways_and_nobody_is_tied_to_themselves() -> None:
    people = NumpyMarket(tiny("uniform mixing").flat(), rng=1).people
    first, tie = small_world(people, ties=6, rewired=0.3)
    row = np.repeat(np.arange(PEOPLE), np.diff(first))
    assert tie.size == 6 * PEOPLE
    assert not np.any(row == tie)
    assert sorted(zip(row, tie, strict=True)) == sorted(zip(tie, row, strict=True))


def test_it_refuses_what_it_has_no_rule_for() -> None:
    with pytest.raises(ValueError, match=r"beyond the core: staff\.turnover"):
        NumpyMarket(tiny("uniform mixing", **{"staff.turnover": 0.02}).flat(), rng=1)
    market = NumpyMarket(tiny("uniform mixing", **{"desk.wage": 25.0}).flat(), rng=1)
    with pytest.raises(ValueError, match="handlers busy"):
        market.step()
