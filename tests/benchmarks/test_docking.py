"""The engine and its textbook twin agree: a tiny docking here, the long one is evidence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.docking import (
    ABSOLUTE,
    RELATIVE,
    Figures,
    compare,
    engine_figures,
    twin_figures,
)
from benchmarks.docking_settings import setting
from benchmarks.textbook import TextbookMarket
from loyaltysim.scenario import Scenario

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
RICHEST = "a talkative market and a desk of limited means"
TINY = {"market.people": 1_600, "market.customers": 800, "desk.budget": 3_200.0 * 800 / 6_000, "months": 10}
FAR = 4
"""Standard errors. Of 19 figures one lies so far out by chance in about 1 of 150 dockings (Student's t, some 25 degrees
of freedom); the seeds are fixed, and were before anything was looked at."""


def tiny(**changes: float) -> Scenario:
    return setting(RICHEST, **{**TINY, **changes})


def engine_sample(scenario: Scenario) -> list[Figures]:
    return [engine_figures(scenario, replication) for replication in range(40)]


@pytest.fixture(scope="module")
def twin() -> list[Figures]:
    return [twin_figures(tiny(), replication) for replication in range(20)]


def far_apart(engine: list[Figures], twin: list[Figures]) -> list[str]:
    return [row.figure for row in compare(engine, twin) if abs(row.difference) > FAR * row.standard_error]


def test_engine_and_twin_agree_on_every_figure(twin: list[Figures]) -> None:
    assert far_apart(engine_sample(tiny()), twin) == []


@pytest.mark.parametrize(
    ("path", "value", "figure"),
    [
        ("word_of_mouth.told_when_unhappy", 11.0, "messages_bad"),
        ("recovery.kept.silent", 0.32, "churn_annual"),
        ("joining.lost_factor", 0.6, "returned_share"),
        ("desk.hours_a_case", 80.0, "decided_resolved_fast_share"),
        ("satisfaction.bad_weight", 1.0, "grievances"),
    ],
)
def test_a_rule_that_differs_is_noticed(path: str, value: float, figure: str, twin: list[Figures]) -> None:
    assert figure in far_apart(engine_sample(tiny(**{path: value})), twin)


def test_equivalence_needs_a_narrow_interval_and_not_only_equal_means() -> None:
    flat = dict.fromkeys(RELATIVE | ABSOLUTE, 1.0)

    def churn(low: float, high: float) -> list[Figures]:
        return [{**flat, "churn_annual": value} for value in (low, high) * 8]

    def verdict(engine: list[Figures], twin: list[Figures]) -> bool:
        return {row.figure: row.equivalent for row in compare(engine, twin)}["churn_annual"]

    assert verdict(churn(0.5, 0.501), churn(0.5, 0.501))
    assert not verdict(churn(0.4, 0.6), churn(0.4, 0.6))
    assert not verdict(churn(0.5, 0.501), churn(0.503, 0.504))


def test_the_interval_is_welchs_as_worked_out_by_hand() -> None:
    flat = dict.fromkeys(RELATIVE | ABSOLUTE, 1.0)
    engine, twin = ([{**flat, "npv": value} for value in values] for values in ((1.0, 3.0), (4.0, 6.0)))
    row = compare(engine, twin)[0]
    # Variances 2 and 2 of two each: standard error sqrt(2), 2 degrees of freedom, whose 99.5 % quantile is 9.925.
    assert (row.engine, row.twin, row.difference, row.tolerance) == (2.0, 5.0, 3.0, 0.02)
    assert row.high - row.difference == pytest.approx(9.925 * 2**0.5, abs=1e-3)


def test_the_twin_refuses_what_it_has_no_rule_for() -> None:
    beyond = tiny(**{"staff.turnover": 0.02}).flat()
    with pytest.raises(ValueError, match=r"beyond the core: staff\.turnover"):
        TextbookMarket(beyond, rng=1)
    market = TextbookMarket(tiny(**{"desk.wage": 25.0}).flat(), rng=1)
    with pytest.raises(ValueError, match="handlers busy"):
        market.step()


def test_the_same_seed_gives_the_same_twin() -> None:
    small = tiny(**{"market.people": 300, "market.customers": 100, "months": 3})
    assert twin_figures(small, 4) == twin_figures(small, 4) != twin_figures(small, 5)


def test_the_twin_imports_nothing_of_the_engine() -> None:
    for name in ("textbook.py", "textbook_person.py"):
        tree = ast.parse((ROOT / "benchmarks" / name).read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert "mesa" in imported
        assert not [module for module in imported if module.startswith("loyaltysim")]
