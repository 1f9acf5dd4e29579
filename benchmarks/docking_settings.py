"""Where engine and twin are docked: three small markets whose year is a decade of the baseline."""

from __future__ import annotations

from typing import Any

from benchmarks.textbook import CORE
from loyaltysim.scenario import Scenario

HASTE = 10
"""How many times the baseline's solved rates (rounded) the docked market's are: what happens in ten months in one."""

MARKET: dict[str, Any] = {
    **CORE,
    "calibration": "off",
    "months": 12,
    "stated.churn_annual": 0.85,
    "market.people": 12_000,
    "market.customers": 6_000,
    "market.margin_cv": 0.5,
    "touchpoints.table": [
        {"name": "counter", "stage": "shopping", "kind": "people", "importance": 3.0, "failure": 0.5, "fix_cost": 1.0},
        {"name": "product", "stage": "shopping", "kind": "brand", "importance": 1.0, "failure": 2.5, "fix_cost": 1.0},
    ],
    "leaders.on": False,
    "departure.died": 0.00019 * HASTE,
    "departure.moved": 0.00056 * HASTE,
    "friends.base": 0.0012 * HASTE,
    "rivals.base": 0.0034 * HASTE,
    "grievance.indifference": 0.075 * HASTE,
    "grievance.product": 0.25 * HASTE,
    "voice.unprompted": 0.15,
    "service.wow": 0.2,
    "advertising.strength": 0.0049 * HASTE,
    "advertising.budget": 8_000.0,
    "advertising.scale": 10_000.0,
    "joining.unprompted": 0.011 * HASTE,
    "joining.praise": 0.004 * HASTE,
    "joining.forget": 6,
    "desk.wage": 0.01,
    "desk.budget": 3_200.0,
    "desk.hours_a_case": 3.0,
}
"""Handlers are cheap, so that there is one for every case; a few hours' work each keeps `resolved` apart from `fast`."""

SETTINGS: dict[str, dict[str, Any]] = {
    "uniform mixing": {
        "market.network.kind": "none",
        "desk.answer_scale": 1e-6,
        "desk.solve_scale": 1e-6,
        "desk.solvable": 0.6,
    },
    "small world, customers asked": {
        "market.network.kind": "small_world",
        "desk.answer_scale": 1e-6,
        "desk.solve_scale": 1e-6,
        "desk.solvable": 0.6,
        "voice.budget": 3_000.0,
        "voice.goodwill": 0.1,
        "grievance.small_share": 0.4,
        "recovery.repeat_factor": 0.6,
        "market.fickleness_shape": 2,
        "grievance.indifference": 0.12 * HASTE,
        "friends.ratio": 2.5,
    },
    "a talkative market and a desk of limited means": {
        "market.network.kind": "small_world",
        "market.network.ties": 6,
        "market.network.rewired": 0.5,
        "desk.answer_scale": 10.0,
        "desk.solve_scale": 10.0,
        "desk.hours_a_case": 40.0,
        "desk.compensation": 5.0,
        "desk.compensation_scale": 20.0,
        "voice.unprompted": 0.4,
        "recovery.kept.silent": 0.37,
        "recovery.kept.ignored": 0.15,
        "recovery.kept.logged": 0.25,
        "recovery.kept.resolved": 0.7,
        "recovery.kept.resolved_fast": 0.8,
        "recovery.behaviour": 0.9,
        "recovery.paradox": 0.1,
        "satisfaction.ratchet": 0.2,
        "service.encounters_mean": 3.0,
        "word_of_mouth.strong": 0.8,
        "friends.opinion_weight": 0.05,
        "joining.blame": 0.1,
        "joining.imitation": 0.05,
    },
}


def setting(name: str, **changes: Any) -> Scenario:
    """Return the scenario of one setting; `changes` by path make a smaller one."""
    return Scenario().replace({**MARKET, **SETTINGS[name], **changes}, source="docking")
