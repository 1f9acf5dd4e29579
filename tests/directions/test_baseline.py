"""What is stated is shown: the baseline table of the model's design, read from the run's own files at 30 replications.

These are inputs met, not validation. Tolerances are the design's; "3 se" is three standard errors of the figure.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import loyaltysim as ls

pytestmark = pytest.mark.markets

SCENARIOS = Path(__file__).parents[2] / "scenarios"
USUAL_REASONS = {"died": 0.01, "moved": 0.03, "friends": 0.05, "rival": 0.09, "product": 0.14, "indifference": 0.68}
REASON_TOLERANCE = {
    "died": 0.003,
    "moved": 0.006,
    "friends": 0.006,
    "rival": 0.015,
    "product": 0.015,
    "indifference": 0.015,
}
KEPT = {"silent": 0.09, "ignored": 0.09, "logged": 0.20, "resolved": 0.54, "resolved_fast": 0.82}


@dataclass(frozen=True)
class Market:
    """A set of inputs: what is written over the baseline, and what the market must then show."""

    name: str
    text: str
    churn: float
    reasons: dict[str, float]


MARKETS = [
    Market("baseline", "", 0.20, USUAL_REASONS),
    Market(
        "churn of 35 %",
        "stated: {churn_annual: 0.35, reasons: {died: .02, moved: .05, friends: .08, rival: .25, product: .25, indifference: .35}}",
        0.35,
        {"died": 0.02, "moved": 0.05, "friends": 0.08, "rival": 0.25, "product": 0.25, "indifference": 0.35},
    ),
    # a market that few leave needs few to join: at the baseline's acquisition cost, advertising alone brings more
    Market(
        "churn of 8 %",
        "stated: {churn_annual: 0.08, acquisition_cost: 1500}\njoining.praise: 0.0015",
        0.08,
        USUAL_REASONS,
    ),
]


@pytest.fixture(scope="module", params=MARKETS, ids=lambda market: market.name)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Market, Path]:
    market: Market = request.param
    folder = tmp_path_factory.mktemp("market")
    (folder / "baseline.yml").write_bytes((SCENARIOS / "baseline.yml").read_bytes())
    scenario = folder / "market.yml"
    strategies = "strategies: {as today: {}, win-back: {winback.budget: {add: 20_000}}}"
    scenario.write_text(f"title: a market\nextends: baseline.yml\n{market.text}\n{strategies}\n")
    study = ls.run(scenario, out=folder / "out", replications=30, months=60, executor="in-process", quiet=True)
    return market, study.folder


def summary(folder: Path, strategy: str = "as today") -> pd.DataFrame:
    table = pd.read_csv(folder / "summary.csv")
    return table[table.strategy == strategy].set_index("metric")


def rows(folder: Path, file: str) -> pd.DataFrame:
    table = pd.read_csv(folder / file)
    return table[table.strategy == "as today"]


def test_annual_churn_is_as_stated(run: tuple[Market, Path]) -> None:
    market, folder = run
    assert summary(folder)["mean"]["churn_annual"] == pytest.approx(market.churn, abs=0.01)


def test_reasons_are_as_stated(run: tuple[Market, Path]) -> None:
    market, folder = run
    shares = rows(folder, "departures.csv").set_index("reason").share
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    for reason, share in market.reasons.items():
        assert shares[reason] == pytest.approx(share, abs=REASON_TOLERANCE[reason]), reason


def test_nine_in_ten_of_the_lost_never_voiced_it(run: tuple[Market, Path]) -> None:
    figures = summary(run[1])["mean"]
    assert figures["silent_share_of_lost"] == pytest.approx(0.90, abs=0.015)
    assert figures["never_complained_share"] < figures["silent_share_of_lost"]


def test_the_unhappy_tell_ten_and_the_happy_five(run: tuple[Market, Path]) -> None:
    figures = summary(run[1])["mean"]
    assert figures["told_when_unhappy"] == pytest.approx(10, abs=0.1)
    assert figures["told_when_happy"] == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("outcome", KEPT)
def test_customers_are_kept_by_what_became_of_their_complaint(run: tuple[Market, Path], outcome: str) -> None:
    table = rows(run[1], "complaints.csv")
    row = table[(table.severity == "all") & (table.outcome == outcome)].iloc[0]
    decided = row.grievances * 30
    # a binomial share has standard error sqrt(p (1 - p) / n); 3 of them
    assert row.stayed / row.grievances == pytest.approx(
        KEPT[outcome], abs=3 * math.sqrt(KEPT[outcome] * (1 - KEPT[outcome]) / decided)
    )


def test_winning_back_a_dollar_costs_ten(run: tuple[Market, Path]) -> None:
    row = summary(run[1], "win-back").loc["winback_cost_per_dollar"]
    standard_error = (row.ci_high - row.ci_low) / 2 / 2.045
    # a ratio of few and unequal successes is a little above its target on average, by about its variance
    assert row["mean"] == pytest.approx(10, abs=3 * standard_error)


def test_the_number_of_customers_is_steady(run: tuple[Market, Path]) -> None:
    assert summary(run[1])["mean"]["customers"] == pytest.approx(10_000, rel=0.1)


def test_every_run_starts_with_the_stated_customers_and_is_stationary(run: tuple[Market, Path]) -> None:
    months: Any = pd.read_parquet(run[1] / "months.parquet")
    today = months[months.strategy == "as today"]
    start = today[(today.metric == "customers") & (today.month == 0)]
    assert set(start.value) == {10_000}
    left = today[today.metric == "left"].groupby("month").value.mean()
    held = today[today.metric == "customers_start"].groupby("month").value.mean()
    hazard = (left / held)[1:]
    # a year's mean over 30 replications has about 1 % noise: the first year must not differ from the rest by more than 5 %
    assert hazard[:12].mean() == pytest.approx(hazard[12:].mean(), rel=0.05)


def test_the_manifest_says_how_it_was_made(run: tuple[Market, Path]) -> None:
    manifest = json.loads((run[1] / "manifest.json").read_text())
    assert manifest["status"] == "done"
    assert manifest["replications"] == 30
    assert {"loyaltysim", "python", "mesa", "numpy", "numba"} <= set(manifest["versions"])
