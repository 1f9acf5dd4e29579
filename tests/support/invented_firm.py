"""A small invented firm that answers at once: a catalog, a scenario and a `simulate` of the contract's shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from loyaltysim.core.mechanism import Metric
from loyaltysim.core.records import RunRecord, figures, month_metrics
from loyaltysim.results.results import Results, build_results

REASONS = ("died", "moved", "friends", "rival", "product", "indifference")
SHARES = (0.01, 0.03, 0.05, 0.09, 0.14, 0.68)
OUTCOMES = ("silent", "ignored", "logged", "resolved", "resolved_fast")
STAYS = (0.09, 0.09, 0.20, 0.54, 0.82)


def _catalog() -> dict[str, Metric]:
    people = {"customers": "end", "customers_start": "sum", "joined": "sum", "returned": "sum", "left": "sum"}
    money = {"revenue": "", "margin": "", "cost_desk": "cost", "cost_advertising": "cost", "net": ""}
    closing = ("npv", "npv_without_later_value", "clv", "later_value", "discounted_cost")
    found: dict[str, Metric] = {name: Metric(name, "people", over) for name, over in people.items()}  # type: ignore[arg-type]
    for reason in REASONS:
        found[f"left_{reason}"] = Metric(f"left ({reason})", "people")
        found[f"never_complained_{reason}"] = Metric(f"never complained ({reason})", "people")
    for severity in ("large", "small"):
        for outcome in OUTCOMES:
            for kind in ("decided", "stayed"):
                found[f"{kind}_{severity}_{outcome}"] = Metric(f"{kind} {severity} {outcome}", "people")
    found |= {name: Metric(name, "$", account=account) for name, account in money.items()}  # type: ignore[arg-type]
    found["churn_annual"] = Metric("churn", "1/year", "ratio", "lower", ("left", "customers_start"), annual=True)
    found["acquisition_cost"] = Metric("cost of a customer", "$", "ratio", "lower", ("cost_advertising", "joined"))
    found["nothing"] = Metric("a rate of nothing", "$", "ratio", "", ("returned", "returned"))
    found |= {name: Metric(name, "$", "close", "higher") for name in closing}
    for name, metric in found.items():
        metric.__set_name__(FakeScenario, name)
    return found


@dataclass(frozen=True)
class FakeScenario:
    """What the experiments read of a scenario; `gains` is what each strategy keeps of its leavers."""

    strategies: dict[str, float] = field(default_factory=lambda: {"as today": 0.0, "recovery": 0.04})
    title: str = "A fake question"
    start: str = "2027-01"
    months: int = 24
    replications: int = 4
    seed: int = 7
    currency: str = "$"
    discount_rate: float = 0.10
    stem: str = "Fake Study"
    sha256: str = "abcdef0123456789"


CATALOG = _catalog()


def simulate(scenario: Any, replication: int, strategies: Any) -> list[RunRecord]:
    """Make up one replication of every strategy; luck by seed and replication, shared by the strategies."""
    return [_record(scenario, replication, name) for name in strategies]


def _record(scenario: Any, replication: int, name: str) -> RunRecord:
    luck = np.random.default_rng([scenario.seed, replication])
    keeps, count = scenario.strategies[name], scenario.months + 1
    months = {metric: np.zeros(count) for metric in month_metrics(CATALOG)}
    customers = 10_000.0
    months["customers"][0] = customers
    joins, hazards = luck.poisson(184, count), luck.normal(0.0184, 0.0006, count)
    own = np.random.default_rng([scenario.seed, replication, *name.encode()]).normal(0, 4, count)
    for month in range(1, count):
        left = max(hazards[month] * (1 - keeps), 0.0) * customers + own[month]
        _people(months, month, customers, float(joins[month]), float(left))
        customers = months["customers"][month]
        _money(months, month, keeps)
    table = np.stack([months[metric] for metric in month_metrics(CATALOG)], axis=1)
    outcome = figures(CATALOG, table) | _closing(months, scenario.discount_rate)
    return RunRecord(name, replication, table, outcome, 0.01, 50_000 * scenario.months)


def _people(months: dict[str, np.ndarray], month: int, customers: float, joined: float, left: float) -> None:
    months["customers_start"][month], months["joined"][month], months["left"][month] = customers, joined, left
    months["customers"][month] = customers + joined - left
    for reason, share in zip(REASONS, SHARES, strict=True):
        months[f"left_{reason}"][month] = left * share
        months[f"never_complained_{reason}"][month] = left * share * 0.87
    for outcome, stays in zip(OUTCOMES, STAYS, strict=True):
        months[f"decided_large_{outcome}"][month] = left / 5
        months[f"stayed_large_{outcome}"][month] = left / 5 * stays


def _money(months: dict[str, np.ndarray], month: int, keeps: float) -> None:
    months["margin"][month] = 40 * months["customers_start"][month]
    months["revenue"][month] = 100 * months["customers_start"][month]
    months["cost_desk"][month] = 2_000 + 150_000 * abs(keeps)
    months["cost_advertising"][month] = 40_000
    months["net"][month] = months["margin"][month] - months["cost_desk"][month] - 40_000


def _closing(months: dict[str, np.ndarray], rate: float) -> dict[str, float]:
    discount = (1 + rate) ** (-np.arange(len(months["net"])) / 12)
    bare, later = float(months["net"] @ discount), float(months["customers"][-1] * 900 * discount[-1])
    cost = float((months["cost_desk"] + months["cost_advertising"]) @ discount)
    clv = (float(months["margin"] @ discount) + later) / 10_000
    return {
        "npv": bare + later,
        "npv_without_later_value": bare,
        "later_value": later,
        "clv": clv,
        "discounted_cost": cost,
    }


def results(strategies: dict[str, float] | None = None, **changes: Any) -> Results:
    """Simulate the invented firm and bring its records together."""
    scenario = FakeScenario(**({"strategies": strategies} if strategies else {}), **changes)
    runs = (simulate(scenario, replication, scenario.strategies) for replication in range(scenario.replications))
    return build_results([record for run in runs for record in run], scenario, CATALOG)


def typed_results(
    figures: dict[str, dict[str, list[float]]], paths: dict[str, dict[str, Any]] | None = None
) -> Results:
    """Make results of typed figures (one a replication) and paths (months 0..T, alike or a list a replication)."""
    first = next(iter(figures.values()))
    count = len(next(iter(first.values())))
    columns = tuple(next(iter(paths.values()))) if paths else ("customers",)
    blocks = {
        name: np.stack(
            [np.broadcast_to(np.asarray(path, float), (count, np.shape(path)[-1])) for path in paths[name].values()],
            axis=2,
        )
        if paths
        else np.zeros((count, 13, 1))
        for name in figures
    }
    return Results(
        title="typed",
        start="2027-01",
        currency="$",
        discount_rate=0.0,
        strategies=tuple(figures),
        catalog={metric: CATALOG[metric] for metric in first},
        columns=columns,
        figures={
            name: {metric: np.array(each, float) for metric, each in row.items()} for name, row in figures.items()
        },
        paths=blocks,
    )
