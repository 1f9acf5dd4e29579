"""Staff and culture (F11 to F16, F24, F27, F31): each lever and fact moves what it should, paired on common luck."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from loyaltysim.core.random_streams import RngStream
from loyaltysim.core.tables import World
from loyaltysim.mechanisms import catalog
from loyaltysim.mechanisms.service.sins import KINDS, Sins
from loyaltysim.model import metric_columns, simulate
from loyaltysim.scenario import Scenario
from tests.support.worlds import PAIRS, newborn, played

pytestmark = pytest.mark.markets

Small = Callable[..., Scenario]
Figures = dict[str, list[dict[str, float]]]

MARKET = {
    "market.people": 8_000,
    "market.customers": 2_000,
    "market.burn_in": 24,
    "staff.customers_each": 40.0,
    "staff.encounters_each": 60.0,
    "desk.budget": 400.0,
    "advertising.budget": 8_000.0,
    "advertising.scale": 10_000.0,
    "months": 24,
}
LEVERS = {
    "leadership": ("managers.leadership", 10_000.0),
    "treatment": ("staff.treatment", 10_000.0),
    "training": ("staff.training", 10_000.0),
    "empowerment": ("staff.empowerment", 10_000.0),
    "hands": ("staff.hands", 20_000.0),
    "smiles": ("contagion.smile_campaign", 10_000.0),
}
DIRECTIONS = [
    ("F14", "leadership", "care_mean", +1),
    ("F14", "leadership", "satisfaction", +1),
    ("F14", "treatment", "mood_mean", +1),
    ("F14", "treatment", "burnout_mean", -1),
    ("F24", "treatment", "satisfaction", +1),
    ("F24", "smiles", "mood_shown", +1),
    ("F24", "smiles", "mood_mean", -1),
    ("F24", "smiles", "satisfaction", -1),
    ("F12", "smiles", "burnout_mean", +1),
    ("F12", "smiles", "sin_coldness", +1),
    ("F12", "smiles", "sin_robotism", +1),
    ("F12", "hands", "burnout_mean", -1),
    ("F12", "training", "sin_run_around", -1),
    ("F12", "treatment", "sin_apathy", -1),
    ("F12", "treatment", "sin_coldness", -1),
    ("F12", "empowerment", "sin_rule_book", -1),
    ("F31", "empowerment", "exceptions", +1),
    ("F31", "empowerment", "care_mean", +1),
]


def figures_of(scenario: Scenario, names: list[str]) -> Figures:
    runs: Figures = {name: [] for name in names}
    for replication in range(PAIRS):
        for record in simulate(scenario, replication, names):
            runs[record.strategy].append(record.figures)
    return runs


def holds(with_it: list[dict[str, float]], without: list[dict[str, float]], metric: str, sign: int) -> bool:
    moved = np.array([a[metric] - b[metric] for a, b in zip(with_it, without, strict=True)]) * sign
    return bool(moved.mean() > 3 * moved.std(ddof=1) / np.sqrt(moved.size))


@pytest.fixture(scope="module")
def figures(small: Small) -> Figures:
    strategies = {"as today": {}} | {name: {path: value} for name, (path, value) in LEVERS.items()}
    return figures_of(small(**MARKET, strategies=strategies), list(strategies))


@pytest.mark.parametrize(
    ("fact", "lever", "metric", "sign"),
    DIRECTIONS,
    ids=[f"{fact} {lever} {metric}" for fact, lever, metric, _ in DIRECTIONS],
)
def test_a_lever_moves_what_the_fact_says(figures: Figures, fact: str, lever: str, metric: str, sign: int) -> None:
    assert holds(figures[lever], figures["as today"], metric, sign), fact


MANY_POSTS = {"staff.customers_each": 10.0, "staff.encounters_each": 15.0}
"""The same load on four times the posts: hires are few, about 25 a run of `MARKET`, and a tenth fewer hardly shows."""
FACTS: list[tuple[str, dict[str, Any], dict[str, Any], str, int]] = [
    ("F14 the well treated stay", MANY_POSTS, {**MANY_POSTS, "staff.treatment": 40_000.0}, "hires", -1),
    ("F12 overload burns out", {"staff.encounters_each": 66.0}, {}, "burnout_mean", +1),
    ("F12 overload is brushed off", {"staff.encounters_each": 66.0}, {}, "sin_brush_off", +1),
    ("F12 the burnt-out turn cold", {"burnout.coldness": 0.0}, {"burnout.coldness": 0.8}, "sin_coldness", +1),
    ("F12 ... and serve like robots", {"burnout.coldness": 0.0}, {"burnout.coldness": 0.8}, "sin_robotism", +1),
    ("F12 ... and leave", {"burnout.coldness": 0.0}, {"burnout.coldness": 0.8}, "hires", +1),
    ("F24 colleagues grow alike", {"contagion.colleagues": 0.0}, {"contagion.colleagues": 0.6}, "mood_spread", -1),
    (
        "F12 the more rule-book angers, the more its cure saves",
        {"staff.empowerment": 10_000.0, "sins.weight.rule_book": 0.1},
        {"staff.empowerment": 10_000.0, "sins.weight.rule_book": 10.0},
        "grievances",
        -1,
    ),
]


@pytest.mark.parametrize(("fact", "before", "after", "metric", "sign"), FACTS, ids=[case[0] for case in FACTS])
def test_a_fact_moves_what_it_should(
    small: Small, fact: str, before: dict[str, Any], after: dict[str, Any], metric: str, sign: int
) -> None:
    busy = {**MARKET, "staff.encounters_each": 52.0}
    without, with_it = (
        figures_of(small(**{**busy, **changes}), ["as today"])["as today"] for changes in (before, after)
    )
    assert holds(with_it, without, metric, sign), fact


def test_f13_what_a_years_training_gave_fades_at_the_staffs_pace(small: Small) -> None:
    """Training stopped after month 12: two years later what is left of the gain is (1 - pace)^24 of it."""
    strategies = {"as today": {}, "a year": {"staff.training": {"value": 10_000.0, "from": "2027-01", "to": "2027-12"}}}
    steady = {"staff.turnover": 0.0, "staff.spread": 0.0, "staff.overload_effect": 0.0, "burnout.on": False}
    scenario = small(**{**MARKET, **steady, "months": 36, "strategies": strategies})
    today, year = (
        record.months[:, metric_columns()["care_mean"]] for record in simulate(scenario, 0, list(strategies))
    )
    gain = year - today
    assert gain[12] > 0.01
    assert gain[36] / gain[12] == pytest.approx((1 - scenario.mechanism("staff").pace) ** 24, rel=1e-4)


def test_f14_treatment_reaches_staff_through_managers_who_mean_it(small: Small) -> None:
    strategies = {
        "neither": {},
        "leadership": {"managers.leadership": 10_000.0},
        "treatment": {"staff.treatment": 10_000.0},
        "both": {"managers.leadership": 10_000.0, "staff.treatment": 10_000.0},
    }
    scenario = small(**{**MARKET, "burnout.on": False, "strategies": strategies})
    care = {record.strategy: record.figures["mood_mean"] for record in simulate(scenario, 0, list(strategies))}
    assert care["both"] - care["leadership"] > care["treatment"] - care["neither"] > 0


def test_f24_an_acted_smile_pleases_nobody_and_displeases_the_susceptible(small: Small) -> None:
    """One month from the same world: the same encounters, with and without the campaign."""
    plain, acted = (
        _after_a_month(small(**{**MARKET, "burnout.on": False, "contagion.smile_campaign": budget}))
        for budget in (0.0, 20_000.0)
    )
    people = plain.people
    lost = people.satisfaction.astype(float) - acted.people.satisfaction
    met = (people.status == 1) & (people.met > 0)
    assert np.all(lost[met] >= 0)
    assert lost[met & (people.susceptibility > 0.7)].mean() > 2 * lost[met & (people.susceptibility < 0.3)].mean()


def _after_a_month(scenario: Scenario) -> World:
    return newborn(scenario, 1)


def test_burnout_settles_where_feeding_and_healing_meet(small: Small) -> None:
    """At a load .2 beyond what is borne: b = .2 / (.2 + recovery) at a feeding of 1, and a hire starts afresh."""
    scenario = small(**{"burnout.borne_spread": 0.0})
    burnout = scenario.mechanism("burnout")
    world, report = newborn(scenario), {}
    for _ in range(200):
        world.firm.load[0] = burnout.borne + 0.2
        burnout.step(world, RngStream(1, 0, "burnout", 1), report.update)
    assert world.staff.burnout == pytest.approx(0.2 / (0.2 + burnout.recovery))
    assert world.staff.zeal == pytest.approx(1 - burnout.coldness * world.staff.burnout)
    everyone = scenario.mechanism("staff").model_copy(update={"turnover": 1.0, "turnover_slope": 0.0})
    everyone.step(world, RngStream(1, 0, "staff", 1), report.update)
    assert not world.staff.burnout.any()
    assert np.all(world.staff.zeal == 1)


def test_every_indifferent_encounter_is_one_sin(small: Small) -> None:
    for world, report in played(small(**{"staff.know": 0.5}), 6):
        assert sum(report[f"sin_{kind}"] for kind in KINDS) == report["indifferent_encounters"]
        assert world.sinned.size == np.count_nonzero(world.people.indifferent[world.customers_now])


def test_sins_that_all_weigh_the_same_leave_the_month_as_it_was(small: Small) -> None:
    alike = {f"sins.weight.{kind}": 2.0 for kind in KINDS}
    weighed, off = (simulate(small(**changes), 0, ["as today"])[0] for changes in (alike, {"sins.on": False}))
    sins = {metric.name for metric in Sins.metrics()}
    assert sum(weighed.figures[name] for name in sins) > 0
    others = [metric_columns()[name] for name in catalog() if name in metric_columns() and name not in sins]
    assert np.array_equal(weighed.months[:, others], off.months[:, others])


@pytest.mark.parametrize("block", ["managers", "burnout", "contagion", "exceptions", "sins", "staff"])
def test_without_one_part_of_the_staff_the_month_still_runs_and_conserves(small: Small, block: str) -> None:
    before = 400.0
    for _, report in played(small(**{f"{block}.on": False, "contagion.smile_campaign": 500.0}), 8):
        assert report["customers_start"] == before
        before = report["customers"]
        assert before == report["customers_start"] + report["joined"] + report["returned"] - report["left"]
    assert report["grievances"] >= 0
    assert report["encounters"] > 0
