"""The tables of a run on a few typed figures, reckoned by hand; won and lost business by reason (F34)."""

from __future__ import annotations

from math import isnan, nan, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.analysis import summary
from loyaltysim.analysis.summary import BUSINESS, build_business
from loyaltysim.mechanisms import catalog
from loyaltysim.reporting.text.formats import format_payback_range
from loyaltysim.scenario import Scenario
from loyaltysim.stats.intervals import Interval
from tests.support.invented_firm import CATALOG, OUTCOMES, REASONS, results, typed_results

T1 = 12.7062047  # t(.975; 1)


def row(frame: Any, **keys: str) -> Any:
    for column, value in keys.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_summary_by_hand() -> None:
    found = summary.build_summary(typed_results({"one": {"left": [10.0, 20.0]}, "two": {"left": [13.0, 25.0]}}))
    two = row(found, strategy="two", metric="left")
    # differences 3 and 5: mean 4, deviation sqrt(2), half-width t * sqrt(2) / sqrt(2)
    assert (two["mean"], two["difference"]) == (19.0, 4.0)
    assert (two["difference_ci_low"], two["difference_ci_high"]) == pytest.approx((4 - T1, 4 + T1))
    one = row(found, strategy="one", metric="left")
    assert one[["difference", "difference_ci_low", "difference_ci_high"]].isna().all()
    assert list(found.columns) == summary.SUMMARY


def test_parts_of_ratios_stand_in_no_summary() -> None:
    shown = set(summary.build_summary(results())["metric"])
    assert "customers_start" not in shown
    assert {"left", "joined", "returned", "cost_advertising", "churn_annual", "customers"} <= shown
    left_out = summary.find_components(catalog())
    assert {"customers_start", "satisfaction_sum", "response_months"} <= left_out
    assert not left_out & {"left", "joined", "messages_bad", "cost_advertising", "winback_margin", "grievances"}


def test_one_replication_leaves_intervals_empty() -> None:
    found = summary.build_summary(typed_results({"one": {"left": [10.0]}, "two": {"left": [13.0]}}))
    two = row(found, strategy="two", metric="left")
    assert (two["mean"], two["difference"]) == (13.0, 3.0)
    assert two[["ci_low", "ci_high", "difference_ci_low", "difference_ci_high"]].isna().all()


def test_a_rate_of_nothing_is_empty() -> None:
    found = summary.build_summary(results())
    assert found[found.metric == "nothing"]["mean"].isna().all()


def test_units_speak_the_scenarios_currency() -> None:
    found = summary.build_summary(results(currency="EUR"))
    assert row(found, strategy="as today", metric="revenue")["unit"] == "EUR"


def departures_of(died: list[float], product: list[float]) -> dict[str, list[float]]:
    figures = {f"left_{reason}": [0.0, 0.0] for reason in REASONS} | {"left_died": died, "left_product": product}
    never = {f"never_complained_{reason}": [0.0, 0.0] for reason in REASONS} | {"never_complained_product": [4.0, 6.0]}
    return figures | never | {"left": [sum(pair) for pair in zip(died, product, strict=True)]}


def test_departures_by_hand() -> None:
    found = summary.build_departures(typed_results({"one": departures_of([10.0, 30.0], [40.0, 70.0])}))
    died = row(found, strategy="one", reason="died")
    # shares .2 and .3: mean .25, half-width t * .05
    assert (died["count"], died["share"]) == (20.0, 0.25)
    assert (died["ci_low"], died["ci_high"]) == (0.0, pytest.approx(0.25 + T1 * 0.05))
    assert row(found, strategy="one", reason="product")["never_complained"] == 5.0
    assert found["share"].sum() == pytest.approx(1.0)
    assert list(found.columns) == summary.DEPARTURES


def complaints_of(**changes: list[float]) -> dict[str, list[float]]:
    names = [f"{k}_{s}_{o}" for k in ("decided", "stayed") for s in ("large", "small") for o in OUTCOMES]
    return {name: [0.0, 0.0] for name in names} | changes


def test_complaints_by_hand() -> None:
    figures = complaints_of(
        decided_large_logged=[10.0, 20.0],
        stayed_large_logged=[2.0, 4.0],
        decided_small_logged=[10.0, 0.0],
        stayed_small_logged=[8.0, 0.0],
    )
    found = summary.build_complaints(typed_results({"one": figures}))
    large = row(found, severity="large", outcome="logged")
    assert (large["grievances"], large["stayed"], large["stay_rate"]) == (15.0, 3.0, 0.2)
    both = row(found, severity="all", outcome="logged")
    # .5 of 20 and .2 of 20
    assert (both["grievances"], both["stayed"], both["stay_rate"]) == (20.0, 7.0, pytest.approx(0.35))
    assert isnan(row(found, severity="large", outcome="silent")["stay_rate"])
    assert len(found) == 3 * 5
    assert list(found.columns) == summary.COMPLAINTS


def money_of(worth: list[float], cost: list[float], customers: list[float]) -> dict[str, list[float]]:
    zeros = {name: [0.0] * len(worth) for name, metric in CATALOG.items() if metric.unit == "$" or name == "clv"}
    return zeros | {"npv": worth, "discounted_cost": cost, "customers": customers}


def study_of(net: dict[str, Any], **strategies: dict[str, list[float]]) -> Any:
    return typed_results(strategies, {name: {"net": net[name], "margin": net[name]} for name in strategies})


