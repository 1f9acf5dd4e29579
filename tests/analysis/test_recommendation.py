"""The duel's tables and sentences, on figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from loyaltysim.analysis import recommendation
from loyaltysim.analysis.recommendation import planned_budgets, recommend
from loyaltysim.reporting.text import answer as words
from loyaltysim.scenario import load, shipped_scenario
from loyaltysim.stats.intervals import interval
from tests.support.golden_texts import read_golden
from tests.support.invented_firm import results


def test_every_pair_is_there_the_better_first() -> None:
    found = results({"as today": 0.0, "recovery": 0.04, "more": 0.3}, replications=12)
    table = recommendation.compare_pairs(found)
    npv = table[table.measure == "npv"]
    assert len(npv) == 3
    assert (npv.difference >= 0).all()
    assert set(table.measure) == {"npv", "npv_without_later_value", "customers", "npv_first_year", "payback_months"} - {
        name for name in ("customers",) if name not in found.catalog
    }
    row = npv.iloc[0]
    gap = found.figures[row.strategy]["npv"] - found.figures[row.against]["npv"]
    assert (row.ci_low, row.ci_high) == pytest.approx((interval(gap).low, interval(gap).high))
    assert row.together_low < row.ci_low < row.ci_high < row.together_high
    assert row.chance_better == np.mean(gap > 0)
    assert row.worst_5_percent == gap.min()


def test_the_first_year_is_twelve_discounted_months() -> None:
    found = results()
    net = found.path("as today", "net")[:, 1:13]
    assert recommendation.first_year_npv(found, "as today") == pytest.approx(net @ 1.1 ** (-np.arange(1, 13) / 12))


def test_the_ranking_has_each_strategys_budget_and_payback() -> None:
    table = recommendation.rank_strategies(results(replications=12), {"as today": 0.0, "recovery": 500.0})
    assert table["rank"].tolist() == [1, 2]
    assert table.set_index("strategy").budget_per_month["recovery"] == 500.0
    assert np.isnan(table.set_index("strategy").payback_months["as today"])


def test_unequal_budgets_are_told_and_equal_ones_not() -> None:
    found = results({"as today": 0.0, "recovery": 0.04, "more": 0.3})
    said = words.describe_unequal_budgets(found, {"as today": 0.0, "recovery": 20_000.0, "more": 4_000.0})
    assert said == read_golden("comparison.txt")["unequal budgets"]
    assert words.describe_unequal_budgets(found, {"as today": 0.0, "recovery": 20_000.0, "more": 20_000.0}) == ""


def test_planned_budgets_are_averages_over_the_months() -> None:
    found = planned_budgets(load(shipped_scenario("recovery-or-acquisition.yml")))
    assert found == pytest.approx(
        {
            "as today": 0,
            "recovery": 20_000,
            "advertising": 20_000,
            "listen and recover": 20_000,
            "recovery for one year": 4_000,
        }
    )


def test_one_replication_says_nothing_of_risk() -> None:
    assert words.describe_risk(results(replications=1)) == ""
    assert words.describe_risk(results({"as today": 0.0})) == ""


def test_the_risk_of_a_lead_is_that_of_the_two_best() -> None:
    found = results({"as today": 0.0, "recovery": 0.04, "more": 0.3}, replications=12)
    advice = recommend(found)
    risk = recommendation.compute_lead_risk(found, advice)
    gap = found.figures[advice.best]["npv"] - found.figures[advice.runner_up]["npv"]
    assert risk.in_worst == gap.min()
    pairs = recommendation.compare_pairs(found).set_index(["strategy", "against", "measure"])
    row = pairs.loc[(advice.best, advice.runner_up, "npv_first_year")]
    assert (risk.first_year.mean, risk.first_year.low, risk.first_year.high) == (
        row.difference,
        row.ci_low,
        row.ci_high,
    )
    assert words.describe_risk(found) == read_golden("comparison.txt")["risk"]
    early = results({"as today": 0.0, "recovery": 0.3}, months=60, replications=6)
    assert (
        words.describe_risk(early) == read_golden("comparison.txt")["risk of a lead that is earned within the horizon"]
    )
