"""Dock the engine with its textbook twin: two programs of one page, on luck of their own, must give equal means.

Equal is *equivalent*: the whole 99 % interval of the difference lies within a tolerance set beforehand. A year is lived
at monthly rates about ten times the baseline's solved ones, so that small markets show what takes a decade: the more
events, the narrower the interval. `python -m benchmarks.docking` runs it; the long evidence tests run and file it.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, NamedTuple

import numpy as np
from scipy.special import stdtrit

from benchmarks.docking_page import page
from benchmarks.docking_settings import SETTINGS, setting
from benchmarks.textbook import TextbookMarket
from loyaltysim.core.codes import OUTCOMES, REASONS
from loyaltysim.model import simulate
from loyaltysim.scenario import Scenario

REPLICATIONS = 100
CONFIDENCE = 0.99
REASON_SHARES = {f"left_{reason}_share": 0.005 for reason in REASONS}
OUTCOME_SHARES = {f"decided_{outcome}_share": 0.005 for outcome in OUTCOMES}
RELATIVE = {"npv": 0.01, "customers": 0.01, "grievances": 0.01, "messages_bad": 0.01, "messages_good": 0.01}
ABSOLUTE = {"churn_annual": 0.002, **REASON_SHARES, **OUTCOME_SHARES, "returned_share": 0.005, "voiced_share": 0.005}
"""Tolerances: of the engine's mean, and in the figure's own unit. Shares are of departures, decided grievances, comers
and grievances."""

Figures = dict[str, float]


class Row(NamedTuple):
    """One figure docked: means, their difference with its interval, and what it had to lie within."""

    figure: str
    engine: float
    twin: float
    difference: float
    low: float
    high: float
    tolerance: float
    standard_error: float

    @property
    def equivalent(self) -> bool:
        return -self.tolerance <= self.low and self.high <= self.tolerance


def engine_figures(scenario: Scenario, replication: int) -> Figures:
    """Run the engine once, and give the docked figures."""
    figures = simulate(scenario, replication, list(scenario.strategies)[:1])[0].figures
    decided = {word: figures[f"decided_large_{word}"] + figures[f"decided_small_{word}"] for word in OUTCOMES}
    as_they_are = {name: figures[name] for name in (*RELATIVE, "churn_annual")}
    left = {word: figures[f"left_{word}"] for word in REASONS}
    return {**as_they_are, **_shares(left, decided, figures)}


def twin_figures(scenario: Scenario, replication: int, twin: Callable[..., Any] = TextbookMarket) -> Figures:
    """Run the twin once, and give the same figures; `twin` is any market with its months, tally and worth."""
    market = twin(scenario.flat(), rng=1_000_003 * (replication + 1))
    for _ in range(scenario.months):
        market.step()
    told = market.tally
    left = {word: told[f"left_{word}"] for word in REASONS}
    churn = 1 - (1 - sum(left.values()) / told["customers_start"]) ** 12
    as_they_are = {"npv": market.npv(), "customers": market.customers, "churn_annual": churn}
    as_they_are |= {name: told[name] for name in ("grievances", "messages_bad", "messages_good")}
    return {**as_they_are, **_shares(left, {word: told[word] for word in OUTCOMES}, told)}


def _shares(left: Mapping[str, float], decided: Mapping[str, float], counts: Mapping[str, float]) -> Figures:
    shares = {f"left_{word}_share": number / sum(left.values()) for word, number in left.items()}
    shares |= {f"decided_{word}_share": number / sum(decided.values()) for word, number in decided.items()}
    shares["returned_share"] = counts["returned"] / (counts["joined"] + counts["returned"])
    shares["voiced_share"] = counts["complaints"] / counts["grievances"]
    return shares


def compare(engine: Sequence[Figures], twin: Sequence[Figures]) -> list[Row]:
    """Compare the means of two samples of replications, by Welch's interval of their difference."""
    rows = []
    for name, tolerance in (RELATIVE | ABSOLUTE).items():
        one, other = (np.array([figures[name] for figures in sample], float) for sample in (engine, twin))
        parts = one.var(ddof=1) / one.size, other.var(ddof=1) / other.size
        error = math.sqrt(sum(parts))
        freedom = error**4 / (parts[0] ** 2 / (one.size - 1) + parts[1] ** 2 / (other.size - 1)) if error else 1.0
        half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
        gap = float(other.mean() - one.mean())
        within = tolerance * abs(float(one.mean())) if name in RELATIVE else tolerance
        rows.append(Row(name, float(one.mean()), float(other.mean()), gap, gap - half, gap + half, within, error))
    return rows


def dock(scenario: Scenario, replications: int, spread: Callable[..., Any] = map) -> list[Row]:
    """Run both so many times and compare them; `spread` maps the twin's replications, in processes or here."""
    twin = list(spread(partial(twin_figures, scenario), range(replications)))
    return compare([engine_figures(scenario, replication) for replication in range(replications)], twin)


def dock_all(replications: int = REPLICATIONS) -> dict[str, list[Row]]:
    """Dock at every setting, on all processors; a process that has played ten twins ends, since Mesa 3.3 frees no model."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"), max_tasks_per_child=10) as pool:
        return {name: dock(setting(name), replications, pool.map) for name in SETTINGS}


def apart(docked: Mapping[str, Sequence[Row]]) -> list[str]:
    """Name the figures that were not found equivalent, with their setting."""
    return [f"{name}: {row.figure}" for name, rows in docked.items() for row in rows if not row.equivalent]


def main(arguments: Sequence[str] | None = None) -> int:
    """Dock and say how it went; exit status 1 if a figure is not equivalent."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.docking", description="Dock the engine with its twin.")
    parser.add_argument("--replications", type=int, default=REPLICATIONS, help="of each, at each setting (%(default)s)")
    asked = parser.parse_args(arguments)
    if asked.replications < 2:
        parser.error(f"--replications {asked.replications}: an interval needs at least 2")
    docked = dock_all(asked.replications)
    print(page(docked, asked.replications, CONFIDENCE))
    differing = apart(docked)
    print(f"not equivalent: {'; '.join(differing)}" if differing else "engine and twin are equivalent")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