def test_money_against_the_first_by_hand() -> None:
    flat = {"one": [0.0, 0.0, 0.0], "two": [0.0, -1.0, 3.0]}
    one, two = (
        money_of([100.0, 120.0], [50.0, 50.0], [10.0, 10.0]),
        money_of([130.0, 160.0], [60.0, 60.0], [14.0, 14.0]),
    )
    found = summary.build_money(study_of(flat, one=one, two=two))
    saved, back = (row(found, strategy="two", item=item) for item in ("cost_per_saved_customer", "return_on_spend"))
    assert saved["mean"] == 2.5
    # gains 30 and 40 on 10 spent: 3.5, half-width t * (sqrt(50) / sqrt(2)) / 10
    half = T1 * sqrt(50) / sqrt(2) / 10
    assert (back["mean"], back["ci_low"], back["ci_high"]) == pytest.approx((3.5, 3.5 - half, 3.5 + half))
    ours = found[
        (found.strategy == "one") & found.item.isin(["cost_per_saved_customer", "return_on_spend", "payback_months"])
    ]
    assert ours[["mean", "ci_low", "ci_high"]].isna().all(axis=None)
    assert list(found.columns) == summary.MONEY


def test_no_cost_per_customer_when_none_is_surely_saved() -> None:
    flat = {"one": [0.0, 0.0], "two": [0.0, 0.0]}
    one, two = money_of([1.0, 1.0], [50.0, 50.0], [10.0, 10.0]), money_of([1.0, 1.0], [60.0, 61.0], [9.0, 12.0])
    found = summary.build_money(study_of(flat, one=one, two=two))
    assert isnan(row(found, strategy="two", item="cost_per_saved_customer")["mean"])


@pytest.mark.parametrize(
    ("net", "month"),
    [
        ([0, -5, 2, 2, 2], 4.0),  # gathered -5, -3, -1, 1
        ([0, 1, -2, 1, 1], 3.0),  # gathered 1, -1, 0, 1: back at nought in month 3 and staying
        ([0, 1, 1, 1, 1], 1.0),
        ([0, 4, -1, -1, -3], nan),  # ends below
        ([0, -1, 0, 0, 0], nan),
    ],
)
def test_payback_is_the_first_month_from_which_it_stays(net: list[float], month: float) -> None:
    one, two = money_of([1.0], [1.0], [1.0]), money_of([1.0], [2.0], [1.0])
    found = summary.build_money(study_of({"one": [0.0] * 5, "two": net}, one=one, two=two))
    assert row(found, strategy="two", item="payback_months")["mean"] == pytest.approx(month, nan_ok=True)


def test_a_payback_that_may_never_come_says_so() -> None:
    assert format_payback_range(Interval(6.0, 4.0, 9.0, 5)) == "4 to 9"
    assert format_payback_range(Interval(54.0, 49.0, nan, 5)) == "49 or later, if at all"
    assert format_payback_range(Interval(6.0, n=1)) == ""


def test_payback_lies_within_its_interval() -> None:
    months = np.arange(13)
    paths = np.stack([np.where(months == 1, -10.0 + r, np.where(months > 0, 2.0, 0.0)) for r in range(4)])
    one, two = money_of([1.0] * 4, [1.0] * 4, [1.0] * 4), money_of([1.0] * 4, [2.0] * 4, [1.0] * 4)
    back = row(
        summary.build_money(study_of({"one": np.zeros(13), "two": paths}, one=one, two=two)),
        strategy="two",
        item="payback_months",
    )
    # mean: -8.5 in month 1, then +2 a month: at nought in month 5.25, so from month 6
    assert back["mean"] == 6.0
    assert back["ci_low"] <= 6.0 <= back["ci_high"]


def test_every_cost_the_catalog_books_stands_in_the_money_table() -> None:
    items = set(summary.build_money(results())["item"])
    assert {"revenue", "margin", "cost_desk", "cost_advertising", "npv", "npv_without_later_value", "clv"} <= items
    assert {"acquisition_cost", "cost_per_saved_customer", "return_on_spend", "payback_months"} <= items


SMALL = {
    "calibration": "off",
    "market.people": 2_000,
    "market.customers": 400,
    "market.burn_in": 6,
    "months": 6,
    "replications": 2,
    "strategies": {"as today": {}, "win-back": {"winback.budget": 2_000.0}},
}


def kept(tmp_path: Path, **changes: object) -> Path:
    scenario = Scenario().replace({**SMALL, **changes}, source="test")
    return ls.run(scenario, out=tmp_path / "out", executor="in-process", quiet=True).folder


def test_f34_the_file_has_the_true_reasons_and_the_told_ones(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    table = pd.read_csv(folder / "business.csv")
    assert list(table.columns) == BUSINESS
    summary = pd.read_csv(folder / "summary.csv").set_index(["strategy", "metric"])["mean"]
    for strategy in SMALL["strategies"]:  # type: ignore[attr-defined]
        rows = table[table.strategy == strategy].set_index(["business", "reason"])
        lost, won = rows.loc["lost"], rows.loc["won"]
        assert lost["count"].sum() == pytest.approx(summary[strategy, "left"])
        assert lost.told_count.sum() == pytest.approx(summary[strategy, "left"])
        assert won["count"].sum() == pytest.approx(won.told_count.sum())
        assert won["count"].sum() == pytest.approx(summary[strategy, "joined"] + summary[strategy, "returned"])
        assert lost.told_share["rival"] > 2 * lost.share["rival"]
        assert (won["count"]["relationship"], won.told_share["relationship"]) == (0, pytest.approx(0.6))
        assert lost.share.sum() == pytest.approx(1)


def test_no_file_where_nobody_was_asked(tmp_path: Path) -> None:
    assert not (kept(tmp_path, **{"win_loss.on": False}) / "business.csv").exists()
    assert build_business(results()).empty
