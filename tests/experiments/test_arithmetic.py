"""The spreadsheet is what the barest engine does on average, and the bridge from it to the simulation adds up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import loyaltysim as ls
from loyaltysim.cli import main
from loyaltysim.core.errors import InputError
from loyaltysim.core.records import RunRecord
from loyaltysim.experiments import bare as bare_module
from loyaltysim.experiments.arithmetic import reckoned, simulated, tabulate_bridge
from loyaltysim.experiments.bare import PARTS, bare, steps
from loyaltysim.experiments.spreadsheet import Spreadsheet
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario, load, shipped_scenario
from loyaltysim.scenario.registry import parameter_registry

pytestmark = pytest.mark.markets

SEED, REPLICATIONS, STANDARD_ERRORS = 314, 8, 3.0
STRATEGIES = {
    "as today": {},
    "recovery": {"desk.budget": {"add": 20_000}},
    "advertising": {"advertising.budget": {"add": 20_000, "from": "2027-07"}},
    "listen and recover": {"voice.budget": {"add": 8_000}, "desk.budget": {"add": 12_000}},
    "training": {"staff.training": {"add": 20_000}},
}
SHORT = {"strategies": STRATEGIES, "months": 36, "seed": SEED, "market.margin_cv": 0.0, "market.burn_in": 0}


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return Scenario().replace(SHORT, source="test")


@pytest.fixture(scope="module")
def records(baseline: Scenario) -> list[list[RunRecord]]:
    market = bare(baseline)
    return [simulate(market, replication, list(STRATEGIES)) for replication in range(REPLICATIONS)]


def within(figures: np.ndarray, wanted: float) -> None:
    error = figures.std(ddof=1) / REPLICATIONS**0.5
    assert abs(figures.mean() - wanted) < STANDARD_ERRORS * error, (figures.mean(), wanted, error)


def test_the_barest_market_is_worth_what_the_closed_form_says(
    baseline: Scenario, records: list[list[RunRecord]]
) -> None:
    sheet = Spreadsheet(baseline)
    for place, name in enumerate(STRATEGIES):
        worth = np.array([found[place].figures["npv"] for found in records])
        within(worth, sheet.npv(name))
        if place:
            first = np.array([found[0].figures["npv"] for found in records])
            within(worth - first, sheet.npv(name) - sheet.npv("as today"))


@pytest.mark.parametrize(
    "figure",
    [
        "customers",
        "problems",
        "voiced",
        "lost over problems",
        "lost in all",
        "told bad news",
        "told good news",
        "spent",
    ],
)
def test_the_barest_market_does_what_the_closed_form_says(
    baseline: Scenario, records: list[list[RunRecord]], figure: str
) -> None:
    """All but what is answered: with 26 cases a month, uneven months answer 2 % less than the mean month would."""
    sheet = Spreadsheet(baseline)
    by_hand = reckoned(sheet, sheet.course("as today")[:-1])[figure][1]
    within(np.array([simulated(sheet, found[0])[figure] for found in records]), by_hand)


def test_today_the_spreadsheet_shows_what_is_stated(baseline: Scenario) -> None:
    sheet, stated = Spreadsheet(baseline), baseline.stated
    today = sheet.course("as today")[0]
    assert 1 - (1 - today.left / today.customers) ** 12 == pytest.approx(stated.churn_annual, rel=1e-9)
    assert today.came == pytest.approx(today.left, rel=1e-9)
    mix = sheet.mix(today.answered, today.solved)
    assert mix == pytest.approx(stated.outcomes.model_dump(), rel=1e-9)
    voiced_and_lost = today.problems * today.voiced * (1 - sum(mix[name] * sheet.rates.kept[name] for name in mix))
    assert 1 - voiced_and_lost / today.left == pytest.approx(stated.silent_share_of_lost, rel=1e-9)
    assert today.lost_over_problems / today.left == pytest.approx(0.82, rel=1e-9)


def test_the_baselines_rates_are_those_worked_out_by_hand() -> None:
    sheet = Spreadsheet(load(shipped_scenario("baseline.yml")))
    assert sheet.rates.leaving == pytest.approx(0.0184, abs=5e-5)
    assert sheet.rates.grieving == pytest.approx(0.0172, abs=6e-5)
    assert 1 - sheet.rates.silence == pytest.approx(0.150, abs=5e-4)
    assert sheet.value_of_customer() == pytest.approx(40 / (1.1 ** (1 / 12) - 1 + 0.018423), rel=1e-4)


def test_the_steps_add_up_to_the_difference() -> None:
    rng = np.random.default_rng(5)
    sheet = {"as today": 100.0, "more": 130.0}
    worths = [{name: rng.normal(90, 20, 7) for name in sheet} for _ in range(4)]
    told = [(name, "") for name in "abcd"]
    table = tabulate_bridge(sheet, told, worths).set_index(["strategy", "step"]).value
    for name, start in (("as today", 100.0), ("more", 30.0)):
        assert table[name, "arithmetic"] == start
        total = start + sum(table[name, step] for step in "abcd")
        assert total == pytest.approx(table[name, "simulation"], rel=1e-12)
    assert table["more", "simulation"] == pytest.approx(np.mean(worths[3]["more"] - worths[3]["as today"]))


def test_the_parts_are_restored_one_by_one_up_to_the_scenario_itself(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bare_module, "solve", lambda scenario: scenario)
    markets = [market for _, _, market in steps(baseline)]
    assert len(markets) == len(PARTS) + 1
    assert markets[-1].sha256 == baseline.sha256
    for number, market in enumerate(markets[1:], 1):
        values, own = market.flat(), baseline.flat()
        still = {path for part in PARTS[number:] for path in part.stilled}
        assert {path for path in parameter_registry() if values[path] != own[path]} <= still
        assert all(values[path] == value for part in PARTS[number:] for path, value in part.stilled.items())


def typed(scenario: Scenario) -> Scenario:
    """Stand in for the search: the defaults of what is solved, typed."""
    return scenario.replace({"calibration": "off"}, source="test") if scenario.calibration == "on" else scenario


def test_the_command_writes_what_it_shows(
    small: Callable[..., Scenario], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bare_module, "solve", typed)
    path, out = tmp_path / "small.yml", tmp_path / "out"
    path.write_text(
        "market: {people: 2000, customers: 400, burn_in: 6}\nmonths: 6\ndesk.budget: 80\n"
        "advertising: {budget: 1600, scale: 2000}\nstrategies: {as today: {}, more: {desk.budget: {add: 800}}}\n"
    )
    told = CliRunner().invoke(
        main, ["arithmetic", str(path), "--replications", "2", "--executor", "in-process", "--out", str(out)]
    )
    assert told.exit_code == 0, told.output
    assert "+ word of mouth" in told.output
    kept = json.loads((out / "arithmetic.json").read_text(encoding="utf-8"))
    of_more = [row for row in kept["bridge"] if row["strategy"] == "more"]
    assert sum(row["value"] for row in of_more[:-1]) == pytest.approx(of_more[-1]["value"], abs=1e-6)
    lost = kept["bridge_lost"]
    first = [row["value"] for row in lost if row["strategy"] == "as today"]
    assert sum(first[:-1]) == pytest.approx(first[-1], rel=1e-9)
    of_year = [row for row in kept["year"] if (row["strategy"], row["figure"]) == ("as today", "revenue lost")]
    assert (first[0], first[-1]) == pytest.approx((of_year[0]["arithmetic"], of_year[0]["simulated"]), rel=1e-9)
    assert "It rests on" in told.output
    assert kept["rests_on"]
    assert "assumption" in (out / "scenario.yml").read_text(encoding="utf-8")
    assert sorted(found.name for found in out.iterdir()) == [
        "arithmetic.json",
        "bridge.csv",
        "bridge_lost.csv",
        "scenario.yml",
        "year.csv",
    ]


def test_one_replication_is_said_to_give_no_interval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bare_module, "solve", typed)
    path = tmp_path / "small.yml"
    path.write_text(
        "market: {people: 2000, customers: 400, burn_in: 6}\nmonths: 6\ndesk.budget: 80\n"
        "advertising: {budget: 1600, scale: 2000}\nstrategies: {as today: {}}\n"
    )
    told = CliRunner().invoke(main, ["arithmetic", str(path), "--replications", "1", "--executor", "in-process"])
    assert told.exit_code == 0, told.output
    assert "one replication gives no interval" in told.output
    assert "95 %" not in told.output


def test_no_replications_are_refused_with_this_verbs_own_default() -> None:
    told = CliRunner().invoke(main, ["arithmetic", str(shipped_scenario("baseline.yml")), "--replications", "0"])
    assert told.exit_code == 2
    assert "leave it out for 10" in told.output


def test_without_anything_stated_there_is_no_arithmetic(small: Callable[..., Scenario]) -> None:
    with pytest.raises(InputError, match="nothing is solved from what is stated"):
        ls.arithmetic(small())
    nobody_comes = {"advertising.budget": 0.0, "joining.praise": 0.0}
    silent = Scenario().replace({"stated.churn_annual": 0.0, **nobody_comes}, source="test")
    with pytest.raises(InputError, match="nobody is stated to leave"):
        ls.arithmetic(silent)


@pytest.mark.evidence
def test_on_the_baseline_the_bridge_ends_where_a_run_does() -> None:
    spec = Scenario().replace({**SHORT, "months": 24, "market.burn_in": 96}, source="test")
    found = ls.arithmetic(spec, replications=4)
    bridge = found.bridge.set_index(["strategy", "step"]).value
    for name in STRATEGIES:
        inner = [step for step in dict.fromkeys(found.bridge.step) if step != "simulation"]
        assert sum(bridge[name, step] for step in inner) == pytest.approx(bridge[name, "simulation"], rel=1e-9)
    from loyaltysim.calibration import solve

    solved = solve(spec)
    worths = [simulate(solved, replication, ["as today"])[0].figures["npv"] for replication in range(4)]
    assert bridge["as today", "simulation"] == pytest.approx(np.mean(worths), rel=1e-12)
